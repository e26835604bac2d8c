"""The tracebacks of an app's errors: its code, without the frames of this library and of those that it runs on."""

from __future__ import annotations

import os
import re
import sys
import traceback
from pathlib import Path

import outcome
import trio


class ForeignError(Exception):
    """An error of an app in another interpreter, which has written the traceback.

    Attributes:
        traceback: with a line feed at its end.
    """

    traceback = ""
    _text = ""

    def tell(self, text: str, traceback: str) -> None:
        """Take what the other interpreter says of it. The traceback is a note, too, for whoever shows the error."""
        self._text = text
        self.traceback = traceback
        self.add_note(traceback.rstrip())

    def __str__(self) -> str:
        return self._text


def print_app_error(error: Exception) -> None:
    """Print the traceback of an app's error to stderr: the app's code, not this library's."""
    print(format_app_error(error), end="", file=sys.stderr)  # noqa: T201


def format_app_error(error: BaseException) -> str:
    """The traceback of an app's error without this library's frames and those it runs on.

    An error of the dock's modules is named without a module, as MicroPython does.
    """
    if isinstance(error, ForeignError):
        return error.traceback
    described = traceback.TracebackException.from_exception(error)
    part: traceback.TracebackException | None = described
    while part is not None:
        part.stack = traceback.StackSummary.from_list([frame for frame in part.stack if not is_ours(frame.filename)])
        part = part.__cause__ or part.__context__
    return _OUR_MODULE.sub("", "".join(described.format()))


_PACKAGE = Path(__file__).parents[1]
_OUR_MODULE = re.compile(rf"^{_PACKAGE.name}\.(?:\w+\.)*(?=[A-Z]\w*(?::|$))", re.MULTILINE)
_OURS = tuple(f"{folder}{os.sep}" for folder in (_PACKAGE, Path(trio.__file__).parent, Path(outcome.__file__).parent))


def is_ours(filename: str) -> bool:
    return filename.startswith((*_OURS, "<frozen importlib"))
