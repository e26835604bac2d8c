"""Rules: syntax that MicroPython does not have. An app that uses it does not even load.

Every release from 1.20 to 1.27 refuses what is found here, unless the words or the source say otherwise.
"""

from __future__ import annotations

import ast
import itertools
import keyword
import re
import tokenize
from collections.abc import Iterator

from ._app import App
from ._rule import Hit, Level, at, rule
from ._scopes import Comprehension
from ._values import Values


@rule(
    "MicroPython has no match statement.",
    "Write if and elif, or look the case up in a dict.",
    source="What's new in Python 3.10, PEP 634: off by default",
)
def match_statement(values: Values) -> Iterator[Hit]:
    return map(at, values.app.nodes(ast.Match))


@rule(
    "MicroPython 1.20 changed what := in a comprehension does: before, {name!r} stays inside the comprehension.",
    "Write the comprehension as a loop that sets {name!r} in a line of its own.",
    source="differences, Syntax: cpydiff syntax_assign_expr",
    level=Level.WARNING,
)
def walrus_in_comprehension(values: Values) -> Iterator[Hit]:
    app = values.app
    for node in app.nodes(ast.NamedExpr):
        if any(isinstance(ancestor, Comprehension) for ancestor in _expression_around(app, node)):
            yield at(node, name=node.target.id)


@rule(
    "MicroPython takes := in an index or a set only in parentheses.",
    "Put {text!r} in parentheses.",
    source="What's new in Python 3.10, other language changes: unparenthesized assignment expressions",
)
def walrus_without_parentheses(values: Values) -> Iterator[Hit]:
    app = values.app
    for node in app.nodes(ast.NamedExpr):
        parent = app.parents[node]
        if isinstance(parent, ast.Tuple):
            parent = app.parents[parent]
        in_index = isinstance(parent, ast.Subscript) and parent.value is not node
        if (in_index or isinstance(parent, ast.Set)) and not _in_parentheses(app, node):
            yield at(node, text=app.text(node))


@rule(
    "MicroPython has no positional-only parameters: the / in the parameters of {name} is a syntax error.",
    "Remove the /.",
    source="What's new in Python 3.8, PEP 570",
)
def positional_only_parameter(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda):
        if node.args.posonlyargs:
            yield at(node, name=getattr(node, "name", "a lambda"))


@rule(
    "MicroPython has no except* and no exception groups.",
    "Write except, and handle one exception at a time.",
    source="What's new in Python 3.11, PEP 654",
)
def except_star(values: Values) -> Iterator[Hit]:
    return map(at, values.app.nodes(ast.TryStar))


@rule(
    "MicroPython has no type parameters and no type statement.",
    "Remove them: MicroPython does not look at types.",
    source="What's new in Python 3.12, PEP 695",
)
def type_parameters(values: Values) -> Iterator[Hit]:
    # Parsed by Python 3.12 and newer only; Python 3.11 itself finds a syntax error.
    for node in values.app.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        if getattr(node, "type_params", None):
            yield at(node)
    alias: type[ast.stmt] | None = getattr(ast, "TypeAlias", None)
    if alias is not None:
        yield from map(at, values.app.nodes(alias))


@rule(
    "MicroPython takes no parentheses around the managers of a with statement.",
    "Remove them; a backslash continues a long line.",
    source="What's new in Python 3.10, bpo-12782: parenthesized context managers",
)
def parenthesized_with(values: Values) -> Iterator[Hit]:
    app = values.app
    starts = {(node.lineno, node.col_offset): node for node in app.nodes(ast.With, ast.AsyncWith)}
    tokens = [token for token in app.tokens if token.type not in {tokenize.NL, tokenize.COMMENT}]
    for index, token in enumerate(tokens):
        start = tokens[index - 1].start if tokens[index - 1].string == "async" else token.start
        if token.string != "with" or tokens[index + 1].string != "(" or (node := starts.get(start)) is None:
            continue
        several = len(node.items) > 1 or any(item.optional_vars is not None for item in node.items)
        if several and tokens[_closing(tokens, index + 1) + 1].string == ":":
            yield at(node)


