"""The devices on an I2C bus: their registers, a thermometer, a display, the dock's own pins."""

from collections.abc import Callable

import pytest
from PIL import Image

from dl7450._device.gpio import REDWOOD, Direction, Gpio, Pin
from dl7450._device.i2c.bus import I2cBus, I2cDevice, I2cError, I2cTransfer
from dl7450._device.i2c.mcp9808 import Mcp9808
from dl7450._device.i2c.parts import I2cPart
from dl7450._device.i2c.pca9538 import Pca9538
from dl7450._device.i2c.register_map import RegisterMap
from dl7450._device.i2c.ssd1306 import Ssd1306


def bus_with(*parts: I2cPart) -> I2cBus:
    return I2cBus(parts, Gpio(REDWOOD, lambda: 0.0), lambda: 1.5)


# The bus


def test_what_goes_over_the_bus_is_kept_with_its_moment_and_its_error() -> None:
    bus = bus_with(I2cPart(address=0x20, registers={0: b"\x01\x02", 1: b"\x03"}, read_only=frozenset({1})))
    assert bus.read(0x20, 0, 2) == b"\x01\x02"
    bus.write(0x20, 0, b"\x09")
    errors: list[int] = []
    failing: list[Callable[[], object]] = [
        lambda: bus.read(0x07, 0, 1),
        lambda: bus.write(0x78, 0, b"x"),
        lambda: bus.read(0x21, 0, 1),
        lambda: bus.read(0x20, 2, 1),
        lambda: bus.write(0x20, 1, b"x"),
    ]
    for transfer in failing:
        with pytest.raises(I2cError) as caught:
            transfer()
        errors.append(caught.value.errno)
        assert caught.value.args[0] == caught.value.errno
    assert errors == [2, 2, 3, 4, 5]
    assert list(bus.transfers) == [
        I2cTransfer(1.5, "read", 0x20, 0, b"\x01\x02"),
        (1.5, "write", 0x20, 0, b"\x09", 0),
        (1.5, "read", 0x07, 0, b"", 2),
        (1.5, "write", 0x78, 0, b"x", 2),
        (1.5, "read", 0x21, 0, b"", 3),
        (1.5, "read", 0x20, 2, b"", 4),
        (1.5, "write", 0x20, 1, b"x", 5),
    ]


def test_a_device_that_gives_too_little_fails_the_reading() -> None:
    class Short:
        def read(self, register: int, nbytes: int) -> bytes:
            return b"x"

        def write(self, register: int, data: bytes) -> None: ...

    bus = bus_with()
    bus.add(0x20, Short())
    with pytest.raises(I2cError, match="cannot read 2 bytes from 0x20: 2 bytes asked for, but 1 came"):
        bus.read(0x20, 0, 2)


def test_devices_are_plugged_in_and_out() -> None:
    bus = bus_with()
    display = Ssd1306()
    bus.add(0x3C, display)
    assert bus.unplug(0x3C) is display
    with pytest.raises(ValueError, match="there is no I2C device 0x3c: there is 0x72"):
        bus.unplug(0x3C)
    with pytest.raises(ValueError, match="0x07 is not the address of an I2C device: use 0x08 to 0x77"):
        bus.add(0x07, display)


# Registers


def test_bytes_go_on_in_the_next_register() -> None:
    device = RegisterMap({4: b"\x01\x02", 5: b"\x03", 6: b"\x04"})
    assert (device.read(4, 1), device.read(4, 3), device.read(5, 2), device.read(6, 0)) == (
        b"\x01",
        b"\x01\x02\x03",
        b"\x03\x04",
        b"",
    )
    device.write(4, b"\x0a\x0b\x0c")
    device.write(6, b"")
    assert device.registers == {4: b"\x0a\x0b", 5: b"\x0c", 6: b"\x04"}


@pytest.mark.parametrize(("register", "data"), [(4, b"abc"), (7, b"a"), (5, b"ab"), (7, b"")])
def test_a_write_that_does_not_fit_changes_nothing(register: int, data: bytes) -> None:
    registers = {4: b"\x01\x02", 5: b"\x03"}
    device = RegisterMap(registers, read_only=[5])
    with pytest.raises(OSError, match="register"):
        device.write(register, data)
    assert device.registers == registers


