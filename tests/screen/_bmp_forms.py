"""BMP files in the forms of bmpsuite, each with the pixels that it was made of: an encoder as plain as the format."""

import random
import struct
from dataclasses import dataclass

Pixel = tuple[int, int, int]

WIDTH, HEIGHT = 13, 7  # rows are padded, and end within a byte


@dataclass(frozen=True)
class Form:
    """One form.

    Attributes:
        palette: of 1, 2, 4 and 8 bits.
        masks: of 16 and 32 bits: red, green, blue and, if there is one, alpha.
        header: its size; 12 is OS/2's first.
    """

    name: str
    bits: int
    palette: tuple[Pixel, ...] = ()
    masks: tuple[int, ...] = ()
    header: int = 40
    top_down: bool = False
    run_lengths: bool = False

    def __str__(self) -> str:
        return self.name


BLACK, WHITE, RED = (0, 0, 0), (255, 255, 255), (255, 0, 0)


def colours(count: int) -> tuple[Pixel, ...]:
    rng = random.Random(count)
    return tuple((rng.randrange(256), rng.randrange(256), rng.randrange(256)) for _ in range(count))


def grays(count: int) -> tuple[Pixel, ...]:
    return tuple((level, level, level) for level in range(count))


FORMS = [
    *(Form(f"{bits} bit, full palette", bits, colours(1 << bits)) for bits in (1, 2, 4, 8)),
    *(Form(f"{bits} bit, black and white", bits, (BLACK, WHITE)) for bits in (1, 2, 4, 8)),
    *(Form(f"{bits} bit, white and black", bits, (WHITE, BLACK)) for bits in (1, 2, 4, 8)),
    *(Form(f"{bits} bit, two colours", bits, (RED, WHITE)) for bits in (1, 2, 4, 8)),
    *(Form(f"{bits} bit, one colour", bits, (BLACK,)) for bits in (1, 4, 8)),
    Form("4 bit, grays in order", 4, grays(16)),
    Form("8 bit, grays in order", 8, grays(256)),
    Form("8 bit, few grays in order", 8, grays(7)),
    Form("8 bit, more colours than fit", 8, colours(300)),
    *(Form(f"OS/2, {bits} bit", bits, colours(1 << bits), header=12) for bits in (1, 4, 8)),
    Form("OS/2, 24 bit", 24, header=12),
    Form("OS/2 2, 8 bit", 8, colours(256), header=64),
    *(Form(f"RLE{bits}", bits, colours(1 << bits), run_lengths=True) for bits in (4, 8)),
    *(Form(f"RLE{bits}, black and white", bits, (BLACK, WHITE), run_lengths=True) for bits in (4, 8)),
    Form("RLE4, grays in order", 4, grays(16), run_lengths=True),
    *(Form(f"{bits} bit, header {size}", bits, header=size) for bits in (16, 24, 32) for size in (40, 108, 124)),
    *(
        Form(f"{bits} bit, top-down", bits, colours(1 << bits) if bits < 16 else (), top_down=True)
        for bits in (1, 8, 24)
    ),
    Form("565", 16, masks=(0xF800, 0x7E0, 0x1F)),
    Form("565, header 52", 16, masks=(0xF800, 0x7E0, 0x1F), header=52),
    Form("231", 16, masks=(0x30, 0xE, 0x1)),
    Form("4444", 16, masks=(0xF00, 0xF0, 0xF, 0xF000), header=108),
    Form("5551", 16, masks=(0x7C00, 0x3E0, 0x1F, 0x8000), header=56),
    Form("BGRX", 32, masks=(0xFF0000, 0xFF00, 0xFF)),
    Form("XBGR", 32, masks=(0xFF000000, 0xFF0000, 0xFF00)),
    Form("GRXB", 32, masks=(0xFF00, 0xFF, 0xFF000000)),
    Form("BGRA", 32, masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000), header=124),
    Form("RGBA", 32, masks=(0xFF, 0xFF00, 0xFF0000, 0xFF000000), header=108),
    Form("BGRA, header 56, top-down", 32, masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000), header=56, top_down=True),
]


