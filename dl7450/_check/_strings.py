"""Rules: f-strings and format strings, which MicroPython takes apart in its lexer."""

from __future__ import annotations

import ast
import re
import string
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from ._kinds import Instance
from ._rule import Hit, Level, at, rule, shown
from ._values import Values

# Token types of Python 3.12 and newer; before, an f-string is a STRING like any other.
_FSTRING_START: int = getattr(tokenize, "FSTRING_START", -1)
_FSTRING_END: int = getattr(tokenize, "FSTRING_END", -1)


@rule(
    "MicroPython ends the expression {text!r} in an f-string at the first ':' or '}}' outside of brackets, "
    "even in a string, and counts the brackets in strings: a syntax error.",
    "Give the expression a name in the line before, and put the name into the f-string.",
    source="differences, Core language: cpydiff core_fstring_parser",
)
def f_string_expression(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.FormattedValue):
        text = shown(node.value)
        if not isinstance(node.value, ast.JoinedStr) and not _read_by_micropython(text):
            yield at(node.value, text=text)


@rule(
    "MicroPython before 1.28 cannot nest f-strings.",
    "Give the inner f-string a name in the line before, and put the name into the outer one.",
    source="differences, Core language: cpydiff core_fstring_parser; MicroPython's py/lexer.c up to 1.27",
    level=Level.WARNING,
)
def nested_f_string(values: Values) -> Iterator[Hit]:
    app = values.app
    for node in app.nodes(ast.JoinedStr):
        parent = app.parents[node]
        if isinstance(parent, ast.FormattedValue) and parent.format_spec is node:
            continue  # what follows the colon is a JoinedStr, too, but not a string of its own
        if any(isinstance(ancestor, ast.FormattedValue) for ancestor in app.ancestors(node)):
            yield at(node)


@rule(
    "MicroPython has no !a in f-strings.",
    "Use !r.",
    source="differences, Core language: cpydiff core_fstring_repr",
)
def f_string_ascii(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.FormattedValue):
        if node.conversion == ord("a"):
            yield at(node.value)


@rule(
    "MicroPython takes no space after the = in {text!r}.",
    "Write {fixed!r}.",
    source="What's new in Python 3.8, note on f-strings with =",
)
def f_string_space_after_equals(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.JoinedStr):
        literals = [part.value for part in node.values if isinstance(part, ast.Constant)]
        if not any(str(literal).rstrip(" ").endswith("=") for literal in literals):
            continue
        text = values.app.text(node).replace("{{", "  ")
        for match in re.finditer(r"\{([^{}!<>=]+)=\s+([}!:])", text):
            shown = match[0].rstrip("!:")
            fixed = f"{{{match[1].strip()}={match[2]}".rstrip("!:")
            yield at(node, text=shown, fixed=fixed)


@rule(
    "MicroPython before 1.24 cannot put f-strings next to each other.",
    "Put a + between them, or make them one.",
    source="differences 1.22, Core language: cpydiff core_fstring_concat",
    level=Level.WARNING,
)
def adjacent_f_strings(values: Values) -> Iterator[Hit]:
    for group in _adjacent_strings(values):
        f_strings = [literal for literal in group if literal.is_f]
        if len(f_strings) > 1:
            yield Hit(f_strings[1].line, f_strings[1].column)


@rule(
    "MicroPython takes the braces in a string next to an f-string for a part of the f-string.",
    "Put a + between the two.",
    source="differences, Core language: cpydiff core_fstring_concat",
)
def braces_beside_f_string(values: Values) -> Iterator[Hit]:
    for group in _adjacent_strings(values):
        if any(literal.is_f for literal in group):
            for literal in group:
                if not literal.is_f and re.search("[{}]", literal.text):
                    yield Hit(literal.line, literal.column)


