"""Apps as people write them, in which nothing is wrong: what is reported here is a false alarm."""

from pathlib import Path

import pytest

from tests.check._samples import found, split

APPS = r"""
# A clock.
import time
import wakeup
from splashscreen import Splashscreen, Alignment

screen = Splashscreen()
PLACE = {"x": 1920 - 40, "y": 40, "alignment": Alignment.RIGHT}

def tick():
    now = time.localtime()
    screen.add_text_box("<span size='large'>{:02d}:{:02d}</span>".format(now[3], now[4]), PLACE)

tick()
timer = wakeup.wakeup(tick, 1000, 1000)
---
# A picture from a server, again and again, with the status on the screen if it fails.
import http
import image
import wakeup
from splashscreen import Splashscreen

URL = "https://signage.example/lobby.png?id=5&lang=en"
screen = Splashscreen()
last = None
control = None
timer = None

def on_picture(response):
    global last, control
    control = None
    status = response.status_code()
    if status == 200 and response.body() != last:
        last = response.body()
        screen.set_background(last, image.PNG)
        screen.add_text_box("")
    elif status < 100:
        screen.add_text_box("No network ({})".format(status))
    else:
        screen.add_text_box("Status " + str(status))

def fetch():
    global control
    if control:
        control.cancel()
    control = http.get_async(URL, on_picture, {"Accept": "image/png"}, timeout=20)

fetch()
timer = wakeup.wakeup(fetch, 60000, 60000)
---
# Departures from JSON, in a class with injected functions.
import http
import json
import time
import wakeup
import splashscreen


class Board:
    ROWS = 8

    def __init__(self, get=http.get_async, now=time.time):
        self.screen = splashscreen.Splashscreen()
        self.get = get
        self.now = now
        self.rows = []
        self.error = None
        self.timer = wakeup.wakeup(self.refresh, 0, repeat_ms=30 * 1000)

    def refresh(self):
        self.get("https://api.example/departures", self.on_answer)

    def on_answer(self, response):
        if response.status_code() != 200:
            self.error = "HTTP {}".format(response.status_code())
        else:
            try:
                self.rows = json.loads(response.body())["departures"][: self.ROWS]
                self.error = None
            except (ValueError, KeyError) as error:
                self.error = str(error)
        self.draw()

    def draw(self):
        for number, row in enumerate(self.rows):
            line = "%-5s %s" % (row["line"], row["to"].replace("&", "&amp;"))
            self.screen.add_text_box(line, {"x": 100, "y": 100 + number * 80, "alignment": splashscreen.Alignment.LEFT})
        if self.error is not None:
            self.screen.add_text_box("<b>" + self.error + "</b>")


board = Board()
---
# Monitors and the network.
import dock
import network
from splashscreen import Splashscreen

info, lan, screen = dock.DockInfo(), network.LAN(), Splashscreen()

def describe(monitor):
    if not monitor.valid():
        return "nothing"
    width, height = monitor.preferred_mode()
    return "{} {}x{}".format(monitor.name() or "?", width, height)

lines = [describe(monitor) for monitor in info.monitors()]
lines.append(lan.ifconfig()[0] or "no address")
lines.append(lan.mac_address() if hasattr(lan, "mac_address") else lan.mac())
lines.append("id " + info.dock_id()[:8])
screen.add_text_box(lines)
---
# Login, then a list with a token.
import binascii
import hashlib
import hmac
import http
import json
import datastore

kv = datastore.KvStore()
BASE = kv.get("server") or "https://api.example"
token = ""

def signed(body):
    key = kv.get("secret")
    return binascii.hexlify(hmac.new(key, body, hashlib.sha256).digest()).decode()

def login(done):
    body = json.dumps({"id": kv.get("id"), "secret": kv.get("secret")}).encode()
    def on_login(response):
        global token
        if response.status_code() in (200, 201):
            token = json.loads(response.body().decode())["token"]
            done()
    http.post_async(BASE + "/login", on_login, {"X-Signature": signed(body)}, body)

def fetch():
    http.get_async(BASE + "/list", lambda response: print(response.body()), {"Authorization": "Bearer " + token})

login(fetch)
---
# One timer that is made anew.
import wakeup

class Backoff:
    def __init__(self, task):
        self.task = task
        self.delay = 1000
        self.timer = None

    def failed(self):
        if self.timer is not None:
            self.timer.cancel()
        self.timer = wakeup.Timer(self.task, self.delay)
        self.delay = min(self.delay * 2, 60000)

    def worked(self):
        self.delay = 1000
        if self.timer:
            self.timer.cancel()
            self.timer = None

backoff = Backoff(lambda: print("again"))
backoff.failed()
---
# Slides from the store.
import datastore
import wakeup
from splashscreen import Splashscreen

store = datastore.ImageStore()
screen = Splashscreen()
tags = sorted(store.list())
position = 0

def show():
    global position
    if tags:
        screen.set_background(store.get_token(tags[position % len(tags)]))
        position += 1

def show_raw(tag):
    data, kind = store.get(tag)
    screen.set_background(data, kind)

show()
timer = wakeup.wakeup(show, 5000, 5000)
---
# A small framework: handlers in dicts and lists, decorators, default callbacks.
import wakeup

HANDLERS = {}

def on(event):
    def register(handler):
        HANDLERS[event] = handler
        return handler
    return register

@on("start")
def start():
    return True

@on("stop")
def stop():
    return False

class Button:
    on_press = None

    def __init__(self, action=None):
        self.action = action or start
        if action:
            self.on_press = action

    def press(self):
        if self.on_press:
            self.on_press()
        elif self.action == start or self.action in (start, stop):
            self.action()

button = Button(stop)
timers = [wakeup.wakeup(HANDLERS[name], 1000) for name in ("start", "stop")]
timers.append(wakeup.wakeup(button.press, 0))
---
# Functions that make callbacks.
import http
import wakeup

def every(seconds):
    return int(seconds * 1000)

def show(number):
    def task():
        print(number)
    return task

def handler(name):
    return lambda response: print(name, response.status_code())

first = wakeup.wakeup(show(5), every(1.5), every(2))
second = wakeup.Timer(show(6), 100)
request = http.get_async("http://a.example", handler("a"))
http.get_async("http://b.example", on_response=handler("b"))
---
# Host status, polled.
import dock
import wakeup
from splashscreen import Splashscreen

info = dock.DockInfo()
control = dock.DockControl()
screen = Splashscreen()
control.set_timezone("CET")
NAMES = {
    dock.DockInfo.HOST_NOT_CONNECTED: "no laptop",
    dock.DockInfo.HOST_CONNECTED: "laptop",
    dock.DockInfo.HOST_CONNECTION_SUSPENDED: "suspended",
}
shown = None

def poll():
    global shown
    status = info.host_status()
    if status != shown:
        shown = status
        screen.add_text_box(NAMES.get(status, "?"), {"x": 960, "y": 900})

timer = wakeup.wakeup(poll, 0, 500)
---
# Text with entities, sizes and colours.
from splashscreen import Splashscreen

screen = Splashscreen()
COLOURS = ["red", "#00ff00", "blue"]

def line(text, colour="white", size=None):
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    start = "<span color='%s'" % colour
    if size:
        start += " size='%d'" % (size * 1024)
    return start + ">" + text + "</span>"

screen.add_text_box([line(colour, colour, 40) for colour in COLOURS], {"x": 10, "y": 10, "alignment": 0})
screen.add_text_box("Caf&#xe9; &lt;open&gt; 5 &gt; 4 \u2602", {"x": 960, "y": 800})
screen.add_text_box("<b>Fish</b> &amp; <i>chips</i>", {"x": 960, "y": 880})
screen.add_text_box(f"<span color='{COLOURS[0]}'>{len(COLOURS)}</span>")
screen.add_text_box("%d%% full" % 80, {"y": 20})
screen.add_text_box(["<b>", "two lines", "</b>"], {"y": 700})
screen.remove_text_box(960, 20)
---
# A queue of downloads, four at once.
import http

class Downloads:
    def __init__(self, urls, done):
        self.waiting = list(urls)
        self.results = {}
        self.done = done
        self.running = 0
        self.more()

    def more(self):
        while self.waiting and self.running < 4:
            url = self.waiting.pop(0)
            self.running += 1
            http.get_async(url, self.make_handler(url))

    def make_handler(self, url):
        def handler(response):
            self.running -= 1
            self.results[url] = response.body() if response.status_code() == 200 else None
            if self.waiting:
                self.more()
            elif not self.running:
                self.done(self.results)
        return handler

downloads = Downloads(["http://a.example/%d" % n for n in range(40)], print)
---
# Numbers: sums of what may be anything.
import time

start = time.ticks_ms()
total = 0
for size in (1, 2.5, "3"):
    total = total + float(size)
average = total / 3
text = "%.1f" % average + " of " + str(total) + " in " + str(time.ticks_diff(time.ticks_ms(), start)) + " ms"
width = 1920 // 2 + int(average)
scale = 2 if width > 960 else 0.5
half = width * scale
print(text, half == 480, half == 480.0, -width, 5 * "-", [0] * 3 + [1], (1,) + (2,), b"a" + bytes([5]))
---
# A sentinel, a value that is one thing first and another later.
import http

UNKNOWN = object()
status = UNKNOWN
title = 0

def on_answer(response):
    global status, title
    status = response.status_code()
    title = response.headers().get("X-Title", "")
    if status == "never" or title == 0:
        return

if status is UNKNOWN or status == 200:
    http.get_async("http://a.example", on_answer)
if title == "" or title == 0:
    print(title)
---
# Own classes with operators.
class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __eq__(self, other):
        return isinstance(other, tuple) and other == (self.x, self.y)

    def __call__(self):
        return self

    def __bool__(self):
        return bool(self.x or self.y)

class Event:
    def __init__(self):
        self.handlers = []

    def __iadd__(self, handler):
        self.handlers.append(handler)
        return self

    def __contains__(self, handler):
        return handler in self.handlers

def on_event():
    pass

event = Event()
event += on_event
place = Vector(1, 2) + Vector(3, 4)
if on_event in event and place == (4, 6) and place() and place:
    print([place] == [(4, 6)])
---
# Duck types for tests on a desk.
import json

try:
    import http
    from splashscreen import Splashscreen
except ImportError:
    class Splashscreen:
        def set_background(self, name):
            print(name)

        def add_text_box(self, text, attributes=None):
            print(text, attributes)

    http = None

screen = Splashscreen()
screen.set_background("bg.png")
screen.add_text_box(5, {"align": 1})
if http:
    response = http.get("http://a.example")
    print(json.loads(response.body()))
---
# A state machine with methods as states.
import wakeup

class Machine:
    def __init__(self):
        self.state = self.idle
        self.history = [self.idle]
        self.timer = wakeup.wakeup(self.step, 100, 100)

    def step(self):
        self.state = self.state() or self.state
        if self.state != self.history[-1]:
            self.history.append(self.state)
        if self.state == self.busy:
            print("busy")

    def idle(self):
        return self.busy

    def busy(self):
        return None

machine = Machine()
---
# Sorting and mapping with functions.
import time

def newest(item):
    return item["time"]

items = [{"time": time.time(), "name": "b"}, {"time": 0, "name": "a"}]
items.sort(key=newest)
print(sorted(items, key=lambda item: item["name"]), max(items, key=newest), list(map(newest, items)))
names = list(filter(None, [item.get("name") for item in items]))
print(repr(newest), callable(newest), isinstance(newest, object), names)
---
# What comes in may be bytes or text.
import json

def text_of(value):
    if isinstance(value, (bytes, bytearray)):
        value = value.decode()
    if value == "":
        return None
    return json.loads(value)

def joined(parts, separator=", "):
    return separator.join([str(part) for part in parts])

print(text_of(b"[1]"), text_of("[1]"), joined([1, "a"]), "a" in joined("ab"), b"a" in b"ab", 97 in b"ab")
---
# Properties, static methods, class methods and attributes of the same name.
class Room:
    count = 0

    def __init__(self, name):
        self._name = name
        Room.count += 1

    @property
    def name(self):
        return self._name

    @staticmethod
    def parse(text):
        return Room(text.strip())

    @classmethod
    def empty(cls):
        return cls("")

    def is_free(self):
        return True

room = Room.parse(" a ")
if room.name == "a" and Room.count == 1 and room.is_free() and Room.empty().name == "":
    print(f"{room.name} {Room.count} {room.is_free()}")
---
# Inheritance with hooks.
import wakeup
from splashscreen import Splashscreen

class Page:
    seconds = 10

    def __init__(self):
        self.screen = Splashscreen()

    def title(self):
        raise NotImplementedError

    def body(self):
        return []

    def show(self):
        self.screen.add_text_box([self.title()] + self.body())
        return wakeup.wakeup(self.next(), self.seconds * 1000)

    def next(self):
        raise NotImplementedError

class Weather(Page):
    def title(self):
        return "Weather"

    def body(self):
        return ["Sun & rain".replace("&", "&amp;")]

    def next(self):
        return lambda: print("next")

timer = Weather().show()
---
# Certificates and posts.
import http

PEM = '''-----BEGIN CERTIFICATE-----
MIIB
-----END CERTIFICATE-----
'''
data = bytearray(b"x") * 10
answer = http.post("https://a.example", {"Content-Type": "application/octet-stream"}, memoryview(data), cacert=PEM)
if answer.status_code() == 60:
    print("certificate")
elif 200 <= answer.status_code() < 300:
    print(answer.headers().get("Location", "").split("/")[-1], len(answer.body()))
again = http.get("https://a.example", timeout=2.5)
print(again.status_code() // 100 == 2, str(again.body(), "utf-8"))
---
# Everything in one function, with nested ones.
import http
import wakeup
from splashscreen import Splashscreen

def main():
    screen = Splashscreen()
    state = {"count": 0, "timer": None}

    def update():
        state["count"] += 1
        screen.add_text_box("Update " + str(state["count"]))
        http.get_async("http://a.example/{}".format(state["count"]), answered)

    def answered(response):
        if response.status_code() == 200:
            screen.set_background(response.body())

    state["timer"] = wakeup.wakeup(update, 1000, 1000)
    return state

kept = main()
---
# Star arguments, keywords from dicts.
import http
from splashscreen import Splashscreen, Alignment

screen = Splashscreen()
OPTIONS = {"timeout": 5}
BOXES = [("Hello", {"x": 5, "y": 5}), ("World", {"x": 5, "y": 95, "alignment": Alignment.LEFT})]
for box in BOXES:
    screen.add_text_box(*box)
for text, attributes in BOXES:
    attributes["x"] = attributes["x"] * 2
    screen.add_text_box(text=text, attributes=attributes)
place = dict(x=5, y=5)
place.update(y=50)
screen.add_text_box("x", place)
response = http.get("http://a.example", **OPTIONS)
---
# Time and dates.
import datetime
import time

now = datetime.datetime.now()
later = now + datetime.timedelta(hours=1)
if later > now and now.date() == datetime.date.today():
    print(now.isoformat(), (later - now).total_seconds())
stamp = time.strftime("%H:%M", time.localtime(time.time() + 3600))
ago = time.time() - time.mktime((2025, 1, 1, 0, 0, 0, 0, 0))
print(stamp + " " + str(ago), now.tzinfo is None, time.localtime()[:3] == (2025, 1, 1))
---
# A name that is rebound by a loop, a with, an except, an import in a function.
import http

response = http.get("http://a.example")
for response in [response.body()]:
    print(response + b"")
try:
    value = response.decode()
except ValueError as value:
    print(value)

def f(http):
    return http.status_code == 200, http.body

def g():
    import json as http
    return http.loads("[]")

print(f(5), g(), [http for http in (1, 2) if http == 2])
del response
---
# Generators and comprehensions.
def pages(texts):
    for text in texts:
        yield text, len(text)

steps = pages(["a", "bc"])
print(next(steps), [size for _, size in steps if size == 2], {text: size for text, size in pages("ab")})
total = sum(size for _, size in pages(["a"]))
print(total == 1, "a" + "".join(text for text, _ in pages("ab")))
---
# Cancelling as a callback, timers in a dict.
import http
import wakeup

timers = {}
request = http.get_async("http://a.example", print)
timers["stop"] = wakeup.wakeup(request.cancel, 5000)
timers["all"] = wakeup.wakeup(lambda: [timer.cancel() for timer in timers.values()], 9000)
callbacks = [request.cancel, timers["stop"].cancel, print]
stop = request.cancel if request else None
if stop is not None:
    callbacks.append(stop)
---
# Files and streams in memory.
import io
import json

stream = io.StringIO()
json.dump({"a": 1}, stream)
again = json.load(io.StringIO(stream.getvalue()))
data = io.BytesIO(b"abc").read()
with open("settings.json") as file:
    settings = json.load(file)
print(again == {"a": 1}, data[:1] == b"a", settings)
---
# A message area with what a program puts together.
import time
from splashscreen import Splashscreen

screen = Splashscreen()
weekdays = "Mon Tue Wed Thu Fri Sat Sun".split()
greeting = "Hello"
greeting += ", world"
screen.add_text_box(greeting)
screen.add_text_box(weekdays[time.localtime()[6]])
screen.add_text_box(["{}: {}".format(day, len(day)) for day in weekdays])
screen.add_text_box("\n".join(weekdays), {"x": 5, "y": len(weekdays) * 67})
screen.add_text_box(greeting if weekdays else "nobody")
screen.add_text_box("<tt>" + time.strftime("%H:%M") + "</tt>", {"alignment": 2})
"""


@pytest.mark.parametrize("app", split(APPS), ids=lambda app: app.split("\n", 1)[0])
def test_an_app_in_which_nothing_is_wrong_has_no_findings(app: str, tmp_path: Path) -> None:
    assert found(app, tmp_path) == []
