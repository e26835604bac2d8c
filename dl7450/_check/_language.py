"""Rules: classes, functions and exceptions that work otherwise on MicroPython, or not at all.

Such an app loads; it fails, or does something else, when it gets there.
"""

from __future__ import annotations

import ast
import builtins
import itertools
import re
from collections.abc import Iterator
from typing import Final

from ._kinds import OwnClass, OwnFunction
from ._rule import Hit, Level, at, rule, shown
from ._scopes import Function
from ._values import Values

# Special methods: what MicroPython does of them, and what to write instead.
_NOT_CALLED: Final = {
    "__bytes__": ("never calls", "a method that returns the bytes, and call it"),
    "__class_getitem__": ("never calls", "a class method, and call it"),
    "__del__": ("never calls", "a method such as close(), and call it"),
    "__format__": ("never calls", "a method that returns the text, and show what it returns"),
    "__getattribute__": ("never calls", "__getattr__(), which is called for what is not there"),
    "__index__": ("never calls", "a method that returns the number, and call it"),
    "__init_subclass__": ("never calls", "a function, and call it for each class"),
    "__missing__": ("never calls", "dict.get() or dict.setdefault() where the dict is used"),
    "__round__": ("never calls", "a method that returns the number, and call it"),
    "__set_name__": ("before 1.26 does not call", "a constructor that takes the name"),
}

_TYPES: Final = (
    "bool",
    "bytearray",
    "bytes",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "set",
    "str",
    "tuple",
    "type",
)
_OF_FUNCTIONS: Final = frozenset(
    """
    __annotations__ __builtins__ __closure__ __code__ __defaults__ __doc__ __get__ __kwdefaults__ __module__
    __qualname__ __wrapped__
    """.split()  # noqa: SIM905  a page of words, not a list of literals
)
_BUILTIN_EXCEPTIONS: Final = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
)


@rule(
    "MicroPython classes take no keyword {name!r}: TypeError.",
    "Remove it; do what the metaclass does in a function that is called for each class.",
    source="differences, Core language, Classes: cpydiff core_class_metaclass",
)
def class_keyword(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.ClassDef):
        for keyword in node.keywords:
            yield at(keyword, name=keyword.arg or "**")


@rule(
    "MicroPython {ignores} {name}().",
    "Write {instead}.",
    source="differences, Core language, Classes: cpydiff core_class_delnotimpl; What's new in Python 3.6, PEP 487; "
    "for the others, MicroPython's py/objtype.c: instance_unary_op() and its neighbours",
    level=Level.WARNING,
)
def special_method(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.FunctionDef):
        if node.name in _NOT_CALLED and values.app.class_of(node) is not None:
            ignores, instead = _NOT_CALLED[node.name]
            yield at(node, ignores=ignores, name=node.name, instead=instead)


@rule(
    "MicroPython does not look at __slots__: an object of {cls} takes any attribute.",
    "Remove it; check in a method what may be set.",
    source="MicroPython's py/objtype.c: mp_obj_instance_store_attr()",
    level=Level.WARNING,
)
def slots(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Assign, ast.AnnAssign):
        cls = values.app.class_of(node)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if cls is not None and any(isinstance(target, ast.Name) and target.id == "__slots__" for target in targets):
            yield at(node, cls=cls.name)


@rule(
    "MicroPython does not rename private names: {name!r} is one and the same in {owner} and {other}.",
    "Give the two different names.",
    source="differences, Core language, Classes: cpydiff core_class_name_mangling",
)
def private_name(values: Values) -> Iterator[Hit]:
    owners = {cls: _private_names(values, cls) for cls in values.app.nodes(ast.ClassDef)}
    for cls, own in owners.items():
        for base in values.bases(cls) or []:
            for name in own.keys() & owners[base].keys():
                yield at(own[name], name=name, owner=cls.name, other=base.name)