def make(form: Form) -> tuple[bytes, list[Pixel]]:
    """A file of this form, and the pixels that it shows on black, row by row."""
    rng = random.Random(form.name)
    used = min(len(form.palette), 1 << form.bits) if form.palette else 1 << form.bits
    numbers = [[rng.randrange(used) for _ in range(WIDTH)] for _ in range(HEIGHT)]
    for row in numbers[::2]:
        row[2:9] = [row[2]] * 7  # something for run lengths
    stored = numbers if form.top_down else numbers[::-1]
    data = _runs(stored, form.bits) if form.run_lengths else b"".join(_packed(row, form.bits) for row in stored)
    return file(form, data), [_shown(form, number) for row in numbers for number in row]


def file(form: Form, data: bytes, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """A file of this form with these bytes as its pixels."""
    if form.header == 12:
        information = struct.pack("<IHHHH", 12, width, height, 1, form.bits)
        palette = b"".join(bytes([blue, green, red]) for red, green, blue in form.palette)
    else:
        compression = {4: 2, 8: 1}[form.bits] if form.run_lengths else 3 if form.masks else 0
        signed_height = -height if form.top_down else height
        information = struct.pack("<IiiHHI", form.header, width, signed_height, 1, form.bits, compression)
        information += struct.pack("<IIIII", len(data), 2835, 2835, len(form.palette), 0)
        masks = b"".join(struct.pack("<I", mask) for mask in form.masks)
        information += masks if form.header == 40 else masks.ljust(form.header - 40, b"\0")
        palette = b"".join(bytes([blue, green, red, 0]) for red, green, blue in form.palette)
    start = 14 + len(information) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + information + palette + data


def _shown(form: Form, number: int) -> Pixel:
    if form.palette:
        return form.palette[number]
    if form.masks:
        levels = [_part(number, mask) for mask in form.masks]
        red, green, blue, alpha = (*levels, 255)[:4]
    elif form.bits == 16:
        red, green, blue, alpha = (*(_part(number, mask) for mask in (0x7C00, 0x3E0, 0x1F)), 255)
    else:
        red, green, blue, alpha = number >> 16 & 255, number >> 8 & 255, number & 255, 255
    return round(red * alpha / 255), round(green * alpha / 255), round(blue * alpha / 255)


def _part(number: int, mask: int) -> int:
    return (number & mask) * 255 // mask


def _packed(row: list[int], bits: int) -> bytes:
    if bits >= 8:
        packed = b"".join(number.to_bytes(bits // 8, "little") for number in row)
    else:
        text = "".join(f"{number:0{bits}b}" for number in row)
        packed = bytes(int(text[i : i + 8].ljust(8, "0"), 2) for i in range(0, len(text), 8))
    return packed.ljust(-(-len(packed) // 4) * 4, b"\0")


def _runs(rows: list[list[int]], bits: int) -> bytes:
    """Rows in run lengths: every other one as numbers one by one, the others with a run in the middle."""

    def run(count: int, number: int) -> bytes:
        return bytes([count, number * 17 if bits == 4 else number])

    def one_by_one(numbers: list[int]) -> bytes:
        if bits == 4:
            pairs = zip(numbers[::2], [*numbers[1::2], 0], strict=False)
            packed = bytes(high << 4 | low for high, low in pairs)
        else:
            packed = bytes(numbers)
        return bytes([0, len(numbers)]) + packed + bytes(len(packed) % 2)

    data = b""
    for index, row in enumerate(rows):
        if index % 2:
            data += one_by_one(row)
        else:
            data += one_by_one(row[:4]) + run(5, row[4]) + b"".join(run(1, number) for number in row[9:])
        data += b"\0\0"
    return data + b"\0\1"
