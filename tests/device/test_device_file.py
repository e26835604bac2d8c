"""A device from YAML: read whole, and refused with the line and the reason."""

from pathlib import Path

import pytest

from dl7450._device import edid
from dl7450._device.device import Device, FactoryStore, HostChange, HostStatus, NetworkAddress, UsbDevice
from dl7450._device.device_file import load_device
from dl7450._device.edid import Edid
from dl7450._device.gpio import Direction, Pin, Press
from dl7450._device.i2c.parts import I2cPart
from dl7450._device.yaml_lines import DeviceError

DOCK_ID = "BC385DB7" * 8


def write(folder: Path, text: str) -> Path:
    path = folder / "dock.yaml"
    path.write_text(text)
    return path


def refusal(folder: Path, text: str) -> str:
    """Why a file is refused: the line and the reason."""
    path = write(folder, text)
    with pytest.raises(DeviceError) as caught:
        load_device(path)
    return str(caught.value).removeprefix(f"{path}:")


def test_a_dock_is_read_whole(tmp_path: Path) -> None:
    device = load_device(
        write(
            tmp_path,
            f"""\
kv_store: {{dock_name: Demo dock}}
dock:
  id: {DOCK_ID}
  timezone: Japan
  monitors:
    - none
    - {{name: DELL U2720Q, mode: 3840x2160, serial: 77}}
    - {{name: BenQ, mode: 1280x1024}}
  host: [{{at: 0, status: none}}, {{at: 30.5, status: connected}}]
  network: {{ip: 10.0.0.7, subnet: 255.255.254.0, gateway: 10.0.0.1, dns: 10.0.0.2, up_after: 3}}
  mac: 02:00:5e:10:20:30
  usb:
    - {{vendor: 0x046d, product: 0xC52B, name: USB Receiver}}
  gpio:
    pins:
      - {{name: BUTTON}}
      - {{name: DOOR, direction: in, active: high}}
      - {{name: lamp, direction: out, active: low}}
    presses: [{{at: 3, press: BUTTON}}, {{at: 0.5, press: DOOR}}]
  i2c:
    - {{address: 0x18, model: mcp9808, temperature: -3.5}}
    - {{address: 0x3C, model: ssd1306}}
    - {{address: 0x20, registers: {{0x00: ff, 0x05: "c1 90"}}, read_only: [0x05]}}
""",
        )
    )
    assert device == Device(
        dock_id=DOCK_ID,
        edids=(
            b"",
            edid.build(Edid(name="DELL U2720Q", width=3840, height=2160, serial_number=77)),
            edid.build(Edid(name="BenQ", width=1280, height=1024, serial_number=3)),
            b"",
        ),
        host=(HostChange(0, HostStatus.NOT_CONNECTED), HostChange(30.5, HostStatus.CONNECTED)),
        network=NetworkAddress(ip="10.0.0.7", subnet="255.255.254.0", gateway="10.0.0.1", dns="10.0.0.2", up_after=3),
        mac="02:00:5e:10:20:30",
        usb=(UsbDevice(0x046D, 0xC52B, "USB Receiver"),),
        gpio=(Pin("BUTTON"), Pin("DOOR", active_high=True), Pin("lamp", Direction.OUT)),
        presses=(Press(3, "BUTTON"), Press(0.5, "DOOR")),
        i2c=(
            I2cPart(address=0x18, model="mcp9808", temperature=-3.5),
            I2cPart(address=0x3C, model="ssd1306"),
            I2cPart(address=0x20, registers={0: b"\xff", 5: b"\xc1\x90"}, read_only=frozenset({5})),
        ),
        store=FactoryStore(values={"dock_name": "Demo dock"}),
        timezone="Japan",
    )


def test_what_is_not_said_is_as_in_a_new_device(tmp_path: Path) -> None:
    assert load_device() == Device()
    assert load_device(write(tmp_path, "")) == Device()
    assert load_device(write(tmp_path, "dock: {host: connected, network: {ip: 10.0.0.7}}")) == Device(
        host=(HostChange(0, HostStatus.CONNECTED),), network=NetworkAddress(ip="10.0.0.7")
    )
    assert load_device(write(tmp_path, "dock: {network: none, monitors: []}")) == Device(network=None, edids=())


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    path = write(
        tmp_path, "kv_store: {a: 1, b: 2}\ndock: {timezone: Japan, host: [{at: 5, status: connected}], network: {}}"
    )
    assert load_device(path, values={"b": "two", "c": "3"}, dock_id=DOCK_ID, host="suspended", offline=True) == Device(
        dock_id=DOCK_ID,
        host=(HostChange(0, HostStatus.SUSPENDED),),
        network=None,
        store=FactoryStore(values={"a": "1", "b": "two", "c": "3"}),
        timezone="Japan",
    )


def test_one_file_read_twice_gives_equal_devices(tmp_path: Path) -> None:
    path = write(tmp_path, "kv_store: {a: 1}")
    assert load_device(path) == load_device(path)


