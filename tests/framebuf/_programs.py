"""Random programs of drawing calls, and the script that runs them, in either of two Pythons.

A program is plain data, so that both read the same: how its buffers begin, and calls by name. A list that begins with
"buffer", "array" or "picture" stands for one.
"""

from __future__ import annotations

from random import Random
from typing import Any

FORMATS = {"MONO_VLSB": 1, "RGB565": 16, "GS4_HMSB": 4, "MONO_HLSB": 1, "MONO_HMSB": 1, "GS2_HMSB": 2, "GS8": 8}  # bits

# MicroPython and this package run it: `programs` is given to it, `results` is what it leaves.
SCRIPT = """
import array
import framebuf

def value(what, pictures):
    if not isinstance(what, list) or not what or not isinstance(what[0], str):
        return what
    if what[0] == "buffer":
        return bytes(what[1])
    if what[0] == "array":
        return array.array(what[1], what[2])
    if what[0] == "picture":
        return pictures[what[1]]
    buffer, width, height, format = what[1]
    return bytes(buffer), width, height, getattr(framebuf, format)

def run(program):
    buffers = [bytearray(begin[0]) for begin in program["pictures"]]
    pictures = []
    for buffer, (_, width, height, format, stride) in zip(buffers, program["pictures"]):
        pictures.append(framebuf.FrameBuffer(buffer, width, height, getattr(framebuf, format), stride))
    seen = []
    for name, arguments in program["calls"]:
        try:
            seen.append(getattr(pictures[0], name)(*[value(what, pictures) for what in arguments]))
        except Exception as error:
            seen.append(type(error).__name__)
        seen.append(sum([byte * (place % 251 + 1) for place, byte in enumerate(buffers[0])]))
    return [list(buffer) for buffer in buffers], seen

results = [run(program) for program in programs]
"""


def make(random: Random, format: str) -> dict[str, Any]:
    """A program that draws into a picture of this format, with a second one to blit, and a palette."""
    pictures = [_picture(random, format), _picture(random, random.choice(list(FORMATS)))]
    pictures.append(_picture(random, random.choice(list(FORMATS)), (1 << min(FORMATS[pictures[1][3]], 8), 1)))
    calls = [_CALLS[name](random, pictures) for name in random.choices(list(_CALLS), k=12)]
    return {"pictures": pictures, "calls": [_spoilt(random, call) for call in calls]}


def _picture(random: Random, format: str, size: tuple[int, int] | None = None) -> list[Any]:
    width, height = size or (random.randint(1, 40), random.randint(1, 40))
    stride = width + random.choice([0, 0, 1, 5, 8])
    aligned = -(-stride // 8) * 8
    length = -(-height // 8) * stride if format == "MONO_VLSB" else aligned * height * FORMATS[format] // 8
    return [list(random.randbytes(length)), width, height, format, stride]


def _place(random: Random) -> int:
    return random.choice([random.randint(-8, 48), random.randint(0, 40), random.randint(-500, 500)])


def _colour(random: Random) -> int:
    return random.choice(
        [0, 1, 2, 3, 15, 255, 256, 0xFFFF, -1, 1 << 32, random.getrandbits(16), random.getrandbits(40)]
    )


def _size(random: Random) -> int:
    return random.choice([random.randint(0, 50), random.randint(0, 12), -1, 300])


def _truth(random: Random) -> list[Any]:
    return random.choice([[], [True], [False], [0], [1], [None]])


def _fill(random: Random, _: list[Any]) -> list[Any]:
    return ["fill", [_colour(random)]]


def _pixel(random: Random, _: list[Any]) -> list[Any]:
    return ["pixel", [_place(random), _place(random), *random.choice([[], [_colour(random)]])]]


def _straight(random: Random, _: list[Any]) -> list[Any]:
    return [random.choice(["hline", "vline"]), [_place(random), _place(random), _size(random), _colour(random)]]


def _line(random: Random, _: list[Any]) -> list[Any]:
    return ["line", [*(_place(random) for _ in range(4)), _colour(random)]]


def _rect(random: Random, _: list[Any]) -> list[Any]:
    area = [_place(random), _place(random), _size(random), _size(random), _colour(random)]
    return random.choice([["fill_rect", area], ["rect", [*area, *_truth(random)]]])


def _ellipse(random: Random, _: list[Any]) -> list[Any]:
    shape = [_place(random), _place(random), _size(random), _size(random), _colour(random)]
    filled = _truth(random)
    return ["ellipse", [*shape, *filled, *([random.randint(-1, 31)] if filled and random.random() < 0.7 else [])]]


def _poly(random: Random, _: list[Any]) -> list[Any]:
    kind, least, most = random.choice([("h", -30, 60), ("b", -30, 60), ("B", 0, 60), ("i", -300, 300), ("q", -9, 9)])
    numbers = [random.randint(least, most) for _ in range(random.randint(0, 13))]
    corners = ["buffer", [abs(n) % 256 for n in numbers]] if random.random() < 0.2 else ["array", kind, numbers]
    return ["poly", [_place(random), _place(random), corners, _colour(random), *_truth(random)]]


def _text(random: Random, _: list[Any]) -> list[Any]:
    text = "".join(
        random.choices([chr(code) for code in range(32, 128)] + ["\n", "é", "漢", "\x00"], k=random.randint(0, 9))
    )
    return ["text", [text, _place(random), _place(random), *random.choice([[], [_colour(random)]])]]


def _scroll(random: Random, _: list[Any]) -> list[Any]:
    return ["scroll", [random.randint(-9, 9), random.randint(-9, 9)] if random.random() < 0.8 else [_place(random), 50]]


def _blit(random: Random, pictures: list[Any]) -> list[Any]:
    source: list[Any] = random.choice([["picture", 1], ["picture", 1], ["tuple", pictures[1][:4]]])
    if source[0] == "tuple" and pictures[1][4] != pictures[1][1]:
        source = ["picture", 1]
    # MicroPython reads whatever is in memory for a colour that a palette does not have.
    palette = None if pictures[1][3] == "RGB565" else ["picture", 2]
    more: list[Any] = random.choice([[], [_colour(random)], [-1, palette], [_colour(random), palette], [-1, None]])
    return ["blit", [source, _place(random), _place(random), *more]]


_CALLS = {f.__name__: f for f in (_fill, _pixel, _straight, _line, _rect, _ellipse, _poly, _text, _scroll, _blit)}


def _spoilt(random: Random, call: list[Any]) -> list[Any]:
    """One call of twenty has a wrong argument, or one too many, or too few."""
    name, arguments = call
    if random.random() < 0.05:
        place = random.randrange(len(arguments))
        wrong: Any = random.choice([1.5, "no", 1 << 70, None, True])
        whole = [*arguments[:place], wrong, *arguments[place + 1 :]]
        arguments = random.choice([whole, whole, arguments[:-1], [*arguments, 5]])
    return [name, arguments]
