"""A dock app: an analogue clock, drawn with framebuf and shown as a picture.

    dl7450 run examples/framebuf_clock.py --for 5 --frames out

A screen takes a picture, not a buffer. But sixteen colours lie in a buffer as they do in a BMP file: two pixels a byte,
the left one first. So a header before the rows, from the last one up, makes a file of them.
"""

import time
from array import array

import framebuf
import image
import splashscreen
import wakeup

WIDTH, HEIGHT = 480, 270  # the dock makes it four times as large
BLACK, GREY, WHITE, ORANGE = 0, 1, 2, 3
COLOURS = (0x101820, 0x45525E, 0xF4F4F4, 0xFF8C1A)
X, Y, RADIUS = 240, 128, 112
COS, SIN = 0.9945219, 0.1045285  # of 6 degrees, a minute; the dock has no math module

screen = splashscreen.Splashscreen()
pixels = bytearray(WIDTH * HEIGHT // 2)
picture = framebuf.FrameBuffer(pixels, WIDTH, HEIGHT, framebuf.GS4_HMSB)


def directions():
    """Where each of the sixty minutes is, seen from the centre."""
    x, y = 0.0, -1.0
    for _ in range(60):
        yield x, y
        x, y = x * COS - y * SIN, x * SIN + y * COS


MINUTES = list(directions())


def hand(minute, length, width, colour):
    """Draw a hand, a long triangle."""
    x, y = MINUTES[minute % 60]
    corners = (x * length, y * length, y * width, -x * width, -y * width, x * width)
    picture.poly(X, Y, array("h", [round(corner) for corner in corners]), colour, True)


def draw(hour, minute, date):
    picture.fill(BLACK)
    picture.ellipse(X, Y, RADIUS, RADIUS, GREY, True)
    picture.ellipse(X, Y, RADIUS - 4, RADIUS - 4, BLACK, True)
    for number, (x, y) in enumerate(MINUTES):
        inner = RADIUS - (24 if number % 15 == 0 else 16 if number % 5 == 0 else 10)
        ends = [round(part) for part in (X + x * inner, Y + y * inner, X + x * (RADIUS - 8), Y + y * (RADIUS - 8))]
        picture.line(ends[0], ends[1], ends[2], ends[3], WHITE if number % 5 == 0 else GREY)
    hand(5 * hour + minute // 12, 64, 7, WHITE)
    hand(minute, 94, 5, ORANGE)
    picture.ellipse(X, Y, 6, 6, ORANGE, True)
    picture.text(date, X - 4 * len(date), HEIGHT - 20, WHITE)


def bmp():
    """The picture as a file of the format BMP."""
    colours = b"".join([colour.to_bytes(4, "little") for colour in COLOURS]) + bytes(4 * (16 - len(COLOURS)))
    start = 14 + 40 + len(colours)

    def number(value, size=4):
        return value.to_bytes(size, "little")

    header = b"BM" + number(start + len(pixels)) + number(0) + number(start)
    about = number(40) + number(WIDTH) + number(HEIGHT) + number(1, 2) + number(4, 2) + bytes(24)
    rows = [pixels[row : row + WIDTH // 2] for row in range(len(pixels) - WIDTH // 2, -1, -WIDTH // 2)]
    return header + about + colours + b"".join(rows)


def tick():
    now = time.localtime()
    draw(now[3] % 12, now[4], time.strftime("%A, %d %B", now))
    screen.set_background(bmp(), image.BMP)


tick()
timer = wakeup.wakeup(tick, 1000 * (60 - time.localtime()[5]), 60000)
