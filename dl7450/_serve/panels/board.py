"""What is wired to the dock's board: buttons to press, lamps that the app lights, and the devices on the I2C bus."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import trio
from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..._device.gpio import Direction
from ..._device.i2c.mcp9808 import Mcp9808
from ..._device.i2c.parts import DISPLAY, REGISTERS, THERMOMETER, I2cPart
from ..._device.i2c.pca9538 import Pca9538
from ..._device.i2c.register_map import RegisterMap
from ..._device.i2c.ssd1306 import HEIGHT, WIDTH, Ssd1306
from .. import world
from ..events import AppStarted, WorldChanged
from ..program import DockProgram
from ..served_dock import ServedDock
from . import Form, Panel

_SCALE = 2  # of a display's picture
_MODELS = {THERMOMETER: "thermometer", DISPLAY: "display", REGISTERS: "registers"}


@dataclass(frozen=True)
class _Pin:
    """A pin as it is now: a button that is pressed, or a lamp that is lit, is active."""

    name: str
    active: bool
    level: int


@dataclass(frozen=True)
class _Part:
    """A device on the I2C bus; of `temperature`, `registers` and `picture` it has what its kind has.

    Attributes:
        picture: another number for each that the display shows.
    """

    address: int
    model: str
    temperature: float | None = None
    registers: Mapping[int, str] | None = None
    read_only: frozenset[int] = frozenset()
    picture: int | None = None


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """The pins and the devices as they are now."""
    buttons, lamps, parts = await dock.ask(_now)
    return {
        "buttons": buttons,
        "lamps": lamps,
        "parts": parts,
        "size": (WIDTH * _SCALE, HEIGHT * _SCALE),
        "models": _MODELS,
    }


async def press(dock: ServedDock, form: Form) -> None:
    """Press the button of the form's `pin`."""
    await dock.ask(world.press_button, form.get("pin", ""))


async def hold(dock: ServedDock, form: Form) -> None:
    """Press the button of the form's `pin` until it is released."""
    await dock.ask(world.hold_button, form.get("pin", ""))


async def release(dock: ServedDock, form: Form) -> None:
    """Release the button of the form's `pin`."""
    await dock.ask(world.release_button, form.get("pin", ""))


async def plug(dock: ServedDock, form: Form) -> None:
    """Plug the device of the form's `address` and `model` into the I2C bus; one of registers has the form's."""
    model = form.get("model", "")
    registers = _registers(form.get("registers", "")) if model == REGISTERS else {}
    await dock.ask(world.plug_i2c, I2cPart(address=_number(form, "address"), model=model, registers=registers))


async def unplug(dock: ServedDock, form: Form) -> None:
    """Take the device of the form's `address` away from the I2C bus."""
    await dock.ask(world.unplug_i2c, _number(form, "address"))


async def set_temperature(dock: ServedDock, form: Form) -> None:
    """Have the thermometer of the form's `address` measure its `degrees`."""
    try:
        degrees = float(form.get("degrees", ""))
    except ValueError:
        raise ValueError("the temperature must be a number of degrees Celsius") from None
    await dock.ask(world.set_temperature, _number(form, "address"), degrees)


async def set_register(dock: ServedDock, form: Form) -> None:
    """Have the `register` of the device of the form's `address` hold its `data`, in hexadecimal."""
    data = _data(form.get("data", ""))
    await dock.ask(world.set_register, _number(form, "address"), _number(form, "register"), data)


async def picture(dock: ServedDock, request: Request) -> Response:
    """What a display shows, as PNG."""
    image = await dock.ask(_image, request.path_params["address"])
    if image is None:
        raise HTTPException(404, "There is no display of this address.")
    png = await trio.to_thread.run_sync(_png, image)
    return Response(png, media_type="image/png", headers={"Cache-Control": "no-cache"})


def _now(program: DockProgram) -> tuple[list[_Pin], list[_Pin], list[_Part]]:
    gpio, i2c = program.machine.gpio, program.machine.i2c
    buttons, lamps = (
        [_Pin(name, gpio.is_active(name), gpio.level(name)) for name, pin in gpio.pins.items() if pin.direction is way]
        for way in (Direction.IN, Direction.OUT)
    )
    parts = [_part(address, device) for address, device in sorted(i2c.devices.items())]
    return buttons, lamps, [part for part in parts if part]


def _part(address: int, device: object) -> _Part | None:
    """None for what only serves the pins."""
    match device:
        case Pca9538():
            return None
        case Mcp9808():
            return _Part(address, "mcp9808", temperature=device.temperature)
        case Ssd1306():
            return _Part(address, "ssd1306", picture=zlib.crc32(device.image().tobytes()))
        case RegisterMap():
            registers = {register: data.hex() for register, data in sorted(device.registers.items())}
            return _Part(address, "registers", registers=registers, read_only=device.read_only)
        case _:
            return _Part(address, type(device).__name__)


def _image(program: DockProgram, address: int) -> Image.Image | None:
    device = program.machine.i2c.devices.get(address)
    return device.image() if isinstance(device, Ssd1306) else None


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.resize((WIDTH * _SCALE, HEIGHT * _SCALE), Image.Resampling.NEAREST).save(data, "PNG")
    return data.getvalue()


def _number(form: Form, key: str) -> int:
    return _parsed(key, form.get(key, ""))


def _parsed(what: str, text: str) -> int:
    if not re.fullmatch("0x[0-9a-fA-F]{1,4}|[0-9]{1,5}", text.strip()):
        raise ValueError(f"the {what} must be a number such as 0x3c")
    return int(text, 0)


def _registers(text: str) -> dict[int, bytes]:
    """Such as `0x00: ff, 0x01: 00ff`."""
    registers = {}
    for each in filter(None, text.split(",")):
        register, _, data = each.partition(":")
        registers[_parsed("register", register)] = _data(data)
    return registers


def _data(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError("a register holds bytes in hexadecimal digits, such as 00ff") from None


PANEL = Panel(
    name="board",
    title="Board",
    tab="Board",
    place=40,
    kinds=(WorldChanged, AppStarted),
    ticks=True,
    show=show,
    actions={
        "press": press,
        "hold": hold,
        "release": release,
        "plug": plug,
        "unplug": unplug,
        "temperature": set_temperature,
        "register": set_register,
    },
    answers={"display-{address:int}.png": picture},
)