@rule(
    "MicroPython takes a decorator only in the form @name or @name.name(arguments).",
    "Give the decorator a name of its own in the line before.",
    source="What's new in Python 3.9, PEP 614",
)
def decorator_expression(values: Values) -> Iterator[Hit]:
    app = values.app
    for node in app.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        for decorator in node.decorator_list:
            name = decorator.func if isinstance(decorator, ast.Call) else decorator
            while isinstance(name, ast.Attribute):
                name = name.value
            if not isinstance(name, ast.Name) or _in_parentheses(app, decorator):
                yield at(decorator)


@rule(
    "MicroPython unpacks with * and ** only in calls, not in a {display}.",
    "Build it step by step: a + b for sequences, d = dict(a) and d.update(b) for dicts.",
    source="What's new in Python 3.5, PEP 448: partial; Python 3.11, starred expressions",
)
def unpacking_in_display(values: Values) -> Iterator[Hit]:
    app = values.app
    for node in app.nodes(ast.Starred):
        parent = app.parents[node]
        if isinstance(node.ctx, ast.Load) and isinstance(parent, ast.Tuple | ast.List | ast.Set | ast.Subscript):
            yield at(node, display=type(parent).__name__.lower())
    for dict_ in app.nodes(ast.Dict):
        for key, value in zip(dict_.keys, dict_.values, strict=True):
            if key is None:
                yield at(value, display="dict")


@rule(
    "MicroPython has no asynchronous comprehensions.",
    "Write a loop.",
    source="What's new in Python 3.6, PEP 530; Python 3.11, note on asynchronous generators",
)
def async_comprehension(values: Values) -> Iterator[Hit]:
    app = values.app
    for node in app.nodes(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp):
        if any(generator.is_async for generator in node.generators):
            yield at(node)
    for await_ in app.nodes(ast.Await):
        if isinstance(app.scopes[await_].node, Comprehension):
            yield at(await_)


@rule(
    "MicroPython has no asynchronous generators: {name} has no __aiter__ on the dock.",
    "Return a list, or write a class with __aiter__ and __anext__.",
    source="What's new in Python 3.6, PEP 525; Python 3.11, note on asynchronous generators",
)
def async_generator(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Yield):
        function = values.app.function_of(node)
        if isinstance(function, ast.AsyncFunctionDef):
            yield at(node, name=function.name)


@rule(
    "MicroPython needs a space between the number and the word in {text!r}.",
    "Write {fixed!r}.",
    source="differences, Syntax: cpydiff syntax_spaces",
)
def number_before_keyword(values: Values) -> Iterator[Hit]:
    for number, word in itertools.pairwise(values.app.tokens):
        if number.type == tokenize.NUMBER and number.end == word.start and keyword.iskeyword(word.string):
            text, fixed = number.string + word.string, f"{number.string} {word.string}"
            yield Hit(number.start[0], number.start[1] + 1, {"text": text, "fixed": fixed})


@rule(
    "MicroPython has no \\N{{name}} escapes in strings.",
    "Write the character itself, or \\u and its number.",
    source="differences, Syntax: cpydiff syntax_unicode_nameesc",
)
def unicode_name_escape(values: Values) -> Iterator[Hit]:
    app = values.app
    # The text of a whole f-string is in no single token on Python 3.12 and newer: look at the nodes.
    for node in app.nodes(ast.Constant, ast.JoinedStr):
        text = app.text(node)
        nested = isinstance(app.parents[node], ast.JoinedStr | ast.FormattedValue)
        if isinstance(node, ast.Constant) and (nested or not isinstance(node.value, str)):
            continue
        if re.search(r"(?<!\\)(\\\\)*\\N\{", text) and not re.match(r"[fF]?[rR]", text):
            yield at(node)


def _expression_around(app: App, node: ast.AST) -> Iterator[ast.AST]:
    return itertools.takewhile(lambda around: not isinstance(around, ast.stmt | ast.Lambda), app.ancestors(node))


def _in_parentheses(app: App, node: ast.expr) -> bool:
    """Whether a parenthesis opens directly before a node."""
    return app.lines[node.lineno - 1][: node.col_offset].rstrip().endswith("(")


def _closing(tokens: list[tokenize.TokenInfo], opening: int) -> int:
    """The index of the parenthesis that closes the one at `opening`."""
    depth = 0
    for index in range(opening, len(tokens)):
        depth += (tokens[index].string in {"(", "[", "{"}) - (tokens[index].string in {")", "]", "}"})
        if not depth:
            break
    return index
