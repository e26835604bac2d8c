"""Of `typing`, what `datetime` needs: MicroPython has no such module, and looks at no annotation."""

try:
    from typing import Any, overload
except ImportError:
    Any = None  # type: ignore[assignment, misc]
    overload = lambda function: function  # type: ignore[assignment]  # noqa: E731

__all__ = ["Any", "overload"]
