"""A dock app: the next departures from a stop, over a picture from the store (callback style).

    dl7450 run examples/departures.py --store examples/tests/departures.yaml

The server is asked every half minute, and sooner after a failure. While a host is connected nobody sees the screen, so
the server is left alone. examples/tests/test_departures.py tests all of this.
"""

import http
import json
import time

import splashscreen
import wakeup
from datastore import ImageStore, KvStore
from dock import DockControl, DockInfo

EVERY = 30000  # milliseconds
AFTER_FAILURE = 5000
LINES = 4

store = KvStore()
info = DockInfo()
screen = splashscreen.Splashscreen()


def show(text, y, x=960, alignment=splashscreen.Alignment.MIDDLE, large=False):
    """Show text; an empty one takes away what was there."""
    if text and large:
        text = f'<span size="xx-large">{text}</span>'
    screen.add_text_box(text, {"x": x, "y": y, "alignment": alignment})


class Departures:
    """Asks for the departures from one stop, and shows them."""

    def __init__(self, server, stop):
        self.url = f"{server}/stops/{stop}"
        self.timer = None

    def refresh(self):
        if info.host_status() == info.HOST_CONNECTED:
            self.again(EVERY)
        else:
            http.get_async(self.url, on_response=self.on_response, timeout=20)

    def again(self, milliseconds):
        self.timer = wakeup.wakeup(self.refresh, milliseconds)

    def on_response(self, response):
        if response.status_code() != 200:
            show(f'<span color="orange">No news for a while ({response.status_code()})</span>', 1000)
            self.again(AFTER_FAILURE)
            return
        show("", 1000)
        departures = json.loads(response.body())
        for number in range(LINES):
            line, to, due = "", "", ""
            if number < len(departures):
                departure = departures[number]
                line, to, due = departure["line"], departure["to"], f"{departure['minutes']} min"
            y = 300 + 120 * number
            show(line, y, 300, splashscreen.Alignment.LEFT, large=True)
            show(to, y, 500, splashscreen.Alignment.LEFT, large=True)
            show(due, y, 1620, splashscreen.Alignment.RIGHT, large=True)
        self.again(EVERY)


def tick():
    now = time.strftime("%H:%M")
    show(f"<b>{now}</b>", 80, large=True)


DockControl().set_timezone(store.get("timezone") or "UTC")
if "background" in ImageStore().list():
    screen.set_background(ImageStore().get_token("background"))
tick()
clock = wakeup.wakeup(tick, 1000 * (60 - time.localtime()[5]), 60000)
departures = Departures(store.get("server"), store.get("stop"))
departures.refresh()
