"""Who the dock is, what is plugged into it, and its settings (dock SDK, `dock`)."""

from . import monitor as _monitor
from ._device import device as _device
from ._device import timezones as _timezones
from ._dock import current as _current

__all__ = ["DockControl", "DockInfo"]


class DockInfo:
    """What an app can know of its dock."""

    # Plain numbers: apps print them and compare them.
    HOST_NOT_CONNECTED = int(_device.HostStatus.NOT_CONNECTED)
    HOST_CONNECTED = int(_device.HostStatus.CONNECTED)
    HOST_CONNECTION_SUSPENDED = int(_device.HostStatus.SUSPENDED)

    def dock_id(self) -> str:
        """The dock's unique identifier: 64 hexadecimal digits."""
        return _current.current_dock().device.dock_id

    def monitors(self) -> list[_monitor.Monitor]:
        """One monitor for each of the four outputs; an invalid one where nothing is plugged."""
        return [_monitor.Monitor(edid) for edid in _current.current_dock().device.edids]

    def host_status(self) -> int:
        """Whether a host is connected: one of this class's three constants."""
        return int(_current.current_dock().machine.host_status)


class DockControl:
    """The settings of the dock that an app can change."""

    def set_timezone(self, timezone: str) -> None:
        """Set the dock's time zone, which `time.localtime` and its companions follow from then on.

        Raises:
            TypeError: the name is not a str; the message lists the names (dock SDK).
            ValueError: the dock does not know the name; the message lists those that it does (dock SDK).
        """
        _current.current_dock().machine.timezone = _timezones.zone(timezone).key

    def suspend_host_connection(self, suspend: bool) -> None:
        """Suspend the connection to the host, or resume it; `DockInfo.host_status` tells when it happened.

        It takes seconds, as on the dock: 2 seconds of dock time here. A host that is not connected by then is not
        suspended; unplugging the host ends its suspension (dock SDK).

        Raises:
            TypeError: `suspend` is not a bool.
            RuntimeError: called on the Trio thread, where `dock.machine.suspend_host(...)` is the way.
        """
        if not isinstance(suspend, bool):
            raise TypeError(f"suspend must be True or False, not {type(suspend).__name__}")
        dock = _current.current_dock_to_wait_for("suspend_host_connection()", "dock.machine.suspend_host(...)")
        dock.call_sync(dock.machine.suspend_host, suspend)
