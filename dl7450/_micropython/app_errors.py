"""What an app raised in MicroPython, as an exception here: of the same name, and with MicroPython's traceback."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence

from .._dock.app_thread import DockStopped
from .._dock.tracebacks import ForeignError
from .._trio.lifetime import CLOSED


def app_error(
    kinds: Sequence[str], args: tuple[object, ...], text: str, traceback: str, classes: Mapping[str, type]
) -> BaseException:
    """The exception to raise.

    Parameters:
        kinds: its class and the bases of that, by name, or by key where it is one of the dock's modules.
        args: its arguments.
        text: what `str()` of it gives in MicroPython.
        traceback: as MicroPython writes it.
        classes: those of the dock's modules, by their keys.
    """
    if kinds[0] == "DockStopped":
        return DockStopped(CLOSED)
    base = next(filter(None, (classes.get(kind) or getattr(builtins, kind, None) for kind in kinds)), Exception)
    if not issubclass(base, Exception):
        return base(*args)  # SystemExit, for one
    name = base.__name__ if kinds[0] in classes else kinds[0]
    # Of the class itself, so that `except` and pytest.raises find it; not made by its own rules, as it is made already.
    module = base.__module__ if name == base.__name__ else "__main__"
    own = {"__module__": module, "__qualname__": name, "__str__": ForeignError.__str__}
    bases = (ForeignError,) if base is Exception else (base, ForeignError)
    error_class = type(name, bases, own)
    error: ForeignError = error_class.__new__(error_class, *args)  # type: ignore[assignment]
    error.args = args
    error.tell(text, traceback)
    return error
