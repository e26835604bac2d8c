"""Drawing into a buffer (dock SDK, `framebuf`): lines, shapes and letters, for displays and pictures.

The same pixels as MicroPython's module of that name, of which this is a port (MIT licence, Copyright (c) 2016 Damien P.
George). What is drawn outside of a picture is cut off. A colour is an int; what of it does not fit into a pixel is cut
off, too, and of one bit any colour other than 0 is 1. All parameters are positional.

Unlike there, a `FrameBuffer` is not itself a buffer (pass on the one that it draws into), and an app that hands a
bytearray to one cannot change its length any more.
"""

import typing as _typing

from ._framebuf import font as _font
from ._framebuf import pixels as _pixels
from ._framebuf import shapes as _shapes

__all__ = [
    "GS2_HMSB",
    "GS4_HMSB",
    "GS8",
    "MONO_HLSB",
    "MONO_HMSB",
    "MONO_VLSB",
    "MVLSB",
    "RGB565",
    "FrameBuffer",
]

MONO_VLSB = MVLSB = 0
RGB565 = 1
GS4_HMSB = 2
MONO_HLSB = 3
MONO_HMSB = 4
GS2_HMSB = 5
GS8 = 6

_FORMATS = {
    MONO_VLSB: _pixels.Format(1, vertical=True),
    RGB565: _pixels.Format(16),
    GS4_HMSB: _pixels.Format(4, low_first=False),
    MONO_HLSB: _pixels.Format(1, low_first=False),
    MONO_HMSB: _pixels.Format(1),
    GS2_HMSB: _pixels.Format(2),
    GS8: _pixels.Format(8),
}
_QUADRANTS = ((1, -1), (-1, -1), (-1, 1), (1, 1))  # of an ellipse, by the bits of its mask: right or left, up or down

_NONE: _typing.Any = object()  # no argument: None is a wrong one

# The checks take whatever an app may pass, hence `object`.
_Source: _typing.TypeAlias = "FrameBuffer | tuple[object, ...] | list[object]"