@rule(
    "MicroPython does not rename private names: there is no {name!r}.",
    "Write {instead!r}, or give it a name that is not private.",
    source="differences, Core language, Classes: cpydiff core_class_name_mangling",
)
def mangled_name(values: Values) -> Iterator[Hit]:
    owners = {(cls.name, name) for cls in values.app.nodes(ast.ClassDef) for name in _private_names(values, cls)}
    for node in values.app.nodes(ast.Attribute):
        match = re.fullmatch(r"_([A-Za-z]\w*?)(__\w*[A-Za-z0-9])", node.attr)
        if match and match.groups() in owners:
            yield at(node, name=node.attr, instead=match[2])


@rule(
    "super().{name} on MicroPython is the property itself, not its value.",
    "Put the value into a method, and call super().method() in both classes.",
    source="differences, Core language, Classes: cpydiff core_class_superproperty",
)
def super_property(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Attribute):
        cls = _class_around(values, node) if _is_super(values, node.value) else None
        for base in (values.bases(cls) or []) if cls is not None else []:
            for member in _methods(base):
                decorators = member.decorator_list
                if member.name == node.attr and any(values.is_builtin(name, "property") for name in decorators):
                    yield at(node, name=node.attr)


@rule(
    "super() on MicroPython calls one class only: from {first}.{method}() it does not get to {second}.{method}(), "
    "as it would for a {cls}.",
    "Call {second}.{method}(self) from {cls}.{method}() by name, or use one base class.",
    source="differences, Core language, Classes: cpydiff core_class_supermultiple",
)
def super_with_two_bases(values: Values) -> Iterator[Hit]:
    for cls in values.app.nodes(ast.ClassDef):
        chains = [_chain(values, base) for base in cls.bases]
        for first, second in itertools.pairwise(chains):
            own = [base for base in first if base not in second]
            others = [base for base in second if base not in first]
            last = own[-1] if own else None
            for method in _methods(last) if last is not None else []:
                heir = next((base for base in others if any(m.name == method.name for m in _methods(base))), None)
                if last is not None and heir is not None and _calls_super(values, method):
                    names = {"cls": cls.name, "first": last.name, "second": heir.name, "method": method.name}
                    yield at(cls, **names)


@rule(
    "MicroPython cannot evaluate {text}: TypeError. It knows such types in annotations only, which it skips.",
    "Use a tuple of types in isinstance(), and plain types elsewhere.",
    source="What's new in Python 3.9, PEP 585; Python 3.10, PEP 604",
)
def type_expression(values: Values) -> Iterator[Hit]:
    app = values.app
    for union in app.nodes(ast.BinOp):
        sides = (union.left, union.right)
        of_types = isinstance(union.op, ast.BitOr) and any(values.is_builtin(side, *_TYPES) for side in sides)
        if of_types:
            yield at(union, text=shown(union))
    for generic in app.nodes(ast.Subscript):
        if values.is_builtin(generic.value, *_TYPES):
            yield at(generic, text=shown(generic))


@rule(
    "MicroPython's exceptions have no {name}.",
    "Remove it: the dock keeps neither tracebacks nor chains of exceptions.",
    source="differences, Builtin types, Exception: cpydiff types_exception_chaining; Python 3.11, note on exc_info",
)
def exception_chain(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Attribute):
        if node.attr in {"__cause__", "__context__", "__suppress_context__", "__traceback__", "__notes__"}:
            yield at(node, name=node.attr)


@rule(
    "MicroPython's built-in exceptions take no attributes of one's own: AttributeError for {name!r}.",
    "Derive a class of your own from Exception and set the attribute in its __init__.",
    source="differences, Builtin types, Exception: cpydiff types_exception_instancevar",
)
def exception_attribute(values: Values) -> Iterator[Hit]:
    app = values.app
    if any(values.is_builtin(base, *_BUILTIN_EXCEPTIONS) for cls in app.nodes(ast.ClassDef) for base in cls.bases):
        return  # what is caught may be one of the app's own
    for node in app.nodes(ast.Attribute):
        if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            scope = app.scopes[node].lookup(node.value.id)
            bindings = scope.bindings[node.value.id] if scope is not None else []
            if bindings and all(_catches_builtin(values, binding) for binding in bindings):
                yield at(node, name=node.attr)


