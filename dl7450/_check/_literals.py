"""What a name of the app stands for, if it is set once: the expressions of constants."""

from __future__ import annotations

import ast

from . import _api
from ._values import Values


def literal(values: Values, node: ast.expr) -> ast.expr:
    """The expression that a name stands for, if it is set once and nothing changes its value; else `node`."""
    source = bound_once(values, node)
    if source is None or isinstance(source, ast.Constant | ast.JoinedStr | ast.BinOp):
        return source or node
    assert isinstance(node, ast.Name)
    # What has a list or dict may change it: the dock's own functions do not.
    uses = values.uses(node.id, values.app.scopes[node].lookup(node.id))
    calls = [values.app.parents[use] for use in uses]
    lends = (isinstance(call, ast.Call) and isinstance(values.of(call.func), _api.ApiFunction) for call in calls)
    return source if all(lends) else node


def bound_once(values: Values, node: ast.expr) -> ast.expr | None:
    """The expression that a name is set to, if it is set once and only read from then on."""
    app = values.app
    if not isinstance(node, ast.Name) or (scope := app.scopes[node].lookup(node.id)) is None:
        return None
    if len(scope.bindings[node.id]) != 1:
        return None
    for use in values.uses(node.id, scope):
        around = app.parents[use]
        changed = isinstance(around, ast.Subscript) and not isinstance(around.ctx, ast.Load)
        if changed or isinstance(around, ast.Attribute):
            return None  # items[0] = ..., items.append(...), and the like
    source = values.source_of(scope.bindings[node.id][0])
    return source if isinstance(source, ast.expr) else None
