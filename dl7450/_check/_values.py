"""What an expression of the app is, as far as the app's own text makes it evident.

`Values(app).of(node)` is a module, class, function or object that the check knows, or None: unknown. It is never a
guess. A name or attribute is known only if everything that is ever bound to it agrees (None aside: `self.timer = None`
comes before the timer). What an app puts into containers or passes on is not followed, but for the parameter of a
callback that answers a request.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from typing import Final

from . import _api
from ._app import App
from ._kinds import Instance, Many, OwnClass, OwnFunction, Plain, Value, type_name
from ._scopes import Function, Scope

_PLAIN: Final = {"None": "NoneType", "bool": "bool", "dict": "dict"}  # in the annotations of stubs
_DISPLAYS: Final[dict[type[ast.AST], str]] = {
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.GeneratorExp: "generator",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Set: "set",
    ast.SetComp: "set",
}

# Deeper than this nothing is evident to a reader either; it ends loops such as `a = b; b = a`, too.
_DEPTH = 40


class Values:
    """The values of one app's expressions."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._depth = 0
        self._known: dict[ast.AST, Value] = {}
        self._attributes = _attribute_bindings(app)
        self._loads: dict[str, list[ast.Name]] = {}
        for name in app.nodes(ast.Name):
            if not isinstance(name.ctx, ast.Store):
                self._loads.setdefault(name.id, []).append(name)
        self._generators = {app.function_of(node) for node in app.nodes(ast.Yield, ast.YieldFrom)}
        self._returns: dict[ast.AST | None, list[ast.Return]] = {}
        for node in app.nodes(ast.Return):
            self._returns.setdefault(app.function_of(node), []).append(node)
        self._dynamic = any(
            isinstance(call.func, ast.Name) and call.func.id == "setattr" for call in app.nodes(ast.Call)
        )

    def of(self, node: ast.AST) -> Value:
        """The value of an expression, or of whatever binds a name; None in an annotation, which is not evaluated."""
        if node in self.app.annotations:
            return None
        if node not in self._known:
            if self._depth > _DEPTH:
                return None
            self._known[node] = None  # for whoever asks while the answer depends on itself
            self._depth += 1
            self._known[node] = self._evaluate(node)
            self._depth -= 1
        return self._known[node]

    def type_of(self, node: ast.AST) -> str | None:
        """The name of an expression's type, such as `str` or `http.Response`; None where it is not evident.

        `function` stands for functions and methods of every kind; an app's own classes have no name here.
        """
        return type_name(self.of(node))

    def is_api(self, node: ast.AST, *full_names: str) -> bool:
        """Whether an expression is one of the dock's functions or classes, by full name."""
        value = self.of(node)
        return isinstance(value, _api.ApiFunction | _api.ApiClass) and value.full_name in full_names

    def is_builtin(self, node: ast.AST, *names: str) -> bool:
        """Whether an expression is a built-in function or class: such a name, nowhere bound by the app."""
        if not isinstance(node, ast.Name) or node.id not in names or node in self.app.annotations:
            return False
        return self.app.scopes[node].lookup(node.id) is None

    def is_assigned(self, attribute: str) -> bool:
        """Whether the app sets an attribute of that name on anything."""
        return self._dynamic or attribute in self._attributes

    def uses(self, name: str, scope: Scope | None) -> list[ast.Name]:
        """Where a name of a scope is read or deleted."""
        uses = self._loads.get(name, [])
        return [use for use in uses if self.app.scopes[use].lookup(name) is scope]

    def bases(self, cls: ast.ClassDef) -> list[ast.ClassDef] | None:
        """The app's own classes that `cls` derives from, nearest first; None if it has other bases, too."""
        found: list[ast.ClassDef] = []
        for base in cls.bases:
            value = self.of(base)
            if isinstance(value, OwnClass) and value.node is not cls:
                found.append(value.node)
            elif not self.is_builtin(base, "object"):
                return None
        for direct in found[:]:
            # Defined before: what is not cannot be a base, and would have no end here.
            if direct.lineno >= cls.lineno or (more := self.bases(direct)) is None:
                return None
            found += [base for base in more if base not in found]
        return found

    def _evaluate(self, node: ast.AST) -> Value:
        if isinstance(node, ast.Name | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            return self._target(node)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(self.of(node.value), node.attr)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Constant):
            return _builtin(type(node.value).__name__)
        if isinstance(node, ast.JoinedStr):
            return _builtin("str")
        if isinstance(node, ast.Tuple):
            return _builtin("tuple")
        if isinstance(node, tuple(_DISPLAYS)):
            return Plain(_DISPLAYS[type(node)])
        if isinstance(node, ast.UnaryOp):
            return self._signed(node)
        if isinstance(node, ast.Lambda):
            return OwnFunction(node)
        if isinstance(node, ast.NamedExpr):
            return self.of(node.value)
        if isinstance(node, ast.BinOp):
            return self._operation(node)
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.alias):
            return self._import(node)
        if isinstance(node, ast.ClassDef):
            return None if node.decorator_list else OwnClass(node)
        if isinstance(node, Function):
            return self._function(node)
        if isinstance(node, ast.arg):
            return self._parameter(node)
        return None

    def _name(self, node: ast.Name) -> Value:
        scope = self.app.scopes[node].lookup(node.id)
        if scope is not None:
            return self._agreed(scope.bindings[node.id])
        found = (_api.builtins().names or {}).get(node.id)
        return None if isinstance(found, ast.expr) or self.app.has_star_import else found

    def _agreed(self, bindings: list[ast.AST]) -> Value:
        values = {self.of(binding) for binding in bindings if not is_none(self.source_of(binding))}
        return values.pop() if len(values) == 1 else None

    def source_of(self, target: ast.AST) -> ast.AST | None:
        """The expression that a target is set to, if it is set to a whole one."""
        parent = self.app.parents.get(target)
        if isinstance(parent, ast.Assign) and target in parent.targets:
            return parent.value
        if isinstance(parent, ast.AnnAssign | ast.NamedExpr) and parent.target is target:
            return parent.value
        if isinstance(parent, ast.Tuple | ast.List) and isinstance(assignment := self.app.parents[parent], ast.Assign):
            source = assignment.value  # a, b = x, y
            starred = any(isinstance(item, ast.Starred) for item in [*parent.elts, *getattr(source, "elts", [])])
            if isinstance(source, ast.Tuple | ast.List) and len(source.elts) == len(parent.elts) and not starred:
                return source.elts[next(index for index, item in enumerate(parent.elts) if item is target)]
        return None

    def _target(self, node: ast.AST) -> Value:
        if (source := self.source_of(node)) is not None:
            return self.of(source)
        parent = self.app.parents.get(node)
        if isinstance(parent, ast.For | ast.comprehension) and parent.target is node:
            items = self.of(parent.iter)
            return items.item if isinstance(items, Many) else None
        return None

    def _attribute(self, value: Value, name: str) -> Value:
        if isinstance(value, _api.ApiModule):
            found = (value.names or {}).get(name)
            return self._annotated(found, value.name) if isinstance(found, ast.expr) else found
        if isinstance(value, Instance | _api.ApiClass):
            cls = value.of if isinstance(value, Instance) else value
            member = cls.members.get(name)
            if isinstance(member, ast.expr):
                return self._annotated(member, cls.module)
            # Called on its class, a method has one parameter more than its stub says.
            return member if member is None or isinstance(value, Instance) or member.on_class else None
        if isinstance(value, OwnClass):
            return self._own_attribute(value, name)
        return None

    def _own_attribute(self, value: OwnClass, name: str) -> Value:
        if self._dynamic or (family := self._family(value.node)) is None:
            return None
        bindings = list(self._attributes.get(name, {}).get(None, []))  # set from outside, on who knows what
        for cls in family:
            bindings += self._attributes.get(name, {}).get(cls, [])
            bindings += self.app.opened[cls].bindings.get(name, [])
        found = self._agreed(bindings)
        if isinstance(found, OwnFunction) and value.instance and not isinstance(found.node, ast.Lambda):
            return OwnFunction(found.node, bound=not self._decorated(found.node, "staticmethod"))
        return found

    def _family(self, cls: ast.ClassDef) -> list[ast.ClassDef] | None:
        """`cls` with its bases and with all that derive from it: who may have bound an attribute of `self`."""
        if (bases := self.bases(cls)) is None:
            return None
        derived = [other for other in self.app.nodes(ast.ClassDef) if cls in (self.bases(other) or ())]
        return [cls, *bases, *derived]

    def _call(self, node: ast.Call) -> Value:
        callee = self.of(node.func)
        if isinstance(callee, _api.ApiClass):
            return Instance(callee)
        if isinstance(callee, OwnClass) and not callee.instance:
            return OwnClass(callee.node, instance=True)
        if isinstance(callee, _api.ApiFunction) and callee.returns is not None:
            receiver = self.of(node.func.value) if isinstance(node.func, ast.Attribute) else None
            home = callee.where.split(".")[0] if "." in callee.where or _api.module(callee.where) else "builtins"
            return self._annotated(callee.returns, home, receiver)
        return self._result(callee.node) if isinstance(callee, OwnFunction) else None

    def _result(self, function: Function | ast.Lambda) -> Value:
        """What a function of the app returns."""
        if isinstance(function, ast.Lambda):
            return self.of(function.body)
        if function in self._generators or isinstance(function, ast.AsyncFunctionDef):
            return Plain("generator" if function in self._generators else "coroutine")
        returned = [node.value for node in self._returns.get(function, []) if node.value is not None]
        if returned:
            return self._agreed([*returned])
        # A method that only raises is there for another class to replace.
        return None if isinstance(function.body[-1], ast.Raise) else Plain("NoneType")

    def _annotated(self, annotation: ast.expr, home: str, receiver: Value = None) -> Value:
        """An object of the class that a stub's annotation names."""
        text = ast.unparse(annotation)
        if text == "Self":
            return Instance(receiver) if isinstance(receiver, _api.ApiClass) else receiver
        if isinstance(annotation, ast.Subscript):
            item = self._annotated(annotation.slice, home, receiver)
            return Many(item) if item is not None else None
        # datetime.datetime.date() is a date, and tuple() is a tuple: the module's classes come first, but for
        # `tuple`, which no module has.
        cls = _api.find_class(text, home)
        if cls is not None:
            return Instance(cls)
        return Plain(_PLAIN[text]) if text in _PLAIN else None

    def _operation(self, node: ast.BinOp) -> Value:
        left = self.of(node.left)
        types = {self.type_of(node.left), self.type_of(node.right)}
        if types <= {"int", "float"} and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.FloorDiv):
            return _builtin("float") if "float" in types or isinstance(node.op, ast.Div) else left
        if not isinstance(left, Instance) or left.of.name not in {"str", "bytes"}:
            return None
        # "%s" % b is a str whatever b is; "a" + b may be b's own idea of a sum.
        is_text = isinstance(node.op, ast.Mod) or (isinstance(node.op, ast.Add) and self.of(node.right) == left)
        return left if is_text else None

    def _signed(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return Plain("bool")
        return self.of(node.operand) if self.type_of(node.operand) in {"int", "float"} else None

    def _subscript(self, node: ast.Subscript) -> Value:
        value = self.of(node.value)
        if isinstance(node.slice, ast.Slice):
            return value if isinstance(value, Instance | Many) else None
        return value.item if isinstance(value, Many) else None

    def _import(self, node: ast.alias) -> Value:
        module = _api.module(self.app.imported(node) or "")
        if isinstance(self.app.parents[node], ast.Import):
            return module
        return self._attribute(module, node.name)

    def _function(self, node: Function) -> Value:
        if node.decorator_list and not self._decorated(node, "staticmethod"):
            return None
        return OwnFunction(node)

    def _decorated(self, node: Function, name: str) -> bool:
        return any(self.is_builtin(decorator, name) for decorator in node.decorator_list)

    def _parameter(self, node: ast.arg) -> Value:
        arguments = self.app.parents[node]
        function = self.app.parents[arguments]
        if not isinstance(arguments, ast.arguments) or not isinstance(function, Function | ast.Lambda):
            return None
        positional = [*arguments.posonlyargs, *arguments.args]
        cls = self.app.class_of(function)
        if cls is not None and isinstance(function, Function) and not function.decorator_list:
            if positional[:1] == [node]:
                return OwnClass(cls, instance=True)
            positional = positional[1:]
        if positional[:1] == [node] and self._answers_requests(function):
            response = _api.find_class("Response", "http")
            return Instance(response) if response is not None else None
        return None

    def _answers_requests(self, function: Function | ast.Lambda) -> bool:
        """Whether every use of a function hands it to `http` as the callback of a request."""
        uses = [function] if isinstance(function, ast.Lambda) else list(self._uses_of(function))
        return bool(uses) and all(self._is_callback(use) for use in uses)

    def _uses_of(self, function: Function) -> Iterator[ast.AST]:
        if self.app.class_of(function) is not None:
            yield from (node for node in self.app.nodes(ast.Attribute) if node.attr == function.name)
            return
        yield from self.uses(function.name, self.app.scopes[function].lookup(function.name))

    def _is_callback(self, use: ast.AST) -> bool:
        parent = self.app.parents[use]
        if isinstance(parent, ast.keyword):
            named, parent = parent.arg, self.app.parents[parent]
            if named not in {"on_complete", "on_response"}:
                return False
        elif not (isinstance(parent, ast.Call) and parent.args[1:2] == [use]):
            return False
        return isinstance(parent, ast.Call) and self.is_api(parent.func, "http.get_async", "http.post_async")


def _attribute_bindings(app: App) -> dict[str, dict[ast.ClassDef | None, list[ast.AST]]]:
    """What is bound to each attribute name: by a class's methods on `self`, or (None) from anywhere else."""
    bindings: dict[str, dict[ast.ClassDef | None, list[ast.AST]]] = {}
    for node in app.nodes(ast.Attribute):
        if isinstance(node.ctx, ast.Store):
            bindings.setdefault(node.attr, {}).setdefault(_self_class(app, node.value), []).append(node)
    return bindings


def _self_class(app: App, node: ast.expr) -> ast.ClassDef | None:
    if not isinstance(node, ast.Name) or (scope := app.scopes[node].lookup(node.id)) is None:
        return None
    method = scope.node
    if not isinstance(method, Function) or method.decorator_list or not method.args.args:
        return None
    is_self = method.args.args[0].arg == node.id and len(scope.bindings[node.id]) == 1
    return app.class_of(method) if is_self else None


def is_none(node: ast.AST | None) -> bool:
    """Whether a node is the constant None."""
    return isinstance(node, ast.Constant) and node.value is None


@functools.cache
def _builtin(name: str) -> Value:
    cls = _api.find_class(name, "builtins")
    return Instance(cls) if cls is not None else Plain(name)
