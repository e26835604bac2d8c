"""A dock as YAML: what was written is read as an equal dock, and a machine is written as it is now."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

import dl7450
from dl7450._device import edid, timezones
from dl7450._device.device import (
    Device,
    FactoryStore,
    HostChange,
    HostStatus,
    NetworkAddress,
    StoredImage,
    UsbDevice,
)
from dl7450._device.device_file import load_device
from dl7450._device.device_yaml import device_yaml, save_device
from dl7450._device.edid import Edid
from dl7450._device.gpio import REDWOOD, Direction, Pin, Press
from dl7450._device.i2c.mcp9808 import Mcp9808
from dl7450._device.i2c.parts import EXPANDERS, I2cPart
from dl7450._device.i2c.register_map import RegisterMap
from dl7450._device.machine import Machine
from dl7450._screen.formats import FORMATS
from dl7450.testing import picture

SECONDS = st.floats(0, 1e9)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
IMAGES = [StoredImage(picture("navy", (2, 2), name).data, FORMATS[name].image_type) for name in ("PNG", "BMP", "JPEG")]
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=13)
ADDRESSES = st.ip_addresses(v=4).map(str)


def monitors() -> st.SearchStrategy[bytes]:
    return st.builds(
        lambda name, mode, serial: edid.build(Edid(name=name, width=mode[0], height=mode[1], serial_number=serial)),
        NAMES,
        st.sampled_from([(1920, 1080), (3840, 2160), (64, 64)]),
        st.integers(0, 2**32 - 1),
    )


def networks() -> st.SearchStrategy[NetworkAddress]:
    return st.builds(
        NetworkAddress,
        ip=ADDRESSES,
        subnet=st.sampled_from(["255.255.255.0", "255.255.254.0", "0.0.0.0"]),
        gateway=ADDRESSES,
        dns=ADDRESSES,
        up_after=SECONDS,
        bandwidth=st.floats(1e-3, 1e15),
    )


def hosts() -> st.SearchStrategy[tuple[HostChange, ...]]:
    changes = st.builds(HostChange, SECONDS, st.sampled_from(HostStatus))
    return st.lists(changes, max_size=4, unique_by=lambda change: change.at).map(
        lambda found: tuple(sorted(found, key=lambda change: change.at))
    )


def parts() -> st.SearchStrategy[tuple[I2cPart, ...]]:
    addresses = st.integers(0x08, 0x77).filter(lambda address: address not in EXPANDERS)
    registers = st.dictionaries(st.integers(0, 255), st.binary(min_size=1, max_size=3), max_size=3)
    maps = st.tuples(addresses, registers).flatmap(
        lambda found: st.sets(st.sampled_from(sorted(found[1]) or [0]), max_size=len(found[1])).map(
            lambda only: I2cPart(address=found[0], registers=found[1], read_only=frozenset(only))
        )
    )
    models = st.builds(
        I2cPart, address=addresses, model=st.sampled_from(["mcp9808", "ssd1306"]), temperature=st.floats(-40, 125)
    )
    return st.lists(maps | models, max_size=3, unique_by=lambda part: part.address).map(tuple)


@st.composite
def devices(draw: st.DrawFn) -> Device:
    pins = st.builds(Pin, TEXTS, st.sampled_from(Direction), st.booleans())
    board = draw(st.just(REDWOOD) | st.lists(pins, max_size=3, unique_by=lambda pin: pin.name).map(tuple))
    inputs = [pin.name for pin in board if pin.direction is Direction.IN]
    presses = st.builds(Press, SECONDS, st.sampled_from(inputs or [""]))
    usb = st.builds(UsbDevice, st.integers(0, 65535), st.integers(0, 65535), TEXTS)
    values: dict[str, Any] = {
        "dock_id": st.text("0123456789abcdefABCDEF", min_size=64, max_size=64),
        "edids": st.lists(monitors() | st.just(b""), max_size=4).map(tuple),
        "host": hosts(),
        "network": st.none() | networks(),
        "mac": st.none() | st.binary(min_size=6, max_size=6).map(lambda data: data.hex(":")),
        "usb": st.lists(usb, max_size=2).map(tuple),
        "presses": st.lists(presses, max_size=2 if inputs else 0).map(tuple),
        "i2c": parts(),
        "store": st.builds(
            FactoryStore,
            images=st.dictionaries(TEXTS, st.sampled_from(IMAGES), max_size=3),
            values=st.dictionaries(TEXTS, TEXTS | st.sampled_from(["5", "yes", "null", "~", "2026-01-01", "a: b"])),
            code=st.none() | st.just(Path(__file__)),
        ),
        "timezone": st.sampled_from(timezones.NAMES),
    }
    return Device(gpio=board, **{name: draw(strategy) for name, strategy in values.items()})


@given(devices())
def test_what_was_written_reads_as_an_equal_dock(device: Device) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dock.yaml")
        save_device(device, path)
        assert load_device(path) == device


def test_the_text_is_one_that_a_person_would_write(tmp_path: Path) -> None:
    device = Device(
        edids=(edid.build(Edid(name="DELL U2720Q", width=3840, height=2160, serial_number=77)),),
        host=(HostChange(0, HostStatus.NOT_CONNECTED), HostChange(30.5, HostStatus.CONNECTED)),
        network=None,
        usb=(UsbDevice(0x046D, 0xC52B, "USB Receiver"),),
        presses=(Press(3, "JOYSTICK_UP"),),
        i2c=(I2cPart(address=0x20, registers={0: b"\xff", 5: b"\xc1\x90"}, read_only=frozenset({5})),),
        store=FactoryStore(
            images={"a/b": IMAGES[0]}, values={"dock_name": "Demo dock", "count": "5"}, code=Path("/app.py")
        ),
        timezone="Japan",
    )
    assert (
        device_yaml(device, "desk")
        == """\
