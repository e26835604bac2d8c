"""One source file of an app, parsed: its nodes, its tokens and its scopes."""

from __future__ import annotations

import ast
import io
import itertools
import tokenize
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar, overload

from ._scopes import Comprehension, Function, Scopes
from ._sdk import DOCK_MODULES

N = TypeVar("N", bound=ast.AST)
N2 = TypeVar("N2", bound=ast.AST)
N3 = TypeVar("N3", bound=ast.AST)
N4 = TypeVar("N4", bound=ast.AST)


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
        scopes = Scopes(self.tree)
        self.parents, self.scopes, self.opened = scopes.parents, scopes.around, scopes.opened
        self._by_type: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        for node in self.scopes:
            _count_characters(node, self.lines)
            self._by_type[type(node)].append(node)
        # MicroPython does not evaluate them.
        self.annotations = {inner for node in self.scopes for given in _annotations(node) for inner in ast.walk(given)}
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
        scope = self.scopes[node]
        while isinstance(scope.node, Comprehension) and scope.parent is not None:
            scope = scope.parent
        return scope.node if isinstance(scope.node, Function | ast.Lambda) else None

    def run_with(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, from the inside out, that run when it runs: up to its function."""
        function = self.function_of(node)
        return itertools.takewhile(lambda around: around is not function, self.ancestors(node))

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
        for ancestor in self.run_with(node):
            if isinstance(ancestor, ast.Try) and inner in ancestor.body:
                caught = {
                    name.id if isinstance(name, ast.Name) else name.attr
                    for handler in ancestor.handlers
                    for name in ast.walk(handler.type or ast.Name("BaseException"))
                    if isinstance(name, ast.Name | ast.Attribute)
                }
                if caught & set(errors):
                    return True
            inner = ancestor
        return False

    def _imported_packages(self) -> set[str]:
        names = [self.imported(alias) for alias in self.nodes(ast.alias)]
        return {name.partition(".")[0] for name in names if name is not None}


def _annotations(node: ast.AST) -> list[ast.AST]:
    return [given for name in ("annotation", "returns") if (given := getattr(node, name, None)) is not None]


def _count_characters(node: ast.AST, lines: list[str]) -> None:
    """Make a node's columns count characters, as those of tokens do, and not the bytes of UTF-8."""
    for line, column in (("lineno", "col_offset"), ("end_lineno", "end_col_offset")):
        number = getattr(node, line, None)
        if number is not None and not lines[number - 1].isascii():
            before = lines[number - 1].encode()[: getattr(node, column)]
            setattr(node, column, len(before.decode(errors="ignore")))
