"""Writes a dock as the YAML that `device_file` reads: its description, or a machine as it is now.

What is written reads back as an equal `Device`. Pictures are files of their own beside the YAML file; the app's code
stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from .._screen.formats import FORMATS
from . import edid
from .device import DEFAULT_DOCK_ID, HOST_STATUS_NAMES, Device, FactoryStore, NetworkAddress
from .gpio import REDWOOD, Pin
from .i2c.parts import REGISTERS, I2cPart
from .machine import Machine

_STATUS_NAMES = {status: name for name, status in HOST_STATUS_NAMES.items()}
_FORMAT_NAMES = {picture_format.image_type: name.lower() for name, picture_format in FORMATS.items()}
_WIDTH = 120  # columns


def device_yaml(world: Device | Machine, name: str = "dock") -> str:
    """A dock as YAML. Its pictures are named, and are written by `save_device`.

    Parameters:
        world: its description, or the machine while its dock is open.
        name: of the file without its ending, with which the names of the pictures begin.

    Raises:
        ValueError: YAML cannot say it: the EDID of a monitor has more than a name, a mode and a serial number, or there
            is something on the I2C bus that no description has.
    """
    device = _device_of(world)
    sections = {**_store(device.store, name), "dock": _dock(device)}
    return yaml.dump(
        sections, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=_WIDTH
    )


def save_device(world: Device | Machine, path: Path) -> None:
    """Write a dock to a YAML file, and its pictures beside it.

    Raises:
        ValueError: YAML cannot say it; as for `device_yaml`.
        OSError: a file cannot be written.
    """
    device = _device_of(world)
    text = device_yaml(device, path.stem)  # first: if that fails, nothing is written
    for image, file in zip(device.store.images.values(), _image_files(device.store, path.stem), strict=True):
        (path.parent / file).write_bytes(image.data)
    path.write_text(text, encoding="utf-8")


def _device_of(world: Device | Machine) -> Device:
    return world.snapshot() if isinstance(world, Machine) else world


class _Hex(int):
    """A number that YAML shows as `0x3c`."""


class _Dumper(yaml.SafeDumper):
    """Without anchors, which nobody would look for in such a file."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_hex(dumper: yaml.SafeDumper, number: _Hex) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:int", f"{number:#04x}" if number < 256 else f"{number:#06x}")


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Unless they are escaped, PyYAML reads these line breaks as others than it wrote.
    style = '"' if re.search("[\x85\u2028\u2029]", text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(_Hex, _represent_hex)
_Dumper.add_representer(str, _represent_text)


def _store(store: FactoryStore, name: str) -> dict[str, Any]:
    sections: dict[str, Any] = {}
    if store.images:
        files = zip(store.images.items(), _image_files(store, name), strict=True)
        sections["images"] = {
            tag: {"path": f"${{CONFIG_PATH}}/{file}", "type": _FORMAT_NAMES[image.image_type]}
            for (tag, image), file in files
        }
    if store.values:
        sections["kv_store"] = dict(store.values)
    if store.code is not None:
        sections["code"] = {"path": str(store.code.absolute())}
    return sections


def _image_files(store: FactoryStore, name: str) -> Iterator[str]:
    for number, (tag, image) in enumerate(store.images.items(), start=1):
        # The number tells two tags apart that are the same text as a name of a file.
        yield f"{name}-{number}-{re.sub('[^A-Za-z0-9_.]+', '_', tag)[:40]}.{_FORMAT_NAMES[image.image_type]}"


def _dock(device: Device) -> dict[str, Any]:
    keys: dict[str, Any] = {"timezone": device.timezone}
    if device.dock_id != DEFAULT_DOCK_ID:
        keys["id"] = device.dock_id
    keys["monitors"] = [_monitor(data, number) for number, data in enumerate(device.edids, start=1)]
    if device.host:
        keys["host"] = [{"at": change.at, "status": _STATUS_NAMES[change.status]} for change in device.host]
    keys["network"] = _network(device.network)
    if device.mac is not None:
        keys["mac"] = device.mac
    if device.usb:
        keys["usb"] = [
            {"vendor": _Hex(usb.vendor_id), "product": _Hex(usb.product_id), "name": usb.name} for usb in device.usb
        ]
    if device.gpio != REDWOOD or device.presses:
        keys["gpio"] = _gpio(device)
    if device.i2c:
        keys["i2c"] = list(map(_i2c_part, device.i2c))
    return keys


def _monitor(data: bytes, number: int) -> Any:
    if not data:
        return "none"
    try:
        monitor = edid.parse(data)
        can_be_said = edid.build(edid.Edid(**{**vars(monitor), "manufacturer": "SIM"})) == data
    except ValueError:
        can_be_said = False
    if not can_be_said:
        raise ValueError(
            f"the EDID of monitor {number} has more than YAML can say, a name, a mode and a serial number: "
            "plug in a monitor that is described by these"
        )
    return {"name": monitor.name, "mode": f"{monitor.width}x{monitor.height}", "serial": monitor.serial_number}


def _network(network: NetworkAddress | None) -> Any:
    return "none" if network is None else dict(vars(network))


def _gpio(device: Device) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    if device.gpio != REDWOOD:
        keys["pins"] = list(map(_pin, device.gpio))
    if device.presses:
        keys["presses"] = [{"at": press.at, "press": press.pin} for press in device.presses]
    return keys


def _pin(pin: Pin) -> dict[str, Any]:
    return {"name": pin.name, "direction": pin.direction.value, "active": "high" if pin.active_high else "low"}


def _i2c_part(part: I2cPart) -> dict[str, Any]:
    keys: dict[str, Any] = {"address": _Hex(part.address)}
    if part.model != REGISTERS:
        keys["model"] = part.model
    if part.temperature != I2cPart(address=part.address).temperature:
        keys["temperature"] = part.temperature
    if part.registers:
        keys["registers"] = {_Hex(register): data.hex() for register, data in part.registers.items()}
    if part.read_only:
        keys["read_only"] = [_Hex(register) for register in sorted(part.read_only)]
    return keys
