"""The mutants of a source text: each differs from it in one place, by a fault that people make."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Fault: TypeAlias = tuple[ast.expr | ast.stmt, str]  # a node, and what could stand in its place by mistake

_COMPARISONS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(), ast.LtE: ast.Lt(), ast.Gt: ast.GtE(), ast.GtE: ast.Gt(), ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(), ast.Is: ast.IsNot(), ast.IsNot: ast.Is(), ast.In: ast.NotIn(), ast.NotIn: ast.In(),
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(), ast.Sub: ast.Add(), ast.Mult: ast.FloorDiv(), ast.Div: ast.Mult(), ast.FloorDiv: ast.Mult(),
    ast.Mod: ast.Mult(), ast.LShift: ast.RShift(), ast.RShift: ast.LShift(), ast.BitAnd: ast.BitXor(),
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A text with one fault: `line` is where (from 1), `was` what stood there, `is_now` what stands there."""

    line: int
    was: str
    is_now: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {_short(self.was)}  ->  {_short(self.is_now)}"


def mutants_of(text: str) -> list[Mutant]:
    """Every mutant of a source text that the rules below make, in the order of its lines."""
    lines = text.splitlines(keepends=True)

    def offset(line: int, column: int) -> int:  # `ast` counts bytes
        return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

    mutants = []
    for node in _mutable(ast.parse(text)):
        for place, is_now in _faults(node):
            assert place.end_lineno is not None
            assert place.end_col_offset is not None
            start = offset(place.lineno, place.col_offset)
            end = offset(place.end_lineno, place.end_col_offset)
            mutants.append(Mutant(place.lineno, text[start:end], is_now, text[:start] + is_now + text[end:]))
    return sorted(mutants, key=lambda mutant: mutant.line)


def _mutable(parent: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """The expressions and statements below a node, but for those that are for types only and those in an f-string.

    Before Python 3.12 `ast` does not know the places in an f-string.
    """
    for field, value in ast.iter_fields(parent):
        if field in {"annotation", "returns"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr) or _is_for_types_only(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield child
            yield from _mutable(child)


def _is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _faults(node: ast.expr | ast.stmt) -> Iterator[Fault]:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=comparators):
            yield node, _expression(ast.Compare(left, [_COMPARISONS[type(op)]], comparators))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            yield node, _expression(ast.BinOp(left, _ARITHMETIC[type(op)], right))
        case ast.BoolOp(op=op, values=values):
            for left_out in values:
                yield node, _expression(ast.BoolOp(op, [value for value in values if value is not left_out]))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, _expression(operand)
        case ast.Constant(value=bool(value)):
            yield node, repr(not value)
        case ast.Constant(value=int() | float() as number):
            yield node, _expression(ast.Constant(number + 1))
            yield node, _expression(ast.Constant(number - 1))
        case ast.IfExp(body=body, orelse=orelse):
            yield node, _expression(body)
            yield node, _expression(orelse)
        case ast.If(test=test):
            yield test, "True"
            yield test, "False"
        case ast.While(test=test) if not isinstance(test, ast.Constant):
            yield test, "False"
        case ast.Break():
            yield node, "continue"
        case ast.Continue():
            yield node, "break"
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            yield node, "return None"
        case ast.AugAssign(target=target, op=op, value=value):
            yield node, "pass"
            if type(op) in _ARITHMETIC:
                yield node, ast.unparse(ast.AugAssign(target, _ARITHMETIC[type(op)], value))
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.Raise() | ast.Delete():
            yield node, "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield node, "pass"


def _expression(node: ast.expr) -> str:
    return f"({ast.unparse(node)})"


def _short(code: str) -> str:
    line = " ".join(code.split())
    return line if len(line) <= 80 else f"{line[:80]}…"