class FrameBuffer:
    """A picture in a buffer of the app.

    Every method raises `TypeError` for a coordinate or colour that is not an int, and `OverflowError` for one of more
    than 64 bits.
    """

    def __init__(
        self, buffer: bytearray | memoryview, width: int, height: int, format: int, stride: int = _NONE, /
    ) -> None:
        """
        Parameters:
            buffer: what is drawn into: a bytearray, or whatever else has bytes that can be written.
            width: pixels of a row, 1 to 65,535.
            height: rows, 1 to 65,535.
            format: how pixels lie in bytes, a constant of this module.
            stride: pixels from one row to the next; `width` if not given.

        Raises:
            TypeError: the buffer cannot be written, or a number is not an int.
            ValueError: the buffer is too small, a size or the stride makes no sense, or the format is unknown.
        """
        self._pixels = _make(buffer, width, height, format, stride, writable=True)

    def fill(self, c: int, /) -> None:
        """Give all pixels a colour."""
        self._pixels.fill(0, 0, self._pixels.width, self._pixels.height, _int(c))

    def pixel(self, x: int, y: int, c: int = _NONE, /) -> int | None:
        """Give a pixel a colour; without one, return what it has, or None outside of the picture."""
        x, y = _int(x), _int(y)
        if not self._pixels.holds(x, y):
            return None
        if c is _NONE:
            return self._pixels.get(x, y)
        self._pixels.set(x, y, _int(c))
        return None

    def hline(self, x: int, y: int, w: int, c: int, /) -> None:
        """Draw a line of `w` pixels to the right."""
        self.fill_rect(x, y, w, 1, c)

    def vline(self, x: int, y: int, h: int, c: int, /) -> None:
        """Draw a line of `h` pixels down."""
        self.fill_rect(x, y, 1, h, c)

    def line(self, x1: int, y1: int, x2: int, y2: int, c: int, /) -> None:
        """Draw a line, both ends included."""
        self._line((_int(x1), _int(y1)), (_int(x2), _int(y2)), _int(c))

    def rect(self, x: int, y: int, w: int, h: int, c: int, f: bool = False, /) -> None:
        """Draw a rectangle: its outline, or filled if `f` is true."""
        x, y, w, h, c = _int(x), _int(y), _int(w), _int(h), _int(c)
        fill = self._pixels.fill
        if f:
            fill(x, y, w, h, c)
        else:
            fill(x, y, w, 1, c)
            fill(x, y + h - 1, w, 1, c)
            fill(x, y, 1, h, c)
            fill(x + w - 1, y, 1, h, c)

    def fill_rect(self, x: int, y: int, w: int, h: int, c: int, /) -> None:
        """Draw a filled rectangle."""
        self._pixels.fill(_int(x), _int(y), _int(w), _int(h), _int(c))

    def ellipse(self, x: int, y: int, xr: int, yr: int, c: int, f: bool = False, m: int = 0b1111, /) -> None:
        """Draw an ellipse around `(x, y)`.

        Parameters:
            x, y: its centre.
            xr, yr: its radii, to the right and down.
            c: its colour.
            f: true to fill it.
            m: which quarters are drawn, a bit each: 1 for the one at the top right, and on counterclockwise.
        """
        x, y, xr, yr, c, m = _int(x), _int(y), _int(xr), _int(yr), _int(c), _int(m)
        drawn = [quadrant for bit, quadrant in enumerate(_QUADRANTS) if m >> bit & 1]
        for across, down in _shapes.quadrant(xr, yr):
            for right, below in drawn:
                if f and (xr or yr):
                    self._pixels.fill(x - across * (right < 0), y + below * down, across + 1, 1, c)
                else:
                    self._pixels.draw(x + right * across, y + below * down, c)

    def poly(self, x: int, y: int, coords: _typing.Any, c: int, f: bool = False, /) -> None:
        """Draw a closed polygon.

        Parameters:
            x, y: where its origin is.
            coords: an `array` of the corners: x, y, x, y, ... from there; or another buffer of ints.
            c: its colour.
            f: true to fill it.
        """
        x, y = _int(x), _int(y)
        numbers = [_int(number) for number in _readable(coords).tolist()]
        points = list(zip(numbers[::2], numbers[1::2], strict=False))
        if not points:
            return
        c = _int(c)
        for (x1, y1), (x2, y2) in _shapes.edges(points):
            if not f or y1 == y2:
                self._line((x + x1, y + y1), (x + x2, y + y2), c)
            else:
                # The lower end, which is not a crossing.
                self._pixels.draw(x + (x2 if y2 > y1 else x1), y + max(y1, y2), c)
        if f:
            rows = [row for _, row in points]
            for row in range(max(min(rows), -y), min(max(rows), self._pixels.height - 1 - y) + 1):
                crossings = _shapes.crossings(points, row)
                for left, right in zip(crossings[::2], crossings[1::2], strict=True):
                    self._pixels.fill(x + left, y + row, right - left + 1, 1, c)

    def text(self, s: str | bytes, x: int, y: int, c: int = 1, /) -> None:
        """Draw a line of text, 8 x 8 pixels a letter, from its top left corner on.

        Letters are those of ASCII; each byte of others in UTF-8 is a chequered square.
        """
        if not isinstance(s, str | bytes):
            raise TypeError(f"text must be a str, not {type(s).__name__}: convert it to str first")
        x, y, c = _int(x), _int(y), _int(c)
        codes = (s.encode() if isinstance(s, str) else s).partition(b"\0")[0]
        width, height = self._pixels.width, self._pixels.height
        if y <= -8 or y >= height:
            return
        for place in range(max(0, -x // 8), min(len(codes), -(-(width - x) // 8))):
            for column, dots in enumerate(_font.columns(codes[place]), start=x + 8 * place):
                for row in range(8):
                    if dots >> row & 1:
                        self._pixels.draw(column, y + row, c)

    def scroll(self, dx: int, dy: int, /) -> None:
        """Move the picture to the right and down; what is not drawn over stays as it was."""
        dx, dy = _int(dx), _int(dy)
        picture = self._pixels
        columns = range(max(0, dx), min(picture.width, picture.width + dx))
        rows = range(max(0, dy), min(picture.height, picture.height + dy))
        moved = [[picture.get(x - dx, y - dy) for x in columns] for y in rows]
        for y, colours in zip(rows, moved, strict=True):
            for x, colour in zip(columns, colours, strict=True):
                picture.set(x, y, colour)

    def blit(self, fbuf: "_Source", x: int, y: int, key: int = -1, palette: "_Source | None" = None, /) -> None:
        """Draw another picture.

        Parameters:
            fbuf: the picture; or a tuple or list of what makes one, whose buffer need not be writable.
            x, y: where its top left corner goes.
            key: the colour that is not drawn, after the palette.
            palette: a picture of one row, whose pixels are the colours to draw instead of 0, 1, 2, ...

        Raises:
            TypeError: what should be a picture is none.
            ValueError: so, or the palette has fewer colours than the picture. MicroPython takes what it finds in memory
                then.
        """
        source = _picture(fbuf)
        x, y, key = _int(x), _int(y), _int(key) & 0xFFFFFFFF
        colours = None if palette is None else _picture(palette)
        for row in range(max(0, y), min(self._pixels.height, y + source.height)):
            for column in range(max(0, x), min(self._pixels.width, x + source.width)):
                colour = source.get(column - x, row - y)
                if colours is not None:
                    if colour >= colours.width:
                        raise ValueError(f"a pixel has colour {colour}, and the palette has {colours.width} colours")
                    colour = colours.get(colour, 0)
                if colour != key:
                    self._pixels.set(column, row, colour)

    def _line(self, start: _shapes.Point, end: _shapes.Point, colour: int) -> None:
        for x, y in _shapes.line(start, end, self._pixels.width, self._pixels.height):
            self._pixels.set(x, y, colour)


def _make(
    buffer: object, width: object, height: object, format: object, stride: object = _NONE, *, writable: bool = False
) -> _pixels.Pixels:
    data = _readable(buffer).cast("B")
    if writable and data.readonly:
        raise TypeError(f"a frame buffer is drawn into, and {type(buffer).__name__} cannot be written: use a bytearray")
    size = _int(width), _int(height)
    packing = _FORMATS.get(_int(format))
    if packing is None:
        raise ValueError(f"there is no format {format}: use a constant of framebuf, such as framebuf.MONO_VLSB")
    return _pixels.Pixels(data, *size, packing, size[0] if stride is _NONE else _int(stride))


def _picture(source: object) -> _pixels.Pixels:
    if isinstance(source, FrameBuffer):
        return source._pixels
    if not isinstance(source, tuple | list):
        raise TypeError(
            f"a picture is a FrameBuffer, or a tuple (buffer, width, height, format), not {type(source).__name__}"
        )
    if len(source) not in (4, 5):
        raise ValueError(f"a picture is (buffer, width, height, format) or that and a stride, not {len(source)} items")
    return _make(*source)


def _readable(buffer: object) -> memoryview:
    try:
        return memoryview(buffer.encode() if isinstance(buffer, str) else buffer)  # type: ignore[arg-type]  # or raises
    except TypeError:
        raise TypeError(f"{type(buffer).__name__} is not a buffer: use a bytearray, bytes or an array") from None


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"coordinates and colours are ints, not {type(value).__name__}: use int() or //")
    if not -(1 << 63) <= value < 1 << 63:
        raise OverflowError(f"{value} has more than 64 bits")
    return value
