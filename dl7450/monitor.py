"""What a monitor says of itself (dock SDK, `monitor`)."""

from ._device import edid as _edid

__all__ = ["Monitor"]


class Monitor:
    """A monitor, known by its EDID. Apps get theirs from `dock.DockInfo.monitors`."""

    def __init__(self, edid: bytes | bytearray | memoryview) -> None:
        """
        Parameters:
            edid: the bytes that the monitor presents, empty where nothing is plugged. Bytes that are not a valid EDID
                make an invalid monitor.

        Raises:
            TypeError: `edid` is neither bytes, bytearray nor memoryview.
        """
        if not isinstance(edid, bytes | bytearray | memoryview):
            raise TypeError(f"edid must be bytes, bytearray or memoryview, not {type(edid).__name__}")
        self._edid: _edid.Edid | None
        try:
            self._edid = _edid.parse(edid)
        except ValueError:
            self._edid = None

    def valid(self) -> bool:
        """Whether the monitor presents a valid EDID; where not, the other methods give empty data."""
        return self._edid is not None

    def name(self) -> str:
        """The manufacturer's name for this monitor; empty where not valid."""
        return self._edid.name if self._edid else ""

    def preferred_mode(self) -> tuple[int, int]:
        """Width and height in pixels that the monitor prefers; `(0, 0)` where not valid."""
        return (self._edid.width, self._edid.height) if self._edid else (0, 0)

    def serial_number(self) -> int:
        """The 32-bit serial number in the EDID; 0 where not valid."""
        return self._edid.serial_number if self._edid else 0
