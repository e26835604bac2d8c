"""Shows the pictures of a web server in turn. Every fetch waits for its answer."""

import http
import json

from datastore import KvStore
from splashscreen import Alignment, Splashscreen
from wakeup import wakeup

CAPTION = {"x": 960, "y": 1040, "alignment": Alignment.MIDDLE}


class Content:
    """A list of pictures on a server: {"base_url": ..., "images": [...]}, fetched once."""

    def __init__(self, url):
        response = http.get(url, timeout=10)
        if response.status_code() != 200:
            raise RuntimeError("no content: {}".format(response.status_code()))
        content = json.loads(response.body())
        self.base_url = content["base_url"]
        self.images = content["images"]

    def next(self):
        name = self.images[0]
        self.images = self.images[1:] + self.images[:1]
        response = http.get(self.base_url + name, {"Accept": "image/png"})
        if response.status_code() == 200:
            return name, response.body()
        return name, None


class Carousel:
    def __init__(self, content, period_ms):
        self.content = content
        self.period_ms = period_ms
        self.screen = Splashscreen()
        self.timer = None

    def show_next(self):
        name, picture = self.content.next()
        if picture:
            self.screen.set_background(picture)
            self.screen.add_text_box("", CAPTION)
        else:
            self.screen.add_text_box(f"<b>{name}</b> is not there", CAPTION)

    def start(self):
        self.timer = wakeup(self.show_next, 0, self.period_ms)


store = KvStore()
base = store.get("content_url") or "http://127.0.0.1:8000"
period = int(store.get("period_ms") or 5000)

carousel = Carousel(Content(base + "/content.json"), period)
carousel.start()
