"""`GuestApp`: an app in MicroPython, as the app thread sees it.

The app thread gives the turn to MicroPython, to run the module or to call a callback, and serves what the app asks of
the dock until MicroPython says that its code has returned or raised.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .._dock.app_thread import DockStopped
from .._dock.loader import SDK_MODULES
from .app_errors import app_error
from .interpreter import Interpreter
from .names import QualifiedNames
from .wire import Wire

# What MicroPython has itself, and what is written in the Python that it runs (`lib/`).
_OWN = {"binascii", "framebuf", "hashlib", "io", "json"} | {"datetime", "hmac"}


class GuestApp:
    """One app. The methods are for the app thread."""

    def __init__(self, interpreter: Interpreter, path: Path) -> None:
        self._interpreter = interpreter
        self._path = path
        self._names = QualifiedNames(path)
        self._wire = Wire(interpreter.read, self._make_callback)

    def run(self) -> None:
        """Run the module of the app.

        Raises:
            ForeignError: what it raised; of a class of the name, and of the built-in one that it is derived from.
            SystemExit: the app called `sys.exit()`.
            DockStopped: the dock stopped.
        """
        blobs: list[bytes | bytearray] = []
        modules = [[name, self._wire.module(module, blobs)] for name, module in _modules()]
        package = str(Path(__file__).parents[1])
        folder = str(self._path.parent)
        self._give_turn(["start", str(self._path), folder, package, modules], blobs)
        self._give_turn(["run", str(self._path)], [])

    def _make_callback(self, number: int, module: str | None, name: str) -> Callable[..., object]:
        return GuestCallback(self._call, number, module, self._names.qualified(module, name))

    def _call(self, callback: GuestCallback, args: tuple[object, ...]) -> None:
        blobs: list[bytes | bytearray] = []
        encoded = self._wire.encode(args, blobs)
        self._give_turn(["call", callback.number, callback.is_called_once, encoded], blobs)

    def _give_turn(self, message: object, blobs: list[bytes | bytearray]) -> None:
        raised: BaseException | None = None
        with self._interpreter.turn() as can_run:
            if can_run:
                raised = self._serve(message, blobs)
        if raised is not None:
            raise raised

    def _serve(self, message: object, blobs: list[bytes | bytearray]) -> BaseException | None:
        """Have MicroPython run the app's code; what that raised is returned."""
        self._interpreter.send(message, blobs)
        while True:
            kind, *rest = self._interpreter.receive()
            if kind == "returned":
                return None
            if kind == "raised":
                classes, args, text, traceback = rest
                return app_error(classes, self._wire.decode(args), text, traceback, self._wire.classes)
            self._interpreter.send(*self._do(kind, *rest))

    def _do(self, kind: str, target: list[Any], args: Any, kwargs: Any) -> tuple[object, list[bytes | bytearray]]:
        """Do what the app asks for; the reply to it."""
        args, kwargs = self._wire.decode(args), self._wire.decode(kwargs)
        blobs: list[bytes | bytearray] = []
        try:
            match kind:
                case "function":
                    module, name = target
                    function = getattr(importlib.import_module(f"dl7450.{module}"), name)
                case "new":
                    function = self._wire.classes[target[0]]
                case _:
                    function = getattr(self._wire.decode(["handle", target[0]]), target[1])
            _mark_called_once(function, args, kwargs)
            result = function(*args, **kwargs)
            value = self._wire.add(result) if kind == "new" else self._wire.encode(result, blobs)
            return ["value", value], blobs
        except (Exception, DockStopped) as error:
            blobs = []
            return ["error", *self._wire.error(error, blobs)], blobs


class GuestCallback:
    """A function of the app, which the dock may call. Telemetry finds its name where a function has it.

    Attributes:
        number: what MicroPython knows it by.
        is_called_once: MicroPython need not keep it after that: an app makes one with every timer.
    """

    def __init__(
        self, call: Callable[[GuestCallback, tuple[object, ...]], None], number: int, module: str | None, name: str
    ) -> None:
        self.number = number
        self.is_called_once = False
        self._call = call
        self.__module__ = module or "__main__"
        self.__qualname__ = name

    def __call__(self, *args: object) -> None:
        self._call(self, args)


def _mark_called_once(function: Callable[..., object], args: list[object], kwargs: dict[str, object]) -> None:
    """Mark the callbacks of requests, and of timers that do not repeat."""
    if function.__module__ == "dl7450.http" or (
        function.__module__ == "dl7450.wakeup" and not any(args[2:]) and not kwargs.get("repeat_ms")
    ):
        for value in (*args, *kwargs.values()):
            if isinstance(value, GuestCallback):
                value.is_called_once = True


def _modules() -> list[tuple[str, Any]]:
    """The modules of the dock that are proxies in MicroPython; without those that are not simulated."""
    found = []
    for name in sorted(SDK_MODULES - _OWN):
        try:
            found.append((name, importlib.import_module(f"dl7450.{name}")))
        except ImportError:
            continue
    return found
