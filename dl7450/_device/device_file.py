"""A dock from one YAML file: the vendor's store sections, and `dock` for the machine around the app.

The vendor's script ignores the section `dock`, so one file serves both. All of its keys may be left out:

    dock:
      id: "BC385D..."              # 64 hexadecimal digits
      timezone: Japan              # a name that DockControl.set_timezone knows; default UTC
      monitors:                    # one for each output, up to four
        - {name: DELL U2720Q, mode: 3840x2160, serial: 77}    # serial: by default the output's number
        - none                     # nothing is plugged here
      host: none                   # or connected, suspended; or its changes in seconds after the dock opened:
      # host: [{at: 0, status: none}, {at: 30, status: connected}]
      network: {ip: 10.0.0.7, subnet: 255.255.255.0, gateway: 10.0.0.1, dns: 10.0.0.1, up_after: 3, bandwidth: 94.1e6}
      # network: none              # no cable; up_after: seconds until the dock has its address, default 0
      mac: 02:00:5e:10:20:30
      usb:
        - {vendor: 0x046d, product: 0xc52b, name: USB Receiver}
      gpio:
        pins:                      # by default those of the Redwood board: a joystick
          - {name: BUTTON, direction: in, active: low}        # or out, high; by default in and low
        presses: [{at: 3, press: BUTTON}]
      i2c:
        - {address: 0x18, model: mcp9808, temperature: 21.5}  # a thermometer
        - {address: 0x3c, model: ssd1306}                     # a display
        - {address: 0x20, registers: {0x00: "ff", 0x05: "c190"}, read_only: [0x05]}
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import timezones as _timezone
from .device import (
    OUTPUTS,
    Device,
    HostChange,
    NetworkAddress,
    UsbDevice,
    check_dock_id,
    check_ipv4,
    check_mac,
    check_netmask,
    host_status,
)
from .edid import Edid
from .edid import build as build_edid
from .gpio import REDWOOD, Pin, Press, active_high, check_pins, check_press, direction
from .i2c.parts import I2cPart, check_address, check_parts, check_temperature
from .store_file import image_files, read_store
from .yaml_lines import DeviceError, Node, read_yaml

__all__ = ["DeviceError", "files_of", "load_device"]


def load_device(
    store: Path | None = None,
    *,
    values: Mapping[str, str] | None = None,
    dock_id: str | None = None,
    host: str | None = None,
    offline: bool = False,
) -> Device:
    """A new device, from a YAML file and the command line's flags; what neither says is as in `Device()`.

    Parameters:
        store: the YAML file.
        values: entries of the `kv_store` to add or replace.
        dock_id: 64 hexadecimal digits.
        host: `connected`, `none` or `suspended`, whatever the file says happens to the host.
        offline: there is no network.

    Raises:
        DeviceError: `FILE:LINE: reason` for what the file says, the reason alone for a flag.
    """
    device = _read_device(read_yaml(store)) if store else Device()
    if values:
        device = replace(device, store=replace(device.store, values={**device.store.values, **values}))
    if offline:
        device = replace(device, network=None)
    try:
        if dock_id is not None:
            device = replace(device, dock_id=dock_id)
        if host is not None:
            device = replace(device, host=(HostChange(0.0, host_status(host)),))
    except ValueError as error:
        raise DeviceError(str(error)) from None
    return device


def files_of(store: Path) -> list[Path]:
    """A YAML file and the pictures that it names; the file alone while something is wrong with it."""
    try:
        images = read_yaml(store).section("images", "kv_store", "code", "dock").get("images")
        return [store.absolute(), *(image_files(images) if images else [])]
    except DeviceError:
        return [store.absolute()]


def _read_device(root: Node) -> Device:
    sections = root.section("images", "kv_store", "code", "dock")
    store = read_store(sections.get("images"), sections.get("kv_store"), sections.get("code"))
    if "dock" not in sections:
        return Device(store=store)
    keys = sections["dock"].section(*_READERS, "gpio", "i2c")
    gpio, i2c = keys.pop("gpio", None), keys.pop("i2c", None)
    fields = {_READERS[key][0]: _READERS[key][1](node) for key, node in keys.items()}
    if gpio is not None:
        fields["gpio"], fields["presses"] = _read_gpio(gpio)
    if i2c is not None:
        fields["i2c"] = _read_i2c(i2c, len(fields.get("gpio", REDWOOD)))
    return Device(store=store, **fields)


def _read_monitors(node: Node) -> tuple[bytes, ...]:
    outputs = node.items()
    if len(outputs) > OUTPUTS:
        raise outputs[OUTPUTS].error(f"a dock has {OUTPUTS} outputs: leave this monitor out")
    return tuple(_read_monitor(output, number) for number, output in enumerate(outputs, start=1))


def _read_monitor(node: Node, number: int) -> bytes:
    if node.is_word("none"):
        return b""
    keys = node.section("name", "mode", "serial", required=("name", "mode"))
    width, height = keys["mode"].convert(_mode)
    serial_number = keys["serial"].convert(_serial_number) if "serial" in keys else number
    monitor = Edid(name=keys["name"].text(), width=width, height=height, serial_number=serial_number)
    try:
        return build_edid(monitor)
    except ValueError as error:
        raise node.error(str(error)) from None


def _read_host(node: Node) -> tuple[HostChange, ...]:
    if not node.is_list():
        return (HostChange(0.0, node.convert(host_status)),)
    changes: list[HostChange] = []
    for item in node.items():
        keys = item.section("at", "status", required=("at", "status"))
        change = HostChange(keys["at"].convert(_seconds), keys["status"].convert(host_status))
        if changes and change.at <= changes[-1].at:
            raise keys["at"].error("the changes of the host are not in the order of time: sort them by `at`")
        changes.append(change)
    return tuple(changes)


def _read_network(node: Node) -> NetworkAddress | None:
    if node.is_word("none"):
        return None
    readers = {"ip": check_ipv4, "subnet": check_netmask, "gateway": check_ipv4, "dns": check_ipv4}
    numbers = {"up_after": _seconds, "bandwidth": _bandwidth}
    keys = node.section(*readers, *numbers)
    fields: dict[str, Any] = {key: value.convert((readers | numbers)[key]) for key, value in keys.items()}
    return NetworkAddress(**fields)


def _read_usb(node: Node) -> tuple[UsbDevice, ...]:
    required = ("vendor", "product", "name")
    devices = (item.section(*required, required=required) for item in node.items())
    return tuple(
        UsbDevice(keys["vendor"].convert(_usb_id), keys["product"].convert(_usb_id), keys["name"].text())
        for keys in devices
    )


def _read_gpio(node: Node) -> tuple[tuple[Pin, ...], tuple[Press, ...]]:
    keys = node.section("pins", "presses")
    pins = REDWOOD
    if "pins" in keys:
        pins = tuple(map(_read_pin, keys["pins"].items()))
        try:
            check_pins(pins)
            check_parts((), len(pins))
        except ValueError as error:
            raise keys["pins"].error(str(error)) from None
    presses = []
    for item in keys["presses"].items() if "presses" in keys else ():
        press = item.section("at", "press", required=("at", "press"))
        pin = press["press"].text()
        press["press"].convert(lambda name: check_press(name, pins))
        presses.append(Press(press["at"].convert(_seconds), pin))
    return pins, tuple(presses)


def _read_pin(node: Node) -> Pin:
    keys = node.section("name", "direction", "active", required=("name",))
    pin = Pin(keys["name"].text())
    if "direction" in keys:
        pin = replace(pin, direction=keys["direction"].convert(direction))
    if "active" in keys:
        pin = replace(pin, active_high=keys["active"].convert(active_high))
    return pin


def _read_i2c(node: Node, pins: int) -> tuple[I2cPart, ...]:
    parts: list[I2cPart] = []
    for item in node.items():
        part = _read_i2c_part(item)
        try:
            check_parts([*parts, part], pins)
        except ValueError as error:
            raise item.error(str(error)) from None
        parts.append(part)
    return tuple(parts)


def _read_i2c_part(node: Node) -> I2cPart:
    keys = node.section("address", "model", "temperature", "registers", "read_only", required=("address",))
    fields: dict[str, Any] = {"address": keys["address"].convert(lambda text: check_address(_byte(text)))}
    if "model" in keys:
        fields["model"] = keys["model"].text()
    if "temperature" in keys:
        fields["temperature"] = keys["temperature"].convert(_temperature)
    if "registers" in keys:
        registers = keys["registers"].mapping().items()
        fields["registers"] = {_register(node, key): data.convert(_hex) for key, data in registers}
    if "read_only" in keys:
        fields["read_only"] = frozenset(register.convert(_byte) for register in keys["read_only"].items())
    try:
        return I2cPart(**fields)
    except ValueError as error:
        raise node.error(str(error)) from None


# Key of the section `dock`: the field of Device that it gives, and how it is read.
_READERS: dict[str, tuple[str, Callable[[Node], Any]]] = {
    "id": ("dock_id", lambda node: node.convert(check_dock_id)),
    "timezone": ("timezone", lambda node: node.convert(_timezone.zone).key),
    "monitors": ("edids", _read_monitors),
    "host": ("host", _read_host),
    "network": ("network", _read_network),
    "mac": ("mac", lambda node: node.convert(check_mac)),
    "usb": ("usb", _read_usb),
}


def _mode(text: str) -> tuple[int, int]:
    found = re.fullmatch("([0-9]{1,5})x([0-9]{1,5})", text)
    if not found:
        raise ValueError(f"{text!r} is not a mode: write it as 1920x1080")
    return int(found[1]), int(found[2])


def _serial_number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,10}", text):
        raise ValueError(f"{text!r} is not a serial number: write a whole number such as 77")
    return int(text)


def _usb_id(text: str) -> int:
    if not re.fullmatch("0x[0-9A-Fa-f]{1,4}", text):
        raise ValueError(f"{text!r} is not a USB id: write it as 0x046d")
    return int(text, 16)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise ValueError(f"{text!r} is not a time: write the seconds after the dock opened, such as 2.5")
    return seconds


def _bandwidth(text: str) -> float:
    try:
        bits = float(text)
    except ValueError:
        bits = math.nan
    if not 0 < bits < math.inf:
        raise ValueError(f"{text!r} is not a bandwidth: write the bits per second, such as 94.1e6")
    return bits


def _byte(text: str) -> int:
    if not re.fullmatch("0x[0-9A-Fa-f]{1,2}", text):
        raise ValueError(f"{text!r} is not an address or a register: write it as 0x3c")
    return int(text, 16)


def _register(node: Node, text: str) -> int:
    try:
        return _byte(text)
    except ValueError as error:
        raise node.error(str(error)) from None


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError(f'{text!r} are not bytes: write two hexadecimal digits for each, such as "c190"') from None


def _temperature(text: str) -> float:
    try:
        degrees = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a temperature: write it in degrees Celsius, such as 21.5") from None
    return check_temperature(degrees)