@rule(
    "MicroPython before 1.24 has no raw f-strings.",
    "Double the backslashes and remove the r.",
    source="differences 1.22, Core language: cpydiff core_fstring_raw",
    level=Level.WARNING,
)
def raw_f_string(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.JoinedStr):
        if re.match("(?i)fr|rf", values.app.text(node)):
            yield at(node)


@rule(
    "str.format() on MicroPython has no attributes and no indices in fields: {field}.",
    "Pass the value itself: '{{}}'.format(a.b).",
    source="differences, Builtin types, str: cpydiff types_str_formatsubscr",
)
def format_field(values: Values) -> Iterator[Hit]:
    for call in values.app.nodes(ast.Call):
        method = call.func
        if not isinstance(method, ast.Attribute) or method.attr != "format":
            continue
        if isinstance(method.value, ast.Constant) and isinstance(method.value.value, str):
            for name in _field_names(method.value.value):
                if "." in name or "[" in name:
                    yield at(call, field="{" + name + "}")


@rule(
    "A {type} on MicroPython cannot be cut in steps: NotImplementedError.",
    "Take the items in a loop, or cut a list: ''.join(list(text)[::-1]), for example.",
    source="differences, Builtin types: cpydiff types_str_subscrstep, types_bytes_subscrstep, "
    "types_tuple_subscrstep, modules_array_subscrstep",
)
def slice_with_step(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Subscript):
        value = values.of(node.value)
        sliced = isinstance(value, Instance) and value.of.name in {"str", "bytes", "bytearray", "memoryview", "tuple"}
        if isinstance(value, Instance) and sliced and isinstance(node.ctx, ast.Load) and _has_step(node.slice):
            yield at(node, type=value.of.name)


@rule(
    "MicroPython cannot replace or delete every so many items of a list: NotImplementedError.",
    "Build a new list, or go through the items in a loop.",
    source="differences, Builtin types, list: cpydiff types_list_store_subscrstep, types_list_delete_subscrstep",
)
def changed_slice_with_step(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Subscript):
        if not isinstance(node.ctx, ast.Load) and _has_step(node.slice):
            yield at(node)


@dataclass(frozen=True)
class _Literal:
    line: int
    column: int
    text: str
    is_f: bool


def _read_by_micropython(expression: str) -> bool:
    """Whether MicroPython's lexer finds the end of an f-string's expression where Python does.

    It counts `[` and `{`, in strings too, and outside of them ends at the first `:` or `}` (py/lexer.c).
    """
    level = 0
    for char in expression:
        if level == 0 and char in ":}":
            return False
        level += (char in "[{") - (char in "]}")
        if level < 0:
            return False
    return level == 0


def _adjacent_strings(values: Values) -> Iterator[list[_Literal]]:
    """The groups of two or more string literals that stand next to each other."""
    group: list[_Literal] = []
    starts: list[tokenize.TokenInfo] = []  # of the f-strings that are open (Python 3.12 and newer)
    for token in values.app.tokens:
        if token.type == _FSTRING_START:
            starts.append(token)
        elif token.type == _FSTRING_END:
            start = starts.pop()
            if not starts:
                group.append(_Literal(start.start[0], start.start[1] + 1, "", is_f=True))
        elif starts or token.type in {tokenize.NL, tokenize.COMMENT}:
            continue
        elif token.type == tokenize.STRING:
            is_f = "f" in token.string.partition(token.string[-1])[0].lower()
            group.append(_Literal(token.start[0], token.start[1] + 1, token.string, is_f))
        else:
            if len(group) > 1:
                yield group
            group = []


def _field_names(template: str) -> Iterator[str]:
    try:
        for _, name, _, _ in string.Formatter().parse(template):
            if name:
                yield name
    except ValueError:
        return  # not a format string: CPython fails with it, too


def _has_step(node: ast.expr) -> bool:
    if not isinstance(node, ast.Slice) or node.step is None:
        return False
    return not (isinstance(node.step, ast.Constant) and node.step.value in {1, None})
