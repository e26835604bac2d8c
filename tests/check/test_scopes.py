"""Where names live: the standard library's `symtable`, which is the compiler's own analysis, is the judge."""

import ast
import re
import symtable
import sys
import sysconfig
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dl7450._check._scopes import Scope, Scopes

# A scope as both sides can say it: its first line, the home of each name used or bound in it, the scopes in it.
Shown: TypeAlias = tuple[int, tuple[tuple[str, str], ...], tuple["Shown", ...]]

# From Python 3.12 on, the compiler counts the names of a comprehension to the scope around it (PEP 709). MicroPython
# does not, and neither does the check, so an older compiler is the judge.
pytestmark = pytest.mark.skipif(sys.version_info >= (3, 12), reason="this compiler takes comprehensions apart")

STANDARD_LIBRARY = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))


def of_symtable(table: symtable.SymbolTable) -> Shown:
    names = {}
    for symbol in table.get_symbols():
        implicit = symbol.get_name().startswith(".") or symbol.get_name() == "__class__"
        mentioned = symbol.is_referenced() or symbol.is_parameter() or symbol.is_declared_global()
        mentioned = mentioned or symbol.is_nonlocal() or is_bound(symbol)
        if mentioned and not implicit:  # others are only passed on to a scope inside
            names[symbol.get_name()] = "module" if symbol.is_global() else "around" if symbol.is_free() else "here"
    inside = sorted(of_symtable(child) for child in table.get_children())
    return table.get_lineno(), tuple(sorted(names.items())), tuple(inside)


def bound_in_module(table: symtable.SymbolTable) -> set[str]:
    """The names that a scope, or one in it, binds in the module."""
    is_module = table.get_type() == "module"
    own = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if is_bound(symbol) and (is_module or symbol.is_declared_global())
    }
    return own.union(*map(bound_in_module, table.get_children()))


def is_bound(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported()


def of_ours(scopes: Scopes) -> Shown:
    names: dict[Scope, set[str]] = {scope: set(scope.names_elsewhere) for scope in scopes.opened.values()}
    for node, scope in scopes.around.items():
        if isinstance(node, ast.Name):
            names[scope].add(node.id)
    module, *others = names

    def home(name: str, scope: Scope) -> str:
        found = scope.lookup(name)
        return "module" if found in {module, None} else "here" if found is scope else "around"

    def shown(scope: Scope) -> Shown:
        own = sorted((name, home(name, scope)) for name in names[scope] | scope.bindings.keys() if name != "__class__")
        inside = sorted(shown(child) for child in others if child.parent is scope)
        return getattr(scope.node, "lineno", 0), tuple(own), tuple(inside)

    return shown(module)


class Plain(ast.NodeTransformer):
    """Takes out what a dock does not evaluate (annotations) and what it does not rename (private names)."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(0)
        return self.generic_visit(node)


def check(source: str) -> None:
    public = re.sub(r"\b__(?=\w*[A-Za-z0-9]\b)(?!\w+__\b)", "private_", source)
    plain = ast.unparse(Plain().visit(ast.parse(public)))
    table, scopes = symtable.symtable(plain, "app.py", "exec"), Scopes(ast.parse(plain))
    module = next(iter(scopes.opened.values()))
    assert set(module.bindings) == bound_in_module(table)
    assert of_ours(scopes)[2] == of_symtable(table)[2]


@pytest.mark.parametrize("file", STANDARD_LIBRARY[::3], ids=lambda file: file.stem)
def test_names_of_the_standard_librarys_own_files_live_where_the_compiler_says(file: Path) -> None:
    check(file.read_text("utf-8"))


NAMES = st.sampled_from("abcdef")
ATOMS = st.one_of(NAMES, st.just("0"))


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("(lambda {}={}: {})".format, NAMES, inner, inner),
        st.builds("[{} for {} in {} if {}]".format, inner, NAMES, inner, inner),
        st.builds("{{{}: {} for {} in {} for {} in {}}}".format, inner, inner, NAMES, inner, NAMES, inner),
        st.builds("({} := {})".format, NAMES, inner),
    )


EXPRESSIONS = st.recursive(ATOMS, _expressions, max_leaves=6)
SIMPLE = st.one_of(
    EXPRESSIONS,
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("del {}".format, NAMES),
    st.builds("import {}.x".format, NAMES),
    st.builds("import x as {}".format, NAMES),
    st.builds("global {}".format, NAMES),
    st.builds("nonlocal {}".format, NAMES),
)


def _indented(body: list[str]) -> str:
    return "\n".join(f"    {line}" for statement in body for line in statement.split("\n"))


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=4).map(_indented)
    return st.one_of(
        st.builds("@{}\ndef {}({}={}, *, {}=({})):\n{}".format, NAMES, NAMES, NAMES, EXPRESSIONS, NAMES, NAMES, body),
        st.builds("class {}({}, x={}):\n{}".format, NAMES, EXPRESSIONS, EXPRESSIONS, body),
        st.builds("for {} in {}:\n{}".format, NAMES, EXPRESSIONS, body),
        st.builds("try:\n{}\nexcept {} as {}:\n{}".format, body, EXPRESSIONS, NAMES, body),
        st.builds("match {}:\n  case {{'x': [*{}], **{}}}:\n{}".format, EXPRESSIONS, NAMES, NAMES, body),
    )


SOURCES = st.lists(st.recursive(SIMPLE, _statements, max_leaves=10), min_size=1, max_size=5).map("\n".join)


@given(SOURCES)
@example("def f(c):\n    [(a := b) for b in c]\n    a")
@example("def f():\n    a = 1\n    def g():\n        global a\n        def h():\n            a\n")
@example("class C:\n    global a\n    a = 1\n    def f(self):\n        a\n")
def test_names_of_any_source_live_where_the_compiler_says(source: str) -> None:
    try:
        compile(source, "app.py", "exec")
    except SyntaxError:  # such as a nonlocal name that no function around has
        return
    check(source)


def test_what_a_definition_evaluates_at_once_runs_outside_of_it() -> None:
    source = "@a\ndef f(x: b = c, *, y: d = e) -> g:\n    h\nclass C(i, j=k):\n    l\n[m for n in o for p in q]\n"
    scopes = Scopes(ast.parse(source))
    inside = [
        node.id for node, scope in scopes.around.items() if isinstance(node, ast.Name) and scope.parent is not None
    ]
    assert sorted(inside) == ["h", "l", "m", "n", "p", "q"]