@pytest.mark.parametrize(
    ("dock", "reason"),
    [
        (
            "id: 12ab",
            "3: '12ab' is not a dock id: use 64 hexadecimal digits, such as the SHA-256 sum of a name",
        ),
        (
            "identity: 1",
            "3: unknown key 'identity': known here are id, timezone, monitors, host, network, mac, usb, gpio, i2c",
        ),
        ("moniters: []", "3: unknown key 'moniters': did you mean 'monitors'?"),
        ("mac: 1", "3: '1' is not a MAC address: write it as 02:00:5e:10:20:30"),
        ("monitors: [none, none, none, none,\n    none]", "4: a dock has 4 outputs: leave this monitor out"),
        ("monitors: none", "3: a list is expected here: write one item a line, each behind `- `"),
        ("monitors:\n    - {name: A, mode: 1080p}", "4: '1080p' is not a mode: write it as 1920x1080"),
        (
            "monitors:\n    - {name: A, mode: 5120x1440}",
            "4: the mode 5120x1440 does not fit an EDID: use 64 to 4095 pixels for width and height",
        ),
        (
            "monitors:\n    - {name: A, mode: 800x600, serial: A1}",
            "4: 'A1' is not a serial number: write a whole number such as 77",
        ),
        ("monitors:\n    - {name: A}", "4: the key 'mode' is missing here"),
        ("host: off", "3: 'off' is not a host status: use connected, none or suspended"),
        (
            "host:\n    - {at: 5, status: none}\n    - {at: 5, status: connected}",
            "5: the changes of the host are not in the order of time: sort them by `at`",
        ),
        (
            "host: [{at: -1, status: none}]",
            "3: '-1' is not a time: write the seconds after the dock opened, such as 2.5",
        ),
        (
            "host: [{at: soon, status: none}]",
            "3: 'soon' is not a time: write the seconds after the dock opened, such as 2.5",
        ),
        ("network:\n    ip: 10.0.0.256", "4: '10.0.0.256' is not an IPv4 address: write it as 192.0.2.50"),
        ("network: {subnet: 255.0.255.0}", "3: '255.0.255.0' is not a netmask: write it as 255.255.255.0"),
        ("network: off", "3: a mapping is expected here: write one `key: value` a line"),
        ("usb: [{vendor: 1133, product: 0x1, name: A}]", "3: '1133' is not a USB id: write it as 0x046d"),
        ("usb: [{vendor: 0x1, product: 0x1}]", "3: the key 'name' is missing here"),
        ("i2c: [{address: 24}]", "3: '24' is not an address or a register: write it as 0x3c"),
        ("i2c: [{address: 0x78}]", "3: 0x78 is not the address of an I2C device: use 0x08 to 0x77"),
        ("i2c: [{address: 0x72}]", "3: 0x72 is the address of the dock's own pins already: use another one"),
        (
            "i2c:\n    - {address: 0x18}\n    - {address: 0x18}",
            "5: 0x18 is the address of another device already: use another one",
        ),
        (
            "i2c: [{address: 0x18, model: lm75}]",
            "3: there is no model 'lm75' of an I2C device: use registers, mcp9808, ssd1306",
        ),
        (
            "i2c: [{address: 0x18, temperature: hot}]",
            "3: 'hot' is not a temperature: write it in degrees Celsius, such as 21.5",
        ),
        (
            "i2c: [{address: 0x18, temperature: 126}]",
            "3: 126 degrees are not a temperature that an mcp9808 measures: use -40 to 125",
        ),
        (
            "i2c: [{address: 0x20, registers: {0x01: c}}]",
            "3: 'c' are not bytes: write two hexadecimal digits for each, such as \"c190\"",
        ),
        ("i2c: [{address: 0x20, registers: {1: c0}}]", "3: '1' is not an address or a register: write it as 0x3c"),
        (
            "i2c: [{address: 0x20, registers: {0x01: ''}}]",
            "3: the register 0x01 has no bytes: give it at least one",
        ),
        (
            "i2c: [{address: 0x20, read_only: [0x01]}]",
            "3: read_only has 0x01, which is not a register: add it to registers",
        ),
        ("gpio: {pins: [{name: A, direction: up}]}", "3: 'up' is not a direction of a pin: use in or out"),
        ("gpio: {pins: [{name: A, active: 1}]}", "3: '1' is not a level of a pin: use high or low"),
        ("gpio: {pins: [{name: A}, {name: A}]}", "3: there are two pins 'A': give one of them another name"),
        (
            "gpio: {pins: [{name: A}, {name: lamp, direction: out}],\n    presses: [{at: 1, press: lamp}]}",
            "4: the dock has no input 'lamp' to press: it has A",
        ),
        (
            "gpio: {presses: [{at: 1, press: UP}]}",
            "3: the dock has no input 'UP' to press: it has JOYSTICK_CENTER, JOYSTICK_UP, JOYSTICK_DOWN, "
            "JOYSTICK_LEFT, JOYSTICK_RIGHT",
        ),
    ],
)
def test_a_wrong_dock_is_refused_with_the_line_and_the_reason(tmp_path: Path, dock: str, reason: str) -> None:
    assert refusal(tmp_path, f"kv_store: {{}}\ndock:\n  {dock}\n") == reason


def test_a_wrong_time_zone_is_refused_with_the_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, "dock:\n\n  timezone: Europe/Berlin").startswith(
        "3: 'Europe/Berlin' is not a time zone of the dock: use one of CET, CST6CDT"
    )


def test_a_misspelt_section_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "image: {}") == "1: unknown key 'image': did you mean 'images'?"


def test_a_wrong_flag_is_refused_with_the_reason() -> None:
    with pytest.raises(DeviceError, match=r"^'1' is not a dock id: use 64 hexadecimal digits"):
        load_device(dock_id="1")
    with pytest.raises(DeviceError, match=r"^'on' is not a host status: use connected, none or suspended$"):
        load_device(host="on")
