"""How values go to MicroPython and come back: as JSON, with their bytes beside it.

| value | in JSON | in the other direction |
|---|---|---|
| None, bool, int, str | itself | the same |
| float | `["float"]`, and 8 bytes | the same |
| bytes, bytearray | `["bytes", length]`, and the bytes | the same; `memoryview`, too |
| list, tuple, dict | `["list", items]`, ... | the same |
| an object of the dock's modules | `["handle", class, description, number]` | `["handle", number]` |
| a `Response` | `["snapshot", class, description, values]`: all that its methods give | |
| a member of an enumeration | `["member", class, description, name]` | `["member", class, name]` |
| a class, a function | `["class", class, description]`, `["function", module, name]` | |
| whatever can be called | | `["callback", number, module, name]` |
| anything else | | `["other", type, repr]` |

A class is described to MicroPython when it is first named, by looking at it: what the modules offer is said once, by
the modules.
"""

from __future__ import annotations

import builtins
import inspect
import struct
from collections.abc import Callable
from enum import Enum
from itertools import count
from types import ModuleType
from typing import Any

from ..http._response import Response

# Their methods give what is known already: the app gets all of it, and it takes memory there as it does on a dock.
_SNAPSHOTS: dict[type, tuple[str, ...]] = {Response: ("status_code", "headers", "body")}


class Wire:
    """Of one app: it knows the objects and the classes that MicroPython knows.

    Attributes:
        classes: those that were described, each by its key.
    """

    def __init__(
        self, read: Callable[[int], bytearray], callback: Callable[[int, str | None, str], Callable[..., object]]
    ) -> None:
        """
        Parameters:
            read: gives the bytes that follow a message.
            callback: makes a function of the number, the module and the name of one of the app's.
        """
        self.classes: dict[str, type] = {}
        self._read = read
        self._callback = callback
        self._objects: dict[int, object] = {}  # for ever: MicroPython does not say what it no longer has
        self._numbers = count(1)

    def add(self, item: object) -> int:
        """The number of an object that MicroPython is to know."""
        number = next(self._numbers)
        self._objects[number] = item
        return number

    def encode(self, value: object, blobs: list[bytes | bytearray]) -> object:
        """A value as JSON has it; its bytes are appended to `blobs`."""
        if value is None or isinstance(value, bool) or type(value) in (int, str):
            return value
        if isinstance(value, Enum):
            return ["member", *self._class(type(value)), value.name]
        if isinstance(value, float):
            blobs.append(struct.pack("<d", value))
            return ["float"]
        if isinstance(value, bytes | bytearray):
            blobs.append(value)
            return ["bytes" if isinstance(value, bytes) else "bytearray", len(value)]
        if isinstance(value, list | tuple):
            return ["list" if isinstance(value, list) else "tuple", [self.encode(item, blobs) for item in value]]
        if isinstance(value, dict):
            return ["dict", [[self.encode(key, blobs), self.encode(item, blobs)] for key, item in value.items()]]
        if isinstance(value, type):
            return ["class", *self._class(value)]
        methods = _SNAPSHOTS.get(type(value))
        if methods is not None:
            values = [self.encode(getattr(value, method)(), blobs) for method in methods]
            return ["snapshot", *self._class(type(value)), values]
        return ["handle", *self._class(type(value)), self.add(value)]

    def decode(self, value: Any) -> Any:
        """The inverse of the guest's `encode`; the bytes are read in the order in which they were met there."""
        if not isinstance(value, list):
            return value
        kind, *rest = value
        match kind:
            case "float":
                return struct.unpack("<d", self._read(8))[0]
            case "bytes" | "memoryview":
                return bytes(self._read(rest[0]))
            case "bytearray":
                return self._read(rest[0])
            case "list":
                return [self.decode(item) for item in rest[0]]
            case "tuple":
                return tuple([self.decode(item) for item in rest[0]])
            case "dict":
                return {self.decode(key): self.decode(item) for key, item in rest[0]}
            case "member":
                return getattr(self.classes[rest[0]], rest[1])
            case "handle":
                return self._objects[rest[0]]
            case "callback":
                return self._callback(*rest)
            case _:
                name, text = rest
                return type(name, (), {"__repr__": lambda _: text})()

    def module(self, module: ModuleType, blobs: list[bytes | bytearray]) -> list[object]:
        """What an app may import from a module of the dock."""
        name = module.__name__.removeprefix("dl7450.")
        contents: list[object] = []
        for attribute in module.__all__:
            value = getattr(module, attribute)
            is_function = inspect.isfunction(value)
            contents.append([attribute, ["function", name, attribute] if is_function else self.encode(value, blobs)])
        return contents

    def error(self, error: BaseException, blobs: list[bytes | bytearray]) -> list[object]:
        """An exception: its classes, of which MicroPython takes the first that it has, its arguments and attributes."""
        kinds: list[object] = []
        for kind in type(error).__mro__:
            if kind.__module__ == "builtins" or kind.__name__ == "DockStopped":
                kinds.append(kind.__name__)
            elif kind.__module__.startswith("dl7450."):
                kinds.append(["class", *self._class(kind)])
        properties = [name for name, value in inspect.getmembers_static(type(error)) if isinstance(value, property)]
        attributes = {name: getattr(error, name) for name in properties}
        return [kinds, self.encode(error.args, blobs), self.encode(attributes, blobs)]

    def _class(self, cls: type) -> list[object]:
        """The key of a class, and its description where MicroPython does not have it yet."""
        key = f"{cls.__module__}.{cls.__qualname__}"
        if key in self.classes:
            return [key, None]
        self.classes[key] = cls
        return [key, self._described(cls)]

    def _described(self, cls: type) -> list[object]:
        name = cls.__name__
        if issubclass(cls, Enum):
            return ["enum", name, [[member.name, member.value] for member in cls]]
        if issubclass(cls, BaseException):
            return ["error", name, next(base.__name__ for base in cls.__mro__ if hasattr(builtins, base.__name__))]
        if cls in _SNAPSHOTS:
            return ["snapshot", name, _SNAPSHOTS[cls]]
        public = {name: value for name, value in inspect.getmembers_static(cls) if not name.startswith("_")}
        methods = [name for name, value in public.items() if callable(value)]
        constants = [[name, value] for name, value in public.items() if isinstance(value, int | str)]
        return ["object", name, methods, constants]
