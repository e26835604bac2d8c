"""`Ssd1306`: a display of 128 x 64 pixels in one colour (Solomon Systech SSD1306)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

WIDTH, HEIGHT = 128, 64
KEPT_FRAMES = 10_000

_PAGES = HEIGHT // 8  # rows of bytes; bit 0 of a byte is on top
_COMMANDS, _DATA = 0x00, 0x40  # registers
_HORIZONTAL, _VERTICAL, _BY_PAGE = range(3)  # which way the bytes of data go

# Commands that bytes follow, and how many; the other ones are a byte alone.
_FOLLOWING: Final = {
    0x20: 1,
    0x21: 2,
    0x22: 2,  # which way, columns, pages
    0x26: 6,
    0x27: 6,
    0x29: 5,
    0x2A: 5,
    0xA3: 2,  # scrolling
    0x81: 1,
    0x8D: 1,
    0xA8: 1,
    0xD3: 1,
    0xD5: 1,
    0xD9: 1,
    0xDA: 1,
    0xDB: 1,  # electricity, and how it is wired
}


class Ssd1306:
    """A display. Its picture is its memory: how the panel is mounted, and so what mirroring does, is not known.

    Contrast, scrolling and what commands say about electricity are taken and have no effect.
    """

    def __init__(self) -> None:
        self._memory = bytearray(WIDTH * _PAGES)
        self._is_on = False
        self._is_inverted = False
        self._all_lit = False
        self._start_line = 0
        self._way = _BY_PAGE
        self._columns = (0, WIDTH - 1)
        self._pages = (0, _PAGES - 1)
        self._column = self._page = 0
        self._begun = b""  # a command that more bytes have to follow
        self._shown: bytes = bytes(self._memory)
        self._frames: deque[bytes] = deque(maxlen=KEPT_FRAMES)

    def read(self, register: int, nbytes: int) -> bytes:
        """Read the status: bit 6 is set while the display is off."""
        if register != _COMMANDS:
            raise OSError("the memory of an ssd1306 cannot be read over I2C")
        return bytes([0x00 if self._is_on else 0x40]) * nbytes

    def write(self, register: int, data: bytes) -> None:
        """Take commands (register 0x00) or data for the memory (0x40)."""
        if register == _COMMANDS:
            for byte in data:
                self._begun += bytes([byte])
                if len(self._begun) > _FOLLOWING.get(self._begun[0], 0):
                    command, self._begun = self._begun, b""
                    self._command(command[0], command[1:])
        elif register == _DATA:
            for byte in data:
                self._memory[self._page * WIDTH + self._column] = byte
                self._go_on()
        else:
            raise OSError(f"an ssd1306 takes commands (0x00) and data (0x40), not {register:#04x}")

    def image(self) -> Image.Image:
        """What is on the display: a picture of 128 x 64 pixels, in black (0) and white (255)."""
        return _image(self._lit())

    @property
    def frames(self) -> list[Image.Image]:
        """What was on the display each time that app code had returned and had changed it; the newest 10,000."""
        return list(map(_image, self._frames))

    def settle(self) -> bool:
        """App code has returned: keep a frame if there is a new one, and say so."""
        lit = self._lit()
        if lit == self._shown:
            return False
        self._shown = lit
        self._frames.append(lit)
        return True

    def _lit(self) -> bytes:
        """The pixels that are lit, as the memory has them."""
        if not self._is_on:
            return bytes(len(self._memory))
        if self._all_lit:
            return b"\xff" * len(self._memory)
        lit = bytes(self._memory)
        if self._start_line:
            lit = _rolled(lit, self._start_line)
        return bytes(byte ^ 0xFF for byte in lit) if self._is_inverted else lit

    def _command(self, command: int, values: bytes) -> None:
        if command == 0x20:
            self._way = min(values[0] & 3, _BY_PAGE)
        elif command == 0x21:
            self._columns = (values[0] % WIDTH, values[1] % WIDTH)
            self._column = self._columns[0]
        elif command == 0x22:
            self._pages = (values[0] % _PAGES, values[1] % _PAGES)
            self._page = self._pages[0]
        elif command <= 0x0F:
            self._column = self._column & 0x70 | command
        elif command <= 0x1F:
            self._column = (command & 0x07) << 4 | self._column & 0x0F
        elif 0xB0 <= command <= 0xB7:
            self._page = command & 0x07
        elif 0x40 <= command <= 0x7F:
            self._start_line = command & 0x3F
        elif command in {0xA4, 0xA5}:
            self._all_lit = command == 0xA5
        elif command in {0xA6, 0xA7}:
            self._is_inverted = command == 0xA7
        elif command in {0xAE, 0xAF}:
            self._is_on = command == 0xAF

    def _go_on(self) -> None:
        """To where the next byte of data goes."""
        if self._way == _BY_PAGE:
            self._column = (self._column + 1) % WIDTH
        elif self._way == _HORIZONTAL:
            self._column, is_over = _next(self._column, self._columns, WIDTH)
            if is_over:
                self._page, _ = _next(self._page, self._pages, _PAGES)
        else:
            self._page, is_over = _next(self._page, self._pages, _PAGES)
            if is_over:
                self._column, _ = _next(self._column, self._columns, WIDTH)


def _next(value: int, bounds: tuple[int, int], size: int) -> tuple[int, bool]:
    """The next value within bounds, and whether it is the first one again."""
    return (bounds[0], True) if value == bounds[1] else ((value + 1) % size, False)


def _image(lit: bytes) -> Image.Image:
    from PIL import Image

    pixels = bytearray(WIDTH * HEIGHT)
    for index, byte in enumerate(lit):
        page, column = divmod(index, WIDTH)
        for bit in range(8):
            if byte >> bit & 1:
                pixels[(page * 8 + bit) * WIDTH + column] = 255
    return Image.frombytes("L", (WIDTH, HEIGHT), bytes(pixels))


def _rolled(lit: bytes, lines: int) -> bytes:
    """The same with all rows moved up; those at the top come in again at the bottom."""
    rolled = bytearray(len(lit))
    for column in range(WIDTH):
        rows = int.from_bytes(lit[column::WIDTH], "little")
        rows = (rows >> lines | rows << (HEIGHT - lines)) & (1 << HEIGHT) - 1
        rolled[column::WIDTH] = rows.to_bytes(_PAGES, "little")
    return bytes(rolled)
