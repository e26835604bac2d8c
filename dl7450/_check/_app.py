"""One source file of an app, parsed: its nodes, its tokens and its scopes."""

from __future__ import annotations

import ast
import io
import itertools
import tokenize
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeVar, overload

from ._sdk import DOCK_MODULES

N = TypeVar("N", bound=ast.AST)
N2 = TypeVar("N2", bound=ast.AST)
N3 = TypeVar("N3", bound=ast.AST)
N4 = TypeVar("N4", bound=ast.AST)
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, *Comprehension.__args__)


@dataclass(eq=False)
class Scope:
    """A namespace of the app: the module, a class, a function or a comprehension.

    Attributes:
        node: what opens it.
        parent: the namespace around it.
        bindings: the nodes that bind each name: targets, parameters, imports, definitions.
        names_elsewhere: names declared global (to the module's scope) or nonlocal (to None: some enclosing function's).
    """

    node: ast.AST
    parent: Scope | None
    bindings: dict[str, list[ast.AST]] = field(default_factory=lambda: defaultdict(list))
    names_elsewhere: dict[str, Scope | None] = field(default_factory=dict)

    def lookup(self, name: str) -> Scope | None:
        """The scope where `name`, used here, is bound; None where it is nowhere: a built-in name, or none."""
        if (elsewhere := self.names_elsewhere.get(name)) is not None:
            return elsewhere
        if name in self.bindings:
            return self
        scope = self.parent
        while scope is not None:
            # A class's names are not seen from within its methods.
            if name in scope.bindings and not isinstance(scope.node, ast.ClassDef):
                return scope
            scope = scope.parent
        return None


