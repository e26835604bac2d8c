"""The DisplayLink DL-7450 dock's app runtime as a Trio library.

`open_dock` opens a dock in a Trio program, `run` runs an app on one. The modules that an app may import are here by the
same name: `dl7450.http`, `dl7450.wakeup`, `dl7450.splashscreen` and so on. An app must find no name in them that the
dock does not have, so what they import has an underscore there.
"""

from typing import TYPE_CHECKING

from ._version import __version__

if TYPE_CHECKING:
    from ._dock.dock import Dock, open_dock, run

__all__ = ["Dock", "__version__", "open_dock", "run"]


def __getattr__(name: str) -> object:
    # On first use (PEP 562): `import dl7450.http` need not load Trio, httpx and OpenTelemetry.
    if name in {"Dock", "open_dock", "run"}:
        from ._dock import dock as _dock

        return getattr(_dock, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