# The thermometer


@pytest.mark.parametrize(
    ("degrees", "word"),
    [
        (0, 0x0000),
        (25, 0x0190),
        (25.0625, 0x0191),
        (21.53, 0x0158),
        (125, 0x07D0),
        (-0.0625, 0x1FFF),
        (-10, 0x1F60),
        (-40, 0x1D80),
    ],
)
def test_a_temperature_is_in_sixteenths_of_a_degree_with_a_sign(degrees: float, word: int) -> None:
    device = Mcp9808(degrees)
    for limit, value in ((2, 0x07F0), (3, 0x1C00), (4, 0x07F0)):  # far away: no alert
        device.write(limit, value.to_bytes(2, "big"))
    assert device.read(5, 2) == word.to_bytes(2, "big")


def test_bits_13_to_15_say_which_limits_are_passed() -> None:
    device = Mcp9808()
    device.write(2, b"\x01\xe0")  # 30 degrees
    device.write(3, b"\x1f\x60")  # -10
    device.write(4, b"\x02\x80")  # 40
    alerts = []
    for degrees in (-11, -10, 30, 30.0625, 40):
        device.temperature = degrees
        alerts.append(device.read(5, 1)[0] >> 5)
    assert alerts == [0b001, 0b000, 0b000, 0b010, 0b110]


def test_a_thermometer_says_what_it_is() -> None:
    device = Mcp9808()
    assert (device.read(6, 2), device.read(7, 2), device.read(8, 1)) == (b"\x00\x54", b"\x04\x00", b"\x03")
    with pytest.raises(OSError, match="0x05 is read-only"):
        device.write(5, b"\0\0")


def test_a_coarse_thermometer_rounds_down_and_one_that_is_shut_down_measures_nothing() -> None:
    device = Mcp9808(21.9)
    device.write(8, b"\x00")
    assert int.from_bytes(device.read(5, 2), "big") & 0x0FFF == 21.5 * 16
    device.write(1, b"\x01\x00")
    device.temperature = 50
    assert int.from_bytes(device.read(5, 2), "big") & 0x0FFF == 21.5 * 16
    device.write(1, b"\x00\x00")
    assert int.from_bytes(device.read(5, 2), "big") & 0x0FFF == 50 * 16


@pytest.mark.parametrize("degrees", [-40.1, 126, float("nan")])
def test_a_temperature_that_cannot_be_measured_is_refused(degrees: float) -> None:
    with pytest.raises(ValueError, match="are not a temperature that an mcp9808 measures: use -40 to 125"):
        Mcp9808().temperature = degrees


# The display


def display(*commands: int) -> Ssd1306:
    device = Ssd1306()
    device.write(0, bytes([0xAF, *commands]))
    return device


def lit(device: Ssd1306) -> set[tuple[int, int]]:
    image = device.image()
    assert (image.size, image.mode) == ((128, 64), "L")
    return {(x, y) for x in range(128) for y in range(64) if image.getpixel((x, y)) == 255}


def test_a_byte_is_a_column_of_eight_pixels_the_lowest_bit_on_top() -> None:
    device = display(0x20, 0)
    device.write(0x40, b"\x81\x02")
    assert lit(device) == {(0, 0), (0, 7), (1, 1)}


@pytest.mark.parametrize(
    ("way", "pixels"),
    [
        (0, {(10, 8), (11, 8), (10, 16), (11, 16), (10, 8)}),
        (1, {(10, 8), (10, 16), (11, 8), (11, 16)}),
    ],
)
def test_data_fills_the_window_and_begins_again(way: int, pixels: set[tuple[int, int]]) -> None:
    device = display(0x20, way, 0x21, 10, 11, 0x22, 1, 2)
    device.write(0x40, b"\x01" * 4)
    assert lit(device) == pixels
    device.write(0x40, b"\x80")
    assert lit(device) == pixels - {(10, 8)} | {(10, 15)}


def test_by_page_the_column_begins_again_in_the_same_page() -> None:
    device = display(0xB3, 0x0F, 0x17)  # page 3, column 127
    device.write(0x40, b"\x01\x01")
    assert lit(device) == {(127, 24), (0, 24)}