class App:
    """A parsed source file."""

    def __init__(self, path: Path, source: str, beside: frozenset[str]) -> None:
        """
        Parameters:
            path: where the source is from.
            source: the text, whose lines are ended by line feeds.
            beside: the names of the modules in the same folder, which the app may import too.

        Raises:
            SyntaxError: the source does not parse.
            ValueError: it has null bytes (before Python 3.11.4).
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # CPython's opinion of `1if x` and "\d": not ours to print
            self.tree = ast.parse(source, path)
        self.lines = source.split("\n")
        self.parents: dict[ast.AST, ast.AST] = {}
        self.scopes: dict[ast.AST, Scope] = {}  # the scope that each node is in
        self.opened: dict[ast.AST, Scope] = {}  # the scope that a module, class, function ... opens
        self._by_type: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self._walk()
        self._bind()
        self.imports_beside = sorted(self._imported_packages() & beside - DOCK_MODULES)
        self.has_star_import = any(alias.name == "*" for alias in self.nodes(ast.alias))
        self.tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))

    @overload
    def nodes(self, a: type[N], /) -> list[N]: ...
    @overload
    def nodes(self, a: type[N], b: type[N2], /) -> list[N | N2]: ...
    @overload
    def nodes(self, a: type[N], b: type[N2], c: type[N3], /) -> list[N | N2 | N3]: ...
    @overload
    def nodes(self, a: type[N], b: type[N2], c: type[N3], d: type[N4], /) -> list[N | N2 | N3 | N4]: ...
    def nodes(self, *types: type[ast.AST]) -> Sequence[ast.AST]:
        """All nodes of exactly these types."""
        return list(itertools.chain.from_iterable(self._by_type[type_] for type_ in types))

    def imported(self, node: ast.alias) -> str | None:
        """The full name of the module that an import names; None for a relative import."""
        statement = self.parents[node]
        if isinstance(statement, ast.ImportFrom):
            return None if statement.level else statement.module
        return node.name

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, from the inside out."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def function_of(self, node: ast.AST) -> Function | ast.Lambda | None:
        """The function that runs `node`, or None for code of the module or of a class body."""
        for ancestor in self.ancestors(node):
            if isinstance(ancestor, Function | ast.Lambda):
                return ancestor
            if isinstance(ancestor, ast.ClassDef):
                return None
        return None

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """The class whose body `node`, a definition or a statement, is directly in."""
        parent = self.parents.get(node)
        return parent if isinstance(parent, ast.ClassDef) else None

    def text(self, node: ast.expr) -> str:
        """The source of a node."""
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        lines = self.lines[first : last + 1]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return "\n".join(lines)

    def guarded(self, node: ast.AST, *errors: str) -> bool:
        """Whether a `try` around `node` catches one of `errors` by name."""
        inner = node
        for ancestor in self.ancestors(node):
            if isinstance(ancestor, Function | ast.Lambda):
                return False
            if isinstance(ancestor, ast.Try) and inner in ancestor.body:
                caught = {
                    name.id
                    for handler in ancestor.handlers
                    for name in ast.walk(handler.type or ast.Name("BaseException"))
                    if isinstance(name, ast.Name)
                }
                if caught & set(errors):
                    return True
            inner = ancestor
        return False

    def in_annotation(self, node: ast.AST) -> bool:
        """Whether a node is in an annotation, which MicroPython does not evaluate."""
        inner = node
        for ancestor in self.ancestors(node):
            if inner in (getattr(ancestor, "annotation", None), getattr(ancestor, "returns", None)):
                return True
            inner = ancestor
        return False

    def _imported_packages(self) -> set[str]:
        names = [self.imported(alias) for alias in self.nodes(ast.alias)]
        return {name.partition(".")[0] for name in names if name is not None}

    def _walk(self) -> None:
        """Note every node's parent and scope. A loop and not a recursion: an app may nest deeply."""
        module = Scope(self.tree, None)
        self.scopes[self.tree] = self.opened[self.tree] = module
        stack: list[tuple[ast.AST, Scope]] = [(self.tree, module)]
        while stack:
            node, inside = stack.pop()
            _count_characters(node, self.lines)
            self._by_type[type(node)].append(node)
            if isinstance(node, ast.Global):
                self.scopes[node].names_elsewhere.update(dict.fromkeys(node.names, module))
            elif isinstance(node, ast.Nonlocal):
                self.scopes[node].names_elsewhere.update(dict.fromkeys(node.names))
            around = self.scopes[node]
            if isinstance(node, _SCOPES):
                inside = self.opened[node] = Scope(node, around)
            for child in reversed(list(ast.iter_child_nodes(node))):
                self.parents[child] = node
                scope = around if _runs_outside(node, child) else inside
                self.scopes[child] = scope
                stack.append((child, scope))

    def _bind(self) -> None:
        elsewhere: list[tuple[Scope, str, ast.AST]] = []
        for node, scope in self.scopes.items():
            if (name := _bound_name(node)) is None:
                continue
            if isinstance(self.parents[node], ast.NamedExpr):
                while isinstance(scope.node, Comprehension) and scope.parent is not None:
                    scope = scope.parent  # noqa: PLW2901  PEP 572: := in a comprehension binds outside of it
            if name in scope.names_elsewhere:
                elsewhere.append((scope, name, node))
            else:
                scope.bindings[name].append(node)
        # Now that all scopes have their own names, it is known where a nonlocal one lives.
        for scope, name, node in elsewhere:
            if (home := scope.lookup(name)) is not None:
                home.bindings[name].append(node)


def _count_characters(node: ast.AST, lines: list[str]) -> None:
    """Make a node's columns count characters, as those of tokens do, and not the bytes of UTF-8."""
    for line, column in (("lineno", "col_offset"), ("end_lineno", "end_col_offset")):
        number = getattr(node, line, None)
        if number is not None and not lines[number - 1].isascii():
            before = lines[number - 1].encode()[: getattr(node, column)]
            setattr(node, column, len(before.decode(errors="ignore")))


def _bound_name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id if isinstance(node.ctx, ast.Store) else None
    if isinstance(node, ast.arg):
        return node.arg
    if isinstance(node, ast.alias):
        return node.asname or node.name.partition(".")[0]
    if isinstance(node, Function | ast.ClassDef | ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return node.name
    return None


def _runs_outside(node: ast.AST, child: ast.AST) -> bool:
    """Whether `child` of a scope belongs to the scope around it: defaults, decorators, bases, annotations."""
    if isinstance(node, Function):
        return child in node.decorator_list or child is node.returns
    if isinstance(node, ast.ClassDef):
        return child in node.decorator_list or child in node.bases or child in node.keywords
    return False