@rule(
    "MicroPython's {name} has no __init__: AttributeError.",
    "Call super().__init__().",
    source="differences, Builtin types, Exception: cpydiff types_exception_subclassinit",
)
def exception_init(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Attribute):
        if node.attr == "__init__" and values.is_builtin(node.value, *_BUILTIN_EXCEPTIONS):
            yield at(node, name=shown(node.value))


@rule(
    "MicroPython's functions take no attributes: AttributeError for {name}.",
    "Use a variable of the module, or an object of a class.",
    source="differences, Core language, Functions: cpydiff core_function_userattr",
)
def function_attribute(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Attribute):
        if isinstance(node.ctx, ast.Store) and isinstance(values.of(node.value), OwnFunction):
            yield at(node, name=shown(node))


@rule(
    "MicroPython's functions have no {name}: AttributeError.",
    "Keep what you need of it in a variable of your own.",
    source="MicroPython's py/objfun.c: fun_bc_attr() knows __name__ and __globals__",
)
def function_detail(values: Values) -> Iterator[Hit]:
    app = values.app
    for node in app.nodes(ast.Attribute):
        read = isinstance(node.ctx, ast.Load) and node.attr in _OF_FUNCTIONS
        if read and isinstance(values.of(node.value), OwnFunction) and not app.guarded(node, "AttributeError"):
            yield at(node, name=node.attr)


@rule(
    "locals() in a function does not have the function's variables on MicroPython.",
    "Name what is needed: '{{x}}'.format(x=x), for example.",
    source="differences, Core language: cpydiff core_locals",
)
def locals_in_function(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Call):
        if values.is_builtin(node.func, "locals") and values.app.function_of(node) is not None:
            yield at(node)


def _private_names(values: Values, cls: ast.ClassDef) -> dict[str, ast.expr | ast.stmt]:
    """The private names that a class binds, on itself or on its objects, each with a place."""
    found: dict[str, ast.expr | ast.stmt] = {}
    for node in ast.walk(cls):
        if isinstance(node, Function) and values.app.class_of(node) is cls:
            name = node.name
        elif isinstance(node, ast.Attribute) and values.of(node.value) == OwnClass(cls, instance=True):
            name = node.attr if isinstance(node.ctx, ast.Store) else ""
        else:
            continue
        if name.startswith("__") and not name.endswith("__"):
            found.setdefault(name, node)
    return found


def _class_around(values: Values, node: ast.AST) -> ast.ClassDef | None:
    return next((around for around in values.app.ancestors(node) if isinstance(around, ast.ClassDef)), None)


def _chain(values: Values, base: ast.expr) -> list[ast.ClassDef]:
    value = values.of(base)
    return [value.node, *(values.bases(value.node) or [])] if isinstance(value, OwnClass) else []


def _methods(cls: ast.ClassDef) -> list[Function]:
    return [member for member in cls.body if isinstance(member, Function)]


def _is_super(values: Values, node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and values.is_builtin(node.func, "super")


def _calls_super(values: Values, method: Function) -> bool:
    attributes = (node for node in ast.walk(method) if isinstance(node, ast.Attribute))
    return any(node.attr == method.name and _is_super(values, node.value) for node in attributes)


def _catches_builtin(values: Values, binding: ast.AST) -> bool:
    if not isinstance(binding, ast.ExceptHandler) or binding.type is None:
        return False
    types = binding.type.elts if isinstance(binding.type, ast.Tuple) else [binding.type]
    return all(values.is_builtin(type_, *_BUILTIN_EXCEPTIONS) for type_ in types)
