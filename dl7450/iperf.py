"""How fast the dock's network is (dock SDK 0.5, `iperf`; later releases have it, too, and do not document it).

Where `iperf3` is installed, it measures, against an iperf3 server. Elsewhere, and on virtual time, the result is made
up from the `bandwidth` in the dock's description.
"""

from collections.abc import Callable as _Callable
from inspect import iscoroutinefunction as _iscoroutinefunction

from ._dock import current as _current

__all__ = ["IperfClient"]


class IperfClient:
    """Measures the network between the dock and an iperf3 server."""

    def __init__(self, hostname: str, port: int) -> None:
        """
        Parameters:
            hostname: of the server, or its address.
            port: of the server, 1 to 65535; iperf3's own is 5201.

        Raises:
            TypeError: one of them has another type.
            ValueError: there is no such port, or the name is one that cannot be.
        """
        types: list[tuple[str, object, type]] = [("hostname", hostname, str), ("port", port, int)]
        for name, value, kind in types:
            if not isinstance(value, kind) or isinstance(value, bool):
                raise TypeError(f"{name} must be {kind.__name__}, not {type(value).__name__}")
        if not hostname or hostname.startswith("-") or not hostname.isprintable() or " " in hostname:
            raise ValueError(f"hostname must be a name or an address, not {hostname!r}")
        if not 1 <= port <= 65_535:
            raise ValueError(f"port must be from 1 to 65535, not {port}")
        self._hostname = hostname
        self._port = port

    def run(self, on_complete: _Callable[[dict[str, object]], object] | None = None) -> None:
        """Begin a test of ten seconds; this returns at once.

        Parameters:
            on_complete: called with the dict that `iperf3 --json` prints, on the app thread when it is idle: `start`,
                `intervals`, each with `sum` and in it `bits_per_second`, and `end`. A test that failed has `error`,
                too, and no intervals; the dict is empty if iperf3 printed nothing.

        Raises:
            TypeError: the callback cannot be called, or is async.
        """
        if on_complete is not None and not callable(on_complete):
            raise TypeError(f"on_complete must be a function of one parameter, not {type(on_complete).__name__}")
        if _iscoroutinefunction(on_complete):
            raise TypeError("on_complete must be a plain function, not an async one: nobody would await it")
        dock = _current.current_dock()
        dock.call_sync(dock.iperf.start, self._hostname, self._port, on_complete)
