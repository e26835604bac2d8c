"""The DisplayLink DL-7450 dock's app runtime as a Trio library.

`open_dock` opens a dock in a Trio program, `run` runs an app on one. What their signatures name is here, too.

The modules that an app may import are here by the same name: `dl7450.http`, `dl7450.wakeup`, `dl7450.splashscreen` and
so on. They have exactly the dock's public names: whatever they import is renamed with an underscore.
Importing any of them is light: Trio, httpx, Pillow and OpenTelemetry are loaded by the first use of a dock.
"""

from typing import TYPE_CHECKING

from ._version import __version__
from .http._dock_of_call import DockOfCall as _DockOfCall
from .http._dock_of_call import hand_in as _hand_in

if TYPE_CHECKING:
    from ._device.device import (
        Device,
        FactoryStore,
        HostChange,
        HostStatus,
        NetworkAddress,
        StoredImage,
        UsbDevice,
    )
    from ._device.gpio import Direction, Gpio, Pin, Press
    from ._device.i2c.bus import I2cBus, I2cDevice, I2cTransfer
    from ._device.i2c.parts import I2cPart
    from ._device.machine import Machine
    from ._dock.dock import Dock
    from ._dock.loader import AppError
    from ._dock.open_dock import open_dock, run
    from ._screen.constants import Alignment, ImageType
    from ._screen.markup import StyledText
    from ._screen.state import Background, Screen, ScreenState, TextBox
    from ._screen.style import Style
    from .http._client import HttpClient, HttpStatistics
    from .http._control import RequestControl
    from .http._network import Address, Connection, Network

_HOMES = {
    "Address": ".http._network",
    "Alignment": "._screen.constants",
    "AppError": "._dock.loader",
    "Background": "._screen.state",
    "Connection": ".http._network",
    "Device": "._device.device",
    "Direction": "._device.gpio",
    "Dock": "._dock.dock",
    "FactoryStore": "._device.device",
    "Gpio": "._device.gpio",
    "HostChange": "._device.device",
    "HostStatus": "._device.device",
    "HttpClient": ".http._client",
    "HttpStatistics": ".http._client",
    "I2cBus": "._device.i2c.bus",
    "I2cDevice": "._device.i2c.bus",
    "I2cPart": "._device.i2c.parts",
    "I2cTransfer": "._device.i2c.bus",
    "ImageType": "._screen.constants",
    "Machine": "._device.machine",
    "Network": ".http._network",
    "NetworkAddress": "._device.device",
    "Pin": "._device.gpio",
    "Press": "._device.gpio",
    "RequestControl": ".http._control",
    "Screen": "._screen.state",
    "ScreenState": "._screen.state",
    "StoredImage": "._device.device",
    "Style": "._screen.style",
    "StyledText": "._screen.markup",
    "TextBox": "._screen.state",
    "UsbDevice": "._device.device",
    "open_dock": "._dock.open_dock",
    "run": "._dock.open_dock",
}

__all__ = [
    "Address",
    "Alignment",
    "AppError",
    "Background",
    "Connection",
    "Device",
    "Direction",
    "Dock",
    "FactoryStore",
    "Gpio",
    "HostChange",
    "HostStatus",
    "HttpClient",
    "HttpStatistics",
    "I2cBus",
    "I2cDevice",
    "I2cPart",
    "I2cTransfer",
    "ImageType",
    "Machine",
    "Network",
    "NetworkAddress",
    "Pin",
    "Press",
    "RequestControl",
    "Screen",
    "ScreenState",
    "StoredImage",
    "Style",
    "StyledText",
    "TextBox",
    "UsbDevice",
    "__version__",
    "open_dock",
    "run",
]


def __getattr__(name: str) -> object:
    # On first use (PEP 562): `import dl7450.http` need not load Trio, httpx and OpenTelemetry.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _current_dock() -> _DockOfCall:
    from ._dock.current import current_dock

    return current_dock()


_hand_in(_current_dock)
