"""A dock app: fetches all pictures at once and shows them in turn (callback style).

    dl7450 run examples/carousel_async.py --set server=http://127.0.0.1:8450

It never blocks: requests run side by side, sixteen at most on the dock, and a callback starts the next one.
"""

import http
import json

import splashscreen
import wakeup
from datastore import KvStore

SERVER = KvStore().get("server") or "http://127.0.0.1:8450"
AT_ONCE = 8

screen = splashscreen.Splashscreen()


class Carousel:
    """Pictures that arrive while others are shown."""

    def __init__(self):
        self.waiting = []
        self.pictures = []
        self.failed = 0
        self.shown = 0
        self.timer = None

    def start(self):
        """Fetch the content list."""
        http.get_async(SERVER + "/content.json", on_response=self.got_list, timeout=5)

    def got_list(self, response):
        """Start the first requests for pictures, and the timer that shows them."""
        if response.status_code() != 200:
            screen.add_text_box(f"No content list: status {response.status_code()}")
            return
        content = json.loads(response.body())
        self.waiting = content["pictures"]
        self.timer = wakeup.wakeup(self.show_next, 200, int(content["seconds"] * 1000))
        for _ in range(min(AT_ONCE, len(self.waiting))):
            self.fetch_next()

    def fetch_next(self):
        """Start the request for the next picture, if one is left."""
        if self.waiting:
            http.get_async(self.waiting.pop(0), on_response=self.got_picture, timeout=5)

    def got_picture(self, response):
        """Keep the picture, and go on with the next."""
        if response.status_code() == 200:
            self.pictures.append(response.body())
        else:
            self.failed += 1
        self.fetch_next()

    def show_next(self):
        """Show the next of the pictures that have arrived."""
        if self.pictures:
            screen.set_background(self.pictures[self.shown % len(self.pictures)])
            self.shown += 1
            status = f'<span size="xx-large">{self.shown} shown, {self.failed} failed</span>'
            screen.add_text_box(status, {"x": 40, "y": 60, "alignment": splashscreen.Alignment.LEFT})


carousel = Carousel()
carousel.start()
