"""`Device`: the description of one DL-7450 and of what is plugged into it.

Plain values, which never change. `machine.Machine` is the device while a dock is open; `device_file` makes a `Device`
from a YAML file.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from .._screen.constants import ImageType
from . import edid, timezones
from .edid import Edid
from .gpio import REDWOOD, Pin, Press, check_pins, check_press
from .i2c.parts import I2cPart, check_parts

OUTPUTS = 4
DEFAULT_DOCK_ID = hashlib.sha256(b"DL-7450").hexdigest().upper()
DEFAULT_MONITOR = Edid(name="Monitor 1", width=1920, height=1080, serial_number=1)


class HostStatus(IntEnum):
    """What the dock knows of its host, a laptop or PC (dock SDK, `DockInfo.host_status`)."""

    # The SDK documents the names, not the numbers.
    NOT_CONNECTED = 0
    CONNECTED = 1
    SUSPENDED = 2


HOST_STATUS_NAMES = {
    "none": HostStatus.NOT_CONNECTED,
    "connected": HostStatus.CONNECTED,
    "suspended": HostStatus.SUSPENDED,
}


def host_status(name: str) -> HostStatus:
    """The status called `connected`, `none` or `suspended`.

    Raises:
        ValueError: it is another name.
    """
    try:
        return HOST_STATUS_NAMES[name]
    except KeyError:
        raise ValueError(f"{name!r} is not a host status: use connected, none or suspended") from None


@dataclass(frozen=True)
class HostChange:
    """The host is plugged in or out, or suspended, `at` seconds of dock time after the dock opened."""

    at: float
    status: HostStatus


@dataclass(frozen=True, kw_only=True)
class NetworkAddress:
    """What DHCP gives the dock, `up_after` seconds of dock time after it opened; all IPv4.

    The defaults are documentation addresses (RFC 5737): they say that nobody chose them. The `bandwidth`, in bits per
    second, is what `iperf` tells where nothing is measured; its default is what TCP makes of Gigabit Ethernet.

    Raises:
        ValueError: a text is not an IPv4 address or not a netmask, or there is no such bandwidth; the message names the
            fix.
    """

    ip: str = "192.0.2.50"
    subnet: str = "255.255.255.0"
    gateway: str = "192.0.2.1"
    dns: str = "192.0.2.1"
    up_after: float = 0.0
    bandwidth: float = 941_000_000.0

    def __post_init__(self) -> None:
        if not 0 < self.bandwidth < math.inf:
            raise ValueError(f"a bandwidth is a number of bits per second above 0, not {self.bandwidth:g}")
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
        raise ValueError(f"{dock_id!r} is not a dock id: use 64 hexadecimal digits, such as the SHA-256 sum of a name")
    return dock_id


def check_ipv4(address: str) -> str:
    """The address itself.

    Raises:
        ValueError: it is not an IPv4 address in the usual notation.
    """
    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        raise ValueError(f"{address!r} is not an IPv4 address: write it as 192.0.2.50") from None
    return address


def check_netmask(mask: str) -> str:
    """The netmask itself.

    Raises:
        ValueError: its bits are not ones first and then zeros.
    """
    zeros = ~int(ipaddress.IPv4Address(check_ipv4(mask))) & 0xFFFFFFFF
    if zeros & (zeros + 1):
        raise ValueError(f"{mask!r} is not a netmask: write it as 255.255.255.0")
    return mask


def check_mac(mac: str) -> str:
    """The MAC address itself.

    Raises:
        ValueError: it is not six pairs of hexadecimal digits with colons.
    """
    if not re.fullmatch("([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}", mac):
        raise ValueError(f"{mac!r} is not a MAC address: write it as 02:00:5e:10:20:30")
    return mac


@dataclass(frozen=True, kw_only=True)
class Device:
    """One DL-7450 and what is plugged into it. Several docks may be opened with the same description.

    Attributes:
        dock_id: 64 hexadecimal digits.
        edids: what the monitors present, output by output, `b""` where nothing is plugged; fewer than four are filled
            up.
        host: what happens to the host, which is not connected at first.
        network: None for a dock without one.
        mac: the MAC address; by default derived from the dock id.
        usb: what is plugged into its USB ports.
        gpio: the pins of its board; by default those of the vendor's Redwood board, a joystick.
        presses: which of the pins are pressed when, in any order.
        i2c: what is plugged into its I2C bus, beside the expanders of its own pins.
        store: what the manufacturer put into it.
        timezone: a name that `dock.DockControl.set_timezone` knows.

    Raises:
        ValueError: no dock can be so; the message names the fix.
    """

    dock_id: str = DEFAULT_DOCK_ID
    edids: tuple[bytes, ...] = (edid.build(DEFAULT_MONITOR),)
    host: tuple[HostChange, ...] = ()
    network: NetworkAddress | None = NetworkAddress()
    mac: str | None = None
    usb: tuple[UsbDevice, ...] = ()
    gpio: tuple[Pin, ...] = REDWOOD
    presses: tuple[Press, ...] = ()
    i2c: tuple[I2cPart, ...] = ()
    store: FactoryStore = field(default_factory=FactoryStore)
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        check_dock_id(self.dock_id)
        if len(self.edids) > OUTPUTS:
            raise ValueError(f"a dock has {OUTPUTS} outputs, not {len(self.edids)}: leave a monitor out")
        object.__setattr__(self, "edids", self.edids + (b"",) * (OUTPUTS - len(self.edids)))
        if self.mac is not None:
            check_mac(self.mac)
        check_pins(self.gpio)
        for press in self.presses:
            check_press(press.pin, self.gpio)
        check_parts(self.i2c, len(self.gpio))
        timezones.zone(self.timezone)

    @property
    def mac_address(self) -> str:
        """The MAC address of the dock's network interface, as `02:00:5e:10:20:30`."""
        if self.mac is not None:
            return self.mac
        locally_administered = b"\x02"
        return (locally_administered + hashlib.sha256(self.dock_id.encode()).digest()[:5]).hex(":")
