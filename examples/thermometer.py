"""A dock app: the temperature of the room, on the monitors and on a small display (I2C).

    dl7450 run examples/thermometer.py --store examples/tests/thermometer.yaml --frames out

Every second an mcp9808 is asked. Its temperature is shown as a number on the monitors, and as a bar on an ssd1306, a
column of pixels for each quarter of a degree. examples/tests/test_thermometer.py tests all of this.
"""

import splashscreen
import wakeup
from i2c import I2C, Bus, I2cError

THERMOMETER = 0x18
AMBIENT = 0x05  # register

DISPLAY = 0x3C
COMMANDS, DATA = 0x00, 0x40  # registers
SET_UP = bytes([0x20, 0x00, 0xA1, 0xC8, 0x8D, 0x14, 0xAF])  # row by row, the right way up, charge pump on, on
BAR = bytes([0x21, 0, 127, 0x22, 3, 4])  # all columns, two rows of bytes in the middle

bus = I2C(Bus.I2C1)
screen = splashscreen.Splashscreen()


def temperature():
    """In degrees Celsius."""
    high, low = bus.read(THERMOMETER, AMBIENT, 2)
    sixteenths = (high & 0x0F) << 8 | low
    return (sixteenths - 0x1000 if high & 0x10 else sixteenths) / 16


def draw(degrees):
    columns = max(0, min(128, int(degrees * 4)))
    row = b"\xff" * columns + b"\x00" * (128 - columns)
    bus.write(DISPLAY, COMMANDS, BAR)
    bus.write(DISPLAY, DATA, row + row)


def show():
    try:
        degrees = temperature()
        text = f'<span size="xx-large">{degrees:.1f} °C</span>'
        draw(degrees)
    except I2cError as error:
        text = f'<span color="orange">Something is unplugged ({error.errno})</span>'
    screen.add_text_box(text, {"x": 960, "y": 500})


try:
    bus.write(DISPLAY, COMMANDS, SET_UP)
except I2cError as error:
    print("there is no display:", error.args[1])
show()
timer = wakeup.wakeup(show, 1000, 1000)
