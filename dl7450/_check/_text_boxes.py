"""Rules: text that nobody could read, where an app's text tells what a box says and where it is.

The dock's letters are measured for this, with Pillow, which is imported only where there is a text to measure.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from .._screen import markup
from .._screen.constants import CENTRE_X, CENTRE_Y, Alignment
from . import _api
from ._argument_values import FIELD, known_text
from ._calls import argument
from ._literals import literal
from ._rule import Hit, Level, at, rule
from ._values import Values

if TYPE_CHECKING:
    from .._screen.state import TextBox

_ADD: Final = "splashscreen.Splashscreen.add_text_box"
_CHANGING: Final = (_ADD, "splashscreen.Splashscreen.remove_text_box")
_ARITHMETIC: Final[dict[type[ast.operator], Callable[[int, int], int]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}
_FARTHEST: Final = 10_000  # pixels: what is farther off is hidden, or an error
_SOURCE: Final = (
    "the vendor's picture of the start screen: Noto Sans, 48 pixels, a line every 67; lines are not wrapped"
)


@rule("{fault}.", "Move it, break it into lines, or make it smaller.", source=_SOURCE, level=Level.WARNING)
def text_off_screen(values: Values) -> Iterator[Hit]:
    for call in values.app.nodes(ast.Call):
        if values.is_api(call.func, _ADD) and (box := _known_box(values, call)) is not None:
            from .._screen.text_faults import leaves_screen

            if fault := leaves_screen(box):
                yield at(call, fault=_capital(fault))


@rule("{fault}.", "Move one of them: default text needs 67 pixels a line.", source=_SOURCE, level=Level.WARNING)
def text_over_text(values: Values) -> Iterator[Hit]:
    for block in _blocks(values):
        shown: dict[tuple[int, int], TextBox] = {}
        for statement in block:
            call = statement.value if isinstance(statement, ast.Expr) else None
            if not isinstance(call, ast.Call) or not values.is_api(call.func, _ADD):
                if not _leaves_boxes_alone(values, statement):
                    shown.clear()
            elif (place := _place(values, call)) is None:
                shown.clear()  # it may have replaced any of them
            else:
                shown.pop(place, None)
                if (box := _known_box(values, call)) is not None:
                    yield from _over(box, call, shown.values())
                    shown[place] = box


def _over(box: TextBox, call: ast.Call, shown: Iterable[TextBox]) -> Iterator[Hit]:
    from .._screen.text_faults import lies_over

    for under in shown:
        if fault := lies_over(box, under):
            yield at(call, fault=_capital(fault))


def _capital(fault: str) -> str:
    return fault[0].upper() + fault[1:]


def _blocks(values: Values) -> Iterator[Sequence[ast.stmt]]:
    """The statements that are run one after the other."""
    yield values.app.tree.body
    for node in values.app.nodes(ast.FunctionDef, ast.If, ast.For, ast.While):
        yield node.body


def _leaves_boxes_alone(values: Values, statement: ast.stmt) -> bool:
    """Whether a statement surely takes no text away: all that it calls is the dock's, or nothing."""
    if not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom):
        return False
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return all(
        isinstance(values.of(call.func), _api.ApiFunction | _api.ApiClass) and not values.is_api(call.func, *_CHANGING)
        for call in calls
    )


def _known_box(values: Values, call: ast.Call) -> TextBox | None:
    """The box that a call adds, if the app's text tells all of it."""
    from .._screen.state import TextBox

    value, place, given = argument(call, 0, "text"), _place(values, call), _attributes(values, call)
    text = known_text(values, value) if value is not None else None
    if text is None or FIELD in text or place is None or given is None:
        return None
    alignment = _alignment(given["alignment"]) if "alignment" in given else Alignment.MIDDLE
    try:
        runs = markup.parse(text)
    except ValueError:
        return None
    return None if alignment is None else TextBox(*place, alignment, runs, centred="y" not in given)


def _place(values: Values, call: ast.Call) -> tuple[int, int] | None:
    given = _attributes(values, call)
    if given is None:
        return None
    x = _number(values, given["x"]) if "x" in given else CENTRE_X
    y = _number(values, given["y"]) if "y" in given else CENTRE_Y
    return (x, y) if x is not None and y is not None and max(abs(x), abs(y)) < _FARTHEST else None


def _attributes(values: Values, call: ast.Call) -> dict[object, ast.expr] | None:
    """The attributes of a text box by name; None if they are not all known."""
    if any(isinstance(given, ast.Starred) for given in call.args) or any(word.arg is None for word in call.keywords):
        return None
    given = argument(call, 1, "attributes")
    if given is None:
        return {}
    whole = literal(values, given)
    if not isinstance(whole, ast.Dict):
        return None
    items = zip(whole.keys, whole.values, strict=True)
    named: dict[object, ast.expr] = {key.value: value for key, value in items if isinstance(key, ast.Constant)}
    return named if len(named) == len(whole.keys) else None


def _number(values: Values, node: ast.expr) -> int | None:
    match literal(values, node):
        case ast.Constant(value=int() as number):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            positive = _number(values, operand)
            return None if positive is None else -positive
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            one, other = _number(values, left), _number(values, right)
            if one is None or other is None or (isinstance(op, ast.FloorDiv) and not other):
                return None
            return _ARITHMETIC[type(op)](one, other)
    return None


def _alignment(node: ast.expr) -> Alignment | None:
    name = node.attr if isinstance(node, ast.Attribute) else ""
    return Alignment[name] if name in Alignment.__members__ else None
