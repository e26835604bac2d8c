"""PNG files in the forms of PngSuite, each with the pixels that it was made of: an encoder as plain as the format."""

import random
import struct
import zlib
from dataclasses import dataclass

Pixel = tuple[int, int, int]

WIDTH, HEIGHT = 13, 11  # not a multiple of eight: rows end within a byte, and passes have odd sizes

SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a pixel, by colour type
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


@dataclass(frozen=True)
class Form:
    """One form: of gray (0), RGB (2), palette (3), gray and alpha (4) or RGB and alpha (6)."""

    colour_type: int
    depth: int
    interlaced: bool = False
    transparency: bool = False  # a tRNS chunk
    pieces: int = 1 << 20  # bytes in an IDAT chunk

    def __str__(self) -> str:
        interlaced, transparency = ", interlaced" * self.interlaced, ", tRNS" * self.transparency
        return f"type {self.colour_type}, {self.depth} bit{interlaced}{transparency}"


FORMS = [
    Form(colour_type, depth, interlaced, transparency)
    for colour_type, depths in DEPTHS.items()
    for depth in depths
    for interlaced in (False, True)
    for transparency in ((False, True) if colour_type < 4 else (False,))
]


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def header(width: int, height: int, depth: int = 8, colour_type: int = 2, interlaced: bool = False) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced))


def make(form: Form) -> tuple[bytes, list[Pixel]]:
    """A file of this form, and the pixels that it shows on black, row by row."""
    rng = random.Random(str(form))
    largest = (1 << form.depth) - 1
    pixels = [tuple(rng.randint(0, largest) for _ in range(SAMPLES[form.colour_type])) for _ in range(WIDTH * HEIGHT)]
    key = pixels[5]
    for index in range(7, 40, 3):  # the transparent colour, and colours that differ from it in the lowest bit only
        pixels[index] = key if index % 2 else tuple(sample ^ 1 for sample in key)
    palette = [(rng.randrange(256), rng.randrange(256), rng.randrange(256)) for _ in range(largest + 1)]
    alphas = [rng.choice([0, 255, 77]) for _ in range(largest)] if form.transparency else []

    chunks = [header(WIDTH, HEIGHT, form.depth, form.colour_type, form.interlaced)]
    if form.colour_type == 3:
        chunks.append(chunk(b"PLTE", bytes(level for colour in palette for level in colour)))
        chunks += [chunk(b"tRNS", bytes(alphas))] if form.transparency else []
    elif form.transparency:
        chunks.append(chunk(b"tRNS", b"".join(struct.pack(">H", sample) for sample in key)))
    data = zlib.compress(_image_data(form, pixels))
    chunks += [chunk(b"IDAT", data[i : i + form.pieces]) for i in range(0, len(data), form.pieces)]

    def shown(pixel: tuple[int, ...]) -> Pixel:
        if form.colour_type == 3:
            colour, alpha = palette[pixel[0]], (*alphas, *[255] * 256)[pixel[0]]
        else:
            levels = [sample >> 8 if form.depth == 16 else sample * 255 // largest for sample in pixel]
            colours = levels[:-1] if form.colour_type in (4, 6) else levels
            colour = (colours[0], colours[0], colours[0]) if len(colours) == 1 else (colours[0], colours[1], colours[2])
            alpha = levels[-1] if form.colour_type in (4, 6) else 0 if form.transparency and pixel == key else 255
        red, green, blue = (round(level * alpha / 255) for level in colour)
        return red, green, blue

    return png(*chunks), [shown(pixel) for pixel in pixels]


def _image_data(form: Form, pixels: list[tuple[int, ...]]) -> bytes:
    data = b""
    for left, top, step_x, step_y in PASSES if form.interlaced else [(0, 0, 1, 1)]:
        before = b""
        for count, y in enumerate(range(top, HEIGHT, step_y)):
            row = _packed([pixels[y * WIDTH + x] for x in range(left, WIDTH, step_x)], form.depth)
            data += bytes([count % 5]) + _filtered(count % 5, row, before, _pixel_bytes(form)) if row else b""
            before = row
    return data


def _pixel_bytes(form: Form) -> int:
    return max(1, SAMPLES[form.colour_type] * form.depth // 8)


def _packed(row: list[tuple[int, ...]], depth: int) -> bytes:
    bits = "".join(f"{sample:0{depth}b}" for pixel in row for sample in pixel)
    return bytes(int(bits[i : i + 8].ljust(8, "0"), 2) for i in range(0, len(bits), 8))


def _filtered(kind: int, row: bytes, before: bytes, step: int) -> bytes:
    before = before or bytes(len(row))
    result = []
    for i, byte in enumerate(row):
        left, above, corner = (row[i - step], before[i], before[i - step]) if i >= step else (0, before[i], 0)
        guess = left + above - corner
        paeth = min((left, above, corner), key=lambda level: abs(guess - level))
        result.append((byte - (0, left, above, (left + above) // 2, paeth)[kind]) & 0xFF)
    return bytes(result)