def test_commands_may_come_byte_by_byte() -> None:
    device = Ssd1306()
    for command in (0xAF, 0x20, 0, 0x21, 5, 6, 0x22, 7, 7, 0x81, 0xAE):  # the last one is a contrast, not "off"
        device.write(0x00, bytes([command]))
    device.write(0x40, b"\x80")
    assert lit(device) == {(5, 63)}


def test_a_display_is_switched_inverted_and_moved() -> None:
    device = display(0x20, 0)
    device.write(0x40, b"\x06")
    assert lit(device) == {(0, 1), (0, 2)}
    device.write(0x00, b"\x42")  # the first line is row 2
    assert lit(device) == {(0, 63), (0, 0)}
    device.write(0x00, b"\x40\xa7")
    assert len(lit(device)) == 128 * 64 - 2
    device.write(0x00, b"\xa6\xa5")
    assert len(lit(device)) == 128 * 64
    device.write(0x00, b"\xa4\xae")
    assert (lit(device), device.read(0x00, 1)) == (set(), b"\x40")
    device.write(0x00, b"\xaf")
    assert (lit(device), device.read(0x00, 1)) == ({(0, 1), (0, 2)}, b"\x00")


def test_what_a_display_does_not_have_is_refused() -> None:
    for refused in (lambda: display().read(0x40, 1), lambda: display().write(0x80, b"\xaf")):
        with pytest.raises(OSError, match="ssd1306"):
            refused()


def test_a_frame_is_kept_when_app_code_has_returned_and_it_is_new() -> None:
    bus = bus_with(I2cPart(address=0x3C, model="ssd1306"))
    shown: list[tuple[int, Image.Image]] = []
    bus.on_frame = lambda address, image: shown.append((address, image))
    for data in (b"\xff", b"\xff", b""):
        bus.write(0x3C, 0x00, b"\xaf\x20\x00\x21\x00\x7f")
        bus.write(0x3C, 0x40, data)
        bus.write(0x3C, 0x40, data)
        bus.settle()
    device: I2cDevice = bus.device(0x3C)
    assert isinstance(device, Ssd1306)
    assert device.frames == [device.image()]
    assert shown == [(0x3C, device.image())]


# The dock's own pins


def test_the_expander_has_the_levels_of_the_joystick() -> None:
    gpio = Gpio(REDWOOD, lambda: 0.0)
    bus = I2cBus((), gpio, lambda: 0.0)
    assert list(bus.devices) == [0x72]
    assert bus.read(0x72, 0, 1) == b"\xff"
    gpio.hold("JOYSTICK_UP")
    assert (bus.read(0x72, 0, 1), bus.read(0x72, 3, 2)) == (b"\xfd", b"\xff\xff")
    bus.write(0x72, 2, b"\xff")
    assert (bus.read(0x72, 0, 1), bus.read(0x72, 2, 1)) == (b"\x02", b"\xff")
    for register in (0, 3, 4):
        with pytest.raises(I2cError):
            bus.write(0x72, register, b"\0")
    with pytest.raises(I2cError, match="there is no register 0x04"):
        bus.read(0x72, 4, 1)


def test_what_is_written_to_an_expander_is_on_its_outputs() -> None:
    pins = (Pin("button"), Pin("led", Direction.OUT, active_high=True), Pin("relay", Direction.OUT))
    gpio = Gpio(pins, lambda: 0.0)
    expander = Pca9538(pins, gpio)
    expander.write(1, b"\x02")
    assert (gpio.level("button"), gpio.level("led"), gpio.level("relay")) == (1, 1, 0)
    assert (expander.read(1, 1), expander.read(3, 1)) == (b"\xfb", b"\xf9")
    assert list(gpio.writes) == [(0.0, "led", 1), (0.0, "relay", 1)]


def test_each_eight_pins_have_an_expander() -> None:
    gpio = Gpio([Pin(f"pin{number}") for number in range(17)], lambda: 0.0)
    assert list(I2cBus((), gpio, lambda: 0.0).devices) == [0x72, 0x73, 0x70]
