"""What a rule is: the words for something that fails on the dock, and a function that finds it in an app."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from ._values import Values


class Level(StrEnum):
    """How bad a finding is, in the words of SARIF and of most tools."""

    ERROR = "error"  # the dock refuses it, or does something else than what is written
    WARNING = "warning"  # it may fail: on some releases, or later, or only probably


@dataclass(frozen=True)
class Finding:
    """Something in an app that would fail on the dock. `line` and `column` count from 1; `source` is the rule's."""

    path: Path
    line: int
    column: int
    level: Level
    code: str
    problem: str
    solution: str
    source: str


@dataclass(frozen=True)
class Hit:
    """A place that a rule found, counted from 1, and what fills the `{fields}` in the rule's words.

    `level` is the place's own where the rule is less sure of it than of others.
    """

    line: int
    column: int
    fields: dict[str, object] = field(default_factory=dict)
    level: Level | None = None


@dataclass(frozen=True)
class Rule:
    """One thing that fails on the dock.

    Attributes:
        code: its name, such as `blocking-sleep`.
        problem: what fails, in words with `{fields}`.
        solution: what to write instead, in words with `{fields}`.
        source: where that is documented.
        level: how bad it is.
    """

    code: str
    problem: str
    solution: str
    source: str
    level: Level = Level.ERROR

    def finding(self, path: Path, hit: Hit) -> Finding:
        """What the rule says about a place in a file."""
        problem, solution = self.problem.format_map(hit.fields), self.solution.format_map(hit.fields)
        level = hit.level or self.level
        return Finding(path, hit.line, hit.column, level, self.code, problem, solution, self.source)


Find: TypeAlias = Callable[[Values], Iterable[Hit]]
CHECKS: list[tuple[Rule, Find]] = []


def rule(problem: str, solution: str, *, source: str, level: Level = Level.ERROR) -> Callable[[Find], Find]:
    """Make a function a check: `match_statement` looks for what the rule `match-statement` says.

    The parameters are those of `Rule`.
    """

    def register(find: Find) -> Find:
        CHECKS.append((Rule(find.__name__.replace("_", "-"), problem, solution, source, level), find))
        return find

    return register


def at(
    node: ast.stmt | ast.expr | ast.arg | ast.keyword | ast.alias | ast.excepthandler,
    level: Level | None = None,
    /,
    **fields: object,
) -> Hit:
    """The place of a node; of an attribute the name's, and not where a chain of calls begins."""
    if isinstance(node, ast.Attribute) and node.end_lineno is not None and node.end_col_offset is not None:
        return Hit(node.end_lineno, node.end_col_offset - len(node.attr) + 1, fields, level)
    return Hit(node.lineno, node.col_offset + 1, fields, level)


def shown(node: ast.expr, longest: int | None = None) -> str:
    """The source of an expression for a sentence, cut after `longest` characters."""
    try:
        text = ast.unparse(node)
    except (ValueError, RecursionError):  # a number of more digits than Python writes; thousands of brackets
        return "..."
    return text if longest is None or len(text) <= longest else f"{text[: longest - 4]} ..."
