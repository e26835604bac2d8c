"""Shows the pictures of a web server in turn. Nothing waits: every answer calls back."""

import http
import json

import image
from datastore import ImageStore, KvStore
from splashscreen import Splashscreen
from wakeup import Timer

PERIOD_MS = 5000
RETRY_MS = 30000
AHEAD = 3  # pictures that are fetched before they are shown


class Carousel:
    timer = None  # on the class, so that nothing collects it
    request = None

    def __init__(self, url):
        self.url = url
        self.screen = Splashscreen()
        self.names = []
        self.pictures = {}

    def start(self):
        self.request = http.get_async(self.url + "/content.json", self.on_content, timeout=10)

    def stop(self):
        if self.request is not None:
            self.request.cancel()
        if self.timer:
            self.timer.cancel()

    def on_content(self, response):
        if response.status_code() != 200:
            print("content:", response.status_code(), response.headers().get("Content-Type"))
            self.timer = Timer(self.start, RETRY_MS)
            return
        content = json.loads(response.body())
        self.names = list(content["images"])
        for name in self.names[:AHEAD]:
            self.fetch(name)
        self.timer = Timer(self.show_next, 0, repeat_ms=PERIOD_MS)

    def fetch(self, name):
        def on_picture(response):
            if response.status_code() == 200:
                self.pictures[name] = response.body()

        http.get_async(f"{self.url}/{name}", on_picture, headers={"Accept": "image/png"})

    def show_next(self):
        name = self.names.pop(0)
        self.names.append(name)
        picture = self.pictures.pop(name, None)
        if picture is not None:
            self.screen.set_background(memoryview(picture), image.PNG)
        self.fetch(self.names[AHEAD - 1 if len(self.names) >= AHEAD else 0])


images = ImageStore()
if "default" in images.list():
    Splashscreen().set_background(images.get_token("default"))

carousel = Carousel(KvStore().get("content_url") or "http://127.0.0.1:8000")
carousel.start()
