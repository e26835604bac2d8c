"""Loads an app so that `import http` means `dl7450.http` inside it, and only there.

Every app has its own `__builtins__`, and in it its own `__import__`. What the app imports by the name of a module of
the dock is `dl7450.<same name>`; a module beside the app's file is loaded by the same rules; the rest is Python's.
Neither `sys.modules` nor `sys.path` is touched, so httpx, pytest and the standard library keep their `http` and `time`.
"""

from __future__ import annotations

import builtins
import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from inspect import iscoroutinefunction
from pathlib import Path
from types import CodeType, ModuleType

SDK_MODULES = frozenset({
    "binascii", "datastore", "datetime", "dock", "framebuf", "gpio", "hashlib", "hmac", "http", "i2c", "image", "io",
    "iperf", "json", "monitor", "mqtt", "network", "splashscreen", "time", "usb", "vision_client", "wakeup",
})  # fmt: skip


class AppError(Exception):
    """An app cannot be loaded; the message says why."""


def load_app(app: str | Path | Callable[[], object]) -> Callable[[], object]:
    """Make of an app a function that runs it.

    Parameters:
        app: the path of the app's file, or a function, which is returned as it is.

    Raises:
        AppError: there is no such file, or it is not Python.
        TypeError: it is neither, or the function is async.
    """
    if callable(app):
        if iscoroutinefunction(app):
            raise TypeError("an app is a plain function, not an async one: await what is async in a Trio program")
        return app
    if not isinstance(app, str | os.PathLike):  # where nobody checks types: `dl7450.run(app())`
        raise TypeError(
            f"an app is the path of its file or a function, not {type(app).__name__}: pass the function, do not call it"
        )
    path = Path(app)
    loader = _Loader(path.parent)
    code = loader.compile(path)
    namespace = loader.namespace("__main__", path)

    def run_module() -> None:
        exec(code, namespace)  # running the file is what this module is for

    run_module.__module__ = path.stem
    run_module.__qualname__ = "<module>"
    return run_module


class _Loader:
    """The imports of one app."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._beside: dict[str, ModuleType] = {}
        self._builtins = {**vars(builtins), "__import__": self._import}

    def compile(self, path: Path) -> CodeType:
        try:
            source = path.read_bytes()
        except OSError as error:
            raise AppError(f"cannot read the app {str(path)!r}: {error.strerror}") from None
        try:
            return compile(source, str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise AppError(f"the app {str(path)!r} is not Python: {error}") from error
        except (MemoryError, RecursionError):  # Python's parser has a bound
            raise AppError(f"the app {str(path)!r} is too deep: take its expressions apart") from None

    def namespace(self, name: str, path: Path) -> dict[str, object]:
        return {"__name__": name, "__file__": str(path), "__builtins__": self._builtins}

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """What `import` calls in the app."""
        top, _, rest = name.partition(".")
        if level == 0 and top in SDK_MODULES:
            if rest:
                raise ModuleNotFoundError(f"No module named {name!r}: the dock's {top} is a single module", name=name)
            return importlib.import_module(f"dl7450.{top}")
        beside = self._folder / f"{name}.py"
        if level == 0 and not rest and beside.is_file():
            return self._load_beside(name, beside)
        return builtins.__import__(name, globals, locals, fromlist or (), level)

    def _load_beside(self, name: str, path: Path) -> ModuleType:
        if name not in self._beside:
            module = ModuleType(name)
            vars(module).update(self.namespace(name, path))
            self._beside[name] = module  # before it runs: modules may import each other
            try:
                exec(self.compile(path), vars(module))
            except BaseException:
                del self._beside[name]
                raise
        return self._beside[name]
