"""The machine around the app: what one simulated DL-7450 is, and what is plugged into it.

A `Dock` has one `Device`. What describes the machine is given to it once; what changes during a run is its time zone
and, in dock time, the host and the network. The host's status is a function of time, not the work of a task: an app
that looks at the very moment of a change sees it, in every run.

`_device_file` makes a `Device` from a YAML file.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import TypeAlias

import trio

from .._screen.state import ImageType
from . import edid as _edid
from . import timezones as _timezone
from .edid import Edid

OUTPUTS = 4
DEFAULT_DOCK_ID = hashlib.sha256(b"DL-7450").hexdigest().upper()
DEFAULT_MONITOR = Edid(name="Monitor 1", width=1920, height=1080, serial_number=1)

# The SDK says "several seconds" and "quite long".
SUSPEND_SECONDS = 2.0


class HostStatus(IntEnum):
    """What the dock knows of its host, a laptop or PC (dock SDK, `DockInfo.host_status`)."""

    # The SDK documents the names, not the numbers.
    NOT_CONNECTED = 0
    CONNECTED = 1
    SUSPENDED = 2


_HOST_STATUS_NAMES = {
    "none": HostStatus.NOT_CONNECTED,
    "connected": HostStatus.CONNECTED,
    "suspended": HostStatus.SUSPENDED,
}

# What a change does to the status of the host: to a status that is no key, nothing.
_Effect: TypeAlias = Mapping[HostStatus, HostStatus]
_SUSPEND: _Effect = {HostStatus.CONNECTED: HostStatus.SUSPENDED}
_RESUME: _Effect = {HostStatus.SUSPENDED: HostStatus.CONNECTED}


def _becomes(status: HostStatus) -> _Effect:
    return dict.fromkeys(HostStatus, status)


def host_status(name: str) -> HostStatus:
    """The status called `connected`, `none` or `suspended`.

    Raises:
        ValueError: it is another name.
    """
    try:
        return _HOST_STATUS_NAMES[name]
    except KeyError:
        raise ValueError(f"{name!r} is no host status: use connected, none or suspended") from None


@dataclass(frozen=True)
class HostChange:
    """The host is plugged in or out, or suspended, `at` seconds of dock time after the dock opened."""

    at: float
    status: HostStatus


@dataclass(frozen=True, kw_only=True)
class NetworkAddress:
    """What DHCP gives the dock, `up_after` seconds of dock time after it opened; all IPv4.

    The defaults are documentation addresses (RFC 5737): they say that nobody chose them.

    Raises:
        ValueError: a text is no IPv4 address or no netmask; the message names the fix.
    """

    ip: str = "192.0.2.50"
    subnet: str = "255.255.255.0"
    gateway: str = "192.0.2.1"
    dns: str = "192.0.2.1"
    up_after: float = 0.0

    def __post_init__(self) -> None:
        for address in (self.ip, self.gateway, self.dns):
            check_ipv4(address)
        check_netmask(self.subnet)


@dataclass(frozen=True)
class UsbDevice:
    """A USB device plugged into the dock; both ids are 16 bits."""

    vendor_id: int
    product_id: int
    name: str


@dataclass(frozen=True)
class StoredImage:
    """A picture in the store: the bytes of its file, and its type as the SDK has it."""

    data: bytes = field(repr=False)
    image_type: ImageType


@dataclass(frozen=True)
class FactoryStore:
    """The content of a factory store: images by tag, values by key, and the file of the app."""

    images: Mapping[str, StoredImage] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    code: Path | None = None


def check_dock_id(dock_id: str) -> str:
    """The dock id itself.

    Raises:
        ValueError: it is not 64 hexadecimal digits, as a dock's is.
    """
    if not re.fullmatch("[0-9A-Fa-f]{64}", dock_id):
        raise ValueError(f"{dock_id!r} is no dock id: use 64 hexadecimal digits, such as the SHA-256 sum of a name")
    return dock_id


def check_ipv4(address: str) -> str:
    """The address itself.

    Raises:
        ValueError: it is no IPv4 address in the usual notation.
    """
    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        raise ValueError(f"{address!r} is no IPv4 address: write it as 192.0.2.50") from None
    return address


def check_netmask(mask: str) -> str:
    """The netmask itself.

    Raises:
        ValueError: its bits are not ones first and then zeros.
    """
    zeros = ~int(ipaddress.IPv4Address(check_ipv4(mask))) & 0xFFFFFFFF
    if zeros & (zeros + 1):
        raise ValueError(f"{mask!r} is no netmask: write it as 255.255.255.0")
    return mask


def check_mac(mac: str) -> str:
    """The MAC address itself.

    Raises:
        ValueError: it is not six pairs of hexadecimal digits with colons.
    """
    if not re.fullmatch("([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}", mac):
        raise ValueError(f"{mac!r} is no MAC address: write it as 02:00:5e:10:20:30")
    return mac


@dataclass(kw_only=True)
class Device:
    """One DL-7450 and what is plugged into it.

    It belongs to one dock. Its host is changed on the dock's Trio thread; any thread may read.

    Attributes:
        dock_id: 64 hexadecimal digits.
        edids: what the monitors present, output by output, `b""` where nothing is plugged; fewer than four are filled
            up.
        host: what happens to the host, which is not connected at first.
        network: None for a dock without one.
        mac: the MAC address; by default derived from the dock id.
        usb: what is plugged into its USB ports.
        store: what the manufacturer put into it.
        timezone: one of `_timezone.NAMES`.

    Raises:
        ValueError: no dock can be so; the message names the fix.
    """

    dock_id: str = DEFAULT_DOCK_ID
    edids: tuple[bytes, ...] = (_edid.build(DEFAULT_MONITOR),)
    host: tuple[HostChange, ...] = ()
    network: NetworkAddress | None = NetworkAddress()
    mac: str | None = None
    usb: tuple[UsbDevice, ...] = ()
    store: FactoryStore = field(default_factory=FactoryStore)
    timezone: str = "UTC"
    _clock: trio.abc.Clock | None = field(default=None, init=False, repr=False, compare=False)
    _opened: float = field(default=0.0, init=False, repr=False, compare=False)
    # One tuple, replaced as a whole, so that a reader on another thread never sees half a change.
    _host_timeline: tuple[HostStatus, tuple[tuple[float, _Effect], ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_dock_id(self.dock_id)
        if len(self.edids) > OUTPUTS:
            raise ValueError(f"a dock has {OUTPUTS} outputs, not {len(self.edids)}: leave a monitor out")
        self.edids += (b"",) * (OUTPUTS - len(self.edids))
        if self.mac is not None:
            check_mac(self.mac)
        _timezone.zone(self.timezone)
        changes = sorted(self.host, key=lambda change: change.at)
        self._host_timeline = (
            HostStatus.NOT_CONNECTED,
            tuple((change.at, _becomes(change.status)) for change in changes),
        )

    @property
    def mac_address(self) -> str:
        """The MAC address of the dock's network interface, as `02:00:5e:10:20:30`."""
        if self.mac is not None:
            return self.mac
        locally_administered = b"\x02"
        return (locally_administered + hashlib.sha256(self.dock_id.encode()).digest()[:5]).hex(":")

    def power_on(self, clock: trio.abc.Clock) -> None:
        """Start the device's time; called by the dock when it opens.

        Raises:
            RuntimeError: the device belongs to a dock already: two docks would see each other's changes.
        """
        if self._clock is not None:
            raise RuntimeError("this Device belongs to another dock already: make one Device for each dock")
        self._clock = clock
        self._opened = clock.current_time()

    def _elapsed(self) -> float:
        if self._clock is None:
            return 0.0
        # To the nanosecond, or ten times 0.1 s would be less than 1 s and a change at that moment be missed.
        return round(self._clock.current_time() - self._opened, 9)

    @property
    def host_status(self) -> HostStatus:
        """The status of the host now."""
        return self._host_status_at(self._elapsed())

    def _host_status_at(self, now: float) -> HostStatus:
        status, changes = self._host_timeline
        for at, effect in changes:
            if at > now:
                break
            status = effect.get(status, status)
        return status

    def set_host_status(self, status: HostStatus) -> None:
        """Plug the host in or out, or suspend it, now; changes that are due later still come."""
        self._change_host(0.0, _becomes(status))

    def suspend_host(self, suspend: bool) -> None:
        """Suspend or resume the connection to the host; acts after `SUSPEND_SECONDS` of dock time.

        A host that is not connected then cannot be suspended, and one that is unplugged and plugged in again is
        connected (dock SDK, `DockControl.suspend_host_connection`).
        """
        self._change_host(SUSPEND_SECONDS, _SUSPEND if suspend else _RESUME)

    def _change_host(self, delay: float, effect: _Effect) -> None:
        now = self._elapsed()
        # What is past is folded into the status, or a day of suspending and resuming would pile up.
        pending = [change for change in self._host_timeline[1] if change[0] > now]
        changes = sorted([*pending, (round(now + delay, 9), effect)], key=lambda change: change[0])
        self._host_timeline = (self._host_status_at(now), tuple(changes))

    @property
    def address(self) -> NetworkAddress | None:
        """The dock's network address, None until the network is up."""
        return self.network if self.network and self._elapsed() >= self.network.up_after else None