images:
  a/b: {path: '${CONFIG_PATH}/desk-1-a_b.png', type: png}
kv_store: {dock_name: Demo dock, count: '5'}
code: {path: /app.py}
dock:
  timezone: Japan
  monitors:
  - {name: DELL U2720Q, mode: 3840x2160, serial: 77}
  - none
  - none
  - none
  host:
  - {at: 0, status: none}
  - {at: 30.5, status: connected}
  network: none
  usb:
  - {vendor: 0x046d, product: 0xc52b, name: USB Receiver}
  gpio:
    presses:
    - {at: 3, press: JOYSTICK_UP}
  i2c:
  - address: 0x20
    registers: {0x00: ff, 0x05: c190}
    read_only: [0x05]
"""
    )


async def test_a_machine_is_written_as_it_is_now(autojump_clock: MockClock, tmp_path: Path) -> None:
    described = Device(
        host=(HostChange(0, HostStatus.CONNECTED), HostChange(60, HostStatus.NOT_CONNECTED)),
        i2c=(
            I2cPart(address=0x18, model="mcp9808"),
            I2cPart(address=0x20, registers={0: b"\x00"}, read_only=frozenset({0})),
            I2cPart(address=0x3C, model="ssd1306"),
        ),
        store=FactoryStore(values={"name": "before"}),
    )
    machine = Machine(described, autojump_clock)
    assert machine.snapshot() == described

    machine.device = replace(described, edids=(b"",), usb=(UsbDevice(1, 2, "new"),))
    machine.timezone = "NZ"
    machine.store = FactoryStore(values={"name": "after"})
    machine.set_network(None)
    thermometer, registers = machine.i2c.device(0x18), machine.i2c.device(0x20)
    assert isinstance(thermometer, Mcp9808)
    assert isinstance(registers, RegisterMap)
    thermometer.temperature = -3.5
    registers.registers[0] = b"\xff"
    machine.i2c.unplug(0x3C)
    autojump_clock.jump(10)
    machine.suspend_host(True)
    autojump_clock.jump(5)
    save_device(machine, tmp_path / "dock.yaml")
    assert load_device(tmp_path / "dock.yaml") == Device(
        edids=(b"",),
        host=(HostChange(0, HostStatus.SUSPENDED), HostChange(60, HostStatus.NOT_CONNECTED)),
        network=None,
        usb=(UsbDevice(1, 2, "new"),),
        i2c=(
            I2cPart(address=0x18, model="mcp9808", temperature=-3.5),
            I2cPart(address=0x20, registers={0: b"\xff"}, read_only=frozenset({0})),
        ),
        store=FactoryStore(values={"name": "after"}),
        timezone="NZ",
    )


async def test_an_app_sees_what_is_plugged_in_while_it_runs() -> None:
    async with dl7450.open_dock() as dock:
        dock.machine.device = replace(dock.machine.device, usb=(UsbDevice(1, 2, "new"),))
        assert dock.device.usb == (UsbDevice(1, 2, "new"),)


def test_what_yaml_cannot_say_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    other = edid.build(Edid(name="A", width=1920, height=1080, manufacturer="DEL"))
    for data in (other, b"no EDID"):
        with pytest.raises(ValueError, match="the EDID of monitor 2 has more than YAML can say"):
            save_device(Device(edids=(b"", data), store=FactoryStore(images={"a": IMAGES[0]})), tmp_path / "dock.yaml")
    machine = Machine(Device(), MockClock())
    machine.i2c.add(0x20, RegisterMap({0: b"\x00"}))
    machine.i2c.add(0x21, _Own())
    with pytest.raises(ValueError, match="the I2C device 0x21 is a _Own, which has no description: unplug it"):
        save_device(machine, tmp_path / "dock.yaml")
    assert list(tmp_path.iterdir()) == []


class _Own:
    def read(self, register: int, nbytes: int) -> bytes:
        raise OSError

    def write(self, register: int, data: bytes) -> None:
        raise OSError
