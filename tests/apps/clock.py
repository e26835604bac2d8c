"""A clock in the corner of the screen, in the time zone of the dock's store."""

import time

from datastore import KvStore
from dock import DockControl
from splashscreen import Alignment, Splashscreen
from wakeup import wakeup

PLACE = {"x": 1890, "y": 30, "alignment": Alignment.RIGHT}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

screen = Splashscreen()
started = time.ticks_ms()
ticks = 0


def set_timezone():
    try:
        DockControl().set_timezone(KvStore().get("timezone") or "GMT")
    except ValueError as error:
        print("time zone:", error)


def greeting(hour):
    if 5 <= hour < 12:
        return "Good morning"
    return "Good afternoon" if hour < 18 else "Good evening"


def tick():
    global ticks
    ticks += 1
    year, month, day, hour, minute, second, weekday, _ = time.localtime()
    screen.add_text_box(
        [
            "<span size='xx-large'><b>{:02d}:{:02d}</b>:{:02d}</span>".format(hour, minute, second),
            f"{DAYS[weekday]}, {day} {MONTHS[month - 1]} {year}",
        ],
        PLACE,
    )
    if ticks == 1 or (minute == 0 and second == 0):
        screen.add_text_box(greeting(hour))


def report():
    seconds = time.ticks_diff(time.ticks_ms(), started) // 1000
    print(seconds, "s up,", ticks, "ticks, it is", time.strftime("%H:%M", time.gmtime()), "in Greenwich")


set_timezone()
clock_timer = wakeup(tick, 0, 1000)
report_timer = wakeup(report, 60 * 1000, 60 * 1000)
