"""The namespaces of an app: which scope each node runs in, and what each scope binds."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_OPENING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, *Comprehension.__args__)


@dataclass(eq=False)
class Scope:
    """A namespace of the app: the module, a class, a function or a comprehension.

    Attributes:
        node: what opens it.
        parent: the namespace around it.
        bindings: the nodes that give each name a value: targets, parameters, imports, definitions. A name that is only
            deleted has none, and is the scope's own all the same.
        names_elsewhere: names declared global (to the module's scope) or nonlocal (to None: some enclosing function's).
    """

    node: ast.AST
    parent: Scope | None
    bindings: dict[str, list[ast.AST]] = field(default_factory=lambda: defaultdict(list))
    names_elsewhere: dict[str, Scope | None] = field(default_factory=dict)

    def lookup(self, name: str) -> Scope | None:
        """The scope where `name`, used here, is bound; None where it is nowhere: a built-in name, or none."""
        scope: Scope | None = self
        while scope is not None:
            # A class's names are not seen from within its methods.
            if scope is self or not isinstance(scope.node, ast.ClassDef):
                if (elsewhere := scope.names_elsewhere.get(name)) is not None:
                    return elsewhere if name in elsewhere.bindings else None
                if name in scope.bindings:
                    return scope
            scope = scope.parent
        return None


class Scopes:
    """The scopes of a parsed source.

    Attributes:
        parents: the node around each node but the module.
        around: the scope that each node runs in, in the order of the source.
        opened: the scope that a module, class, function, lambda or comprehension opens.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.parents: dict[ast.AST, ast.AST] = {}
        self.around: dict[ast.AST, Scope] = {}
        self.opened: dict[ast.AST, Scope] = {}
        self._walk(tree)
        self._bind()

    def _walk(self, tree: ast.Module) -> None:
        """Note every node's parent and scope. A loop and not a recursion: an app may nest deeply."""
        module = Scope(tree, None)
        self.opened[tree] = module
        stack: list[tuple[ast.AST, Scope]] = [(tree, module)]
        while stack:
            node, around = stack.pop()
            self.around[node] = around
            if isinstance(node, ast.Global):
                around.names_elsewhere.update(dict.fromkeys(node.names, module))
            elif isinstance(node, ast.Nonlocal):
                around.names_elsewhere.update(dict.fromkeys(node.names))
            elif isinstance(node, _OPENING):
                self.opened[node] = Scope(node, around)
            inside = self.opened.get(node, around)
            outside = self._run_outside(node)
            for child in reversed(list(ast.iter_child_nodes(node))):
                self.parents[child] = node
                stack.append((child, inside.parent or inside if child in outside else inside))

    def _run_outside(self, node: ast.AST) -> set[ast.AST | None]:
        """The children of a node that run in the scope around the one which the node opens or is a part of."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return {*node.decorator_list, node.returns}
            case ast.ClassDef():
                return {*node.decorator_list, *node.bases, *node.keywords}
            case ast.arguments():
                return {*node.defaults, *node.kw_defaults}
            case ast.arg():
                return {node.annotation}
            case ast.comprehension() if node is _first_generator(self.parents[node]):
                return {node.iter}
        return set()

    def _bind(self) -> None:
        elsewhere: list[tuple[Scope, str, ast.AST]] = []
        for node, scope in self.around.items():
            if (name := _bound_name(node)) is None:
                continue
            if isinstance(self.parents[node], ast.NamedExpr):
                while isinstance(scope.node, Comprehension) and scope.parent is not None:
                    scope = scope.parent  # noqa: PLW2901  PEP 572: := in a comprehension binds outside of it
            if name in scope.names_elsewhere:
                elsewhere.append((scope, name, node))
            else:
                _add(scope, name, node)
        # Now that all scopes have their own names, it is known where a nonlocal one lives.
        for scope, name, node in elsewhere:
            home = scope.names_elsewhere[name] or scope.lookup(name)
            if home is not None:
                _add(home, name, node)


def _add(scope: Scope, name: str, node: ast.AST) -> None:
    bindings = scope.bindings[name]
    if not isinstance(getattr(node, "ctx", None), ast.Del):
        bindings.append(node)


def _first_generator(node: ast.AST) -> ast.comprehension | None:
    return node.generators[0] if isinstance(node, Comprehension) else None


def _bound_name(node: ast.AST) -> str | None:
    match node:
        case ast.Name(ctx=ast.Store() | ast.Del()):
            return node.id
        case ast.arg():
            return node.arg
        case ast.alias():
            return None if node.name == "*" else node.asname or node.name.partition(".")[0]
        case ast.MatchMapping():
            return node.rest
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name
        case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar():
            return node.name
    return None
