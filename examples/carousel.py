"""A dock app: shows one picture after the other, fetched when it is its turn (blocking style).

    dl7450 run examples/carousel.py --set server=http://127.0.0.1:8450

The server's /content.json lists the pictures' URLs and says how many seconds each one stays.
"""

import http
import json

import splashscreen
import wakeup
from datastore import KvStore

SERVER = KvStore().get("server") or "http://127.0.0.1:8450"

screen = splashscreen.Splashscreen()


def say(text):
    """Put a line at the top of the screen; an empty one takes it away."""
    if text:
        text = '<span size="xx-large" background="#a00000"> ' + text + " </span>"
    screen.add_text_box(text, {"x": 960, "y": 60, "alignment": splashscreen.Alignment.MIDDLE})


class Carousel:
    """The pictures of a content list, in turn."""

    def __init__(self):
        self.urls = []
        self.shown = 0
        self.timer = None

    def start(self):
        """Fetch the content list, again and again until there is one, then show its pictures."""
        response = http.get(SERVER + "/content.json", timeout=5)
        if response.status_code() != 200:
            say(f"No content list ({response.status_code()}), trying again")
            self.timer = wakeup.wakeup(self.start, 5000)
            return
        content = json.loads(response.body())
        self.urls = content["pictures"]
        self.timer = wakeup.wakeup(self.show_next, 0, int(content["seconds"] * 1000))

    def show_next(self):
        """Fetch the next picture and show it, or say why not."""
        url = self.urls[self.shown % len(self.urls)]
        self.shown += 1
        response = http.get(url, timeout=5)
        if response.status_code() == 200:
            screen.set_background(response.body())
            say("")
        else:
            say(f"Picture {self.shown}: status {response.status_code()}")


carousel = Carousel()
carousel.start()
