"""Names and calls: what the dock does not have is found, and nothing else."""

from pathlib import Path

import pytest

from dl7450._check import check_app
from tests.check._samples import expected, found, split

SAMPLES = r"""
import http
http.put("http://dock")  # <- unknown-attribute
http.get("http://dock").json()  # <- unknown-attribute
response = http.get("http://dock")
print(response.status_code(), response.headers(), response.body().decode(), response.text)  # <- unknown-attribute
response.body().strip().title()  # <- unknown-attribute
---
from http import get, patch  # <- unknown-attribute
from splashscreen import Splashscreen as Screen, Alignment
from time import monotonic  # <- unknown-attribute
screen = Screen()
screen.clear()  # <- unknown-attribute
screen.add_text_box("x", {"alignment": Alignment.CENTER})  # <- unknown-attribute
screen.add_text_box("x", {"alignment": Alignment.MIDDLE})
---
import wakeup as w
import dock, monitor
class App:
    timer = None
    def __init__(self, name):
        self.timer = w.wakeup(self.tick, 1000)
        self.info = dock.DockInfo()
        self.name = name
    def tick(self):
        self.timer.stop()  # <- unknown-attribute
        self.timer.cancel()
        for monitor in self.info.monitors():
            monitor.size()  # <- unknown-attribute
            monitor.name().zfill(2)  # <- unknown-attribute
        self.info.monitors()[0].name()
        self.info.status  # <- unknown-attribute
        return self.info.host_status() == self.info.HOST_CONNECTED, self.name.foo, self.other
app = App("x")
app.info.foo()  # <- unknown-attribute
app.timer.cancel()
---
import gpio
gpio.crate("JOYSTICK_UP")  # <- unknown-attribute
up = gpio.create("JOYSTICK_UP", lambda: print("up"))
up.value()  # <- unknown-attribute
up.read(), up.active_high()
gpio.create("JOYSTICK_DOWN", lambda level: print(level))  # <- callback-parameters
gpio.create("JOYSTICK_LEFT", callback=print)
gpio.create()  # <- wrong-arguments
gpio.DigitalInput("JOYSTICK_LEFT", True).write(1)  # <- unknown-attribute
---
from i2c import Bus, I2C, I2cError, I2C1  # <- unknown-attribute
bus = I2C(Bus.I2C2)  # <- unknown-attribute
bus.scan()  # <- unknown-attribute
bus.read(0x18, 5)  # <- wrong-arguments
bus.read(0x18, 5, 2).hex(), bus.read(0x18, 5, nbytes=2).decode()
---
from vision_client import VisionClient, Message  # <- unknown-attribute
client = VisionClient()
client.on_message(lambda: None)  # <- callback-parameters
client.on_message(lambda message: client.send_message(message))
client.on_messages(print)  # <- unknown-attribute
---
import json, hashlib, io, datetime
from datetime import datetime as dt
json.JSONDecodeError  # <- unknown-attribute
json.dumps({}, indent=2)  # <- wrong-arguments
json.dumps({}, separators=(",", ":"))
("a" + "b").title(), ("a" + x).title()  # <- unknown-attribute, missing-method
hashlib.sha256(b"").hexdigest()  # <- unknown-attribute
hashlib.new("sha256")  # <- unknown-attribute
io.StringIO("x").getvalue()
io.BytesIO(b"").truncate()  # <- unknown-attribute
dt.now().strftime("%H")  # <- unknown-attribute
dt.now(datetime.timezone.utc).replace(hour=1, fold=0).date().isoformat()
(dt(2025, 1, 1) + datetime.timedelta(hours=1)).foo
---
import time
time.localtime().tm_hour  # <- unknown-attribute
time.localtime()[3]
time.perf_counter()  # <- unknown-attribute
---
import http
def on_picture(response):
    response.content  # <- unknown-attribute
    response.body()
def on_list(answer):
    answer.json()  # <- unknown-attribute
def show(response):
    response.content
class App:
    def start(self):
        http.get_async("u", on_picture)
        http.post_async("u", on_response=on_list)
        http.get_async("u", on_complete=self.on_answer)
        http.get_async("u", lambda r: r.text)  # <- unknown-attribute
        http.get_async("u", show)
        show(1)
    def on_answer(self, r):
        r.status  # <- unknown-attribute
---
import network
from splashscreen import Splashscreen
def f(splashscreen, x):
    network = x
    splashscreen.foo()
    network.bar()
    screen = Splashscreen()
    if x:
        screen = x
    screen.foo()
    lan = None
    lan.foo
    import usb
    usb.find().foo
    return [network for network in x if network.foo]
lan = network.LAN()
if hasattr(lan, "wifi"):
    lan.wifi()
try:
    lan.ip()
except AttributeError:
    pass
lan.__class__, lan.mac_address()
---
from splashscreen import Splashscreen
class Base:
    def __init__(self):
        self.screen = Splashscreen()
    def f(self):
        self.screen.foo()
class Other(Base):
    def __init__(self):
        self.screen = Base()
---
from splashscreen import Splashscreen
class Base:
    def __init__(self):
        self.screen = Splashscreen()
class Derived(Base):
    def f(self):
        self.screen.foo()  # <- unknown-attribute
class Unknown(Elsewhere):
    def f(self):
        self.screen = Splashscreen()
        self.screen.foo()
def f(app):
    app.page = Splashscreen()
---
from splashscreen import Splashscreen
class App:
    def __init__(self, **names):
        self.screen = Splashscreen()
        for name in names:
            setattr(self, name, names[name])
    def f(self):
        self.screen.foo()
---
import http, wakeup, splashscreen, dock, datastore
http.get()  # <- wrong-arguments
http.get("u", {}, b"", 5)  # <- wrong-arguments
http.get("u", params={})  # <- wrong-arguments
http.get("u", url="v")  # <- wrong-arguments
http.get_async("u")  # <- wrong-arguments
http.get_async("u", print, on_response=print)  # <- wrong-arguments
t = wakeup.wakeup(print)  # <- wrong-arguments
t = wakeup.Timer(print, 1, 2, 3)  # <- wrong-arguments
t = wakeup.Timer(print, time_ms=1, period=2)  # <- wrong-arguments
splashscreen.Splashscreen(1920, 1080)  # <- wrong-arguments
splashscreen.Splashscreen().add_text_box("x", 1, 2)  # <- wrong-arguments
dock.DockInfo().monitors(0)  # <- wrong-arguments
datastore.KvStore().get("key", "")  # <- wrong-arguments
---
import http, wakeup, splashscreen
def f(args, kwargs):
    http.get("u", {"a": "b"}, timeout=0, cacert="")
    http.get(*args)
    http.get(**kwargs)
    http.get("u", *args, timeout=1)
    http.get_async("u", on_response=print, data=b"")
    http.post_async("u", headers={}, on_complete=print)
    args.append(wakeup.Timer(task=print, time_ms=1))
    splashscreen.Splashscreen.add_text_box(args, "x", {})
    try:
        http.get("u", follow=True)
    except TypeError:
        http.get("u")
---
print(1, flush=True)  # <- wrong-arguments
sum([1], start=2)  # <- wrong-arguments
zip([1], [2], strict=True)  # <- wrong-arguments
"a,b".split(",", maxsplit=1)  # <- wrong-arguments
str(b"", encoding="utf-8")  # <- wrong-arguments
b"".decode(encoding="utf-8")  # <- wrong-arguments
int.from_bytes(b"", byteorder="big")  # <- wrong-arguments
(5).to_bytes(length=2, byteorder="big")  # <- wrong-arguments
print(1, sep="", end="", file=None)
"a".format(b=1), str(b"", "utf-8"), "a\nb".splitlines(keepends=True), bytes.fromhex("00").hex(":")
sorted([1], key=len, reverse=True), int.from_bytes(b"", "big"), (5).to_bytes(2, "big"), "a".split(",", 1)
---
import wakeup, http
def tick():
    pass
def on_done(response, extra):
    pass
class App:
    def update(self, when):
        pass
    def draw(self, when=None, *rest):
        pass
    @staticmethod
    def beep():
        pass
    def start(self):
        self.a = wakeup.wakeup(self.update, 1)  # <- callback-parameters
        self.b = wakeup.wakeup(self.draw, 1)
        self.c = wakeup.wakeup(self.beep, 1)
        self.d = wakeup.wakeup(tick, 1)
        self.e = wakeup.Timer(task=lambda x: x, time_ms=1)  # <- callback-parameters
        http.get_async("u", tick)  # <- callback-parameters
        http.get_async("u", on_done)  # <- callback-parameters
        http.get_async("u", self.update)
        http.get_async("u", on_response=self.draw)
        http.get_async("u", lambda *all: all)
        http.get_async("u", lambda r, *, x: r)  # <- callback-parameters
        wakeup.wakeup(*self.b)  # <- timer-without-reference
        http.get_async("u", self.unknown)
"""


@pytest.mark.parametrize("sample", split(SAMPLES))
def test_names_and_calls_that_fail_on_the_dock_are_found_and_no_others(sample: str, tmp_path: Path) -> None:
    assert found(sample, tmp_path) == expected(sample)


@pytest.mark.parametrize(
    ("line", "problem", "solution"),
    [
        (
            "http.post_asinc('u', print)",
            "http has no 'post_asinc' on the dock.",
            "Did you mean post_async? http has Response, get, get_async, post, post_async.",
        ),
        ("http.get('u').json()", "http.Response has no 'json' on the dock.", "Use json.loads(response.body())."),
        (
            "wakeup\\\n  .Timers",
            "wakeup has no 'Timers' on the dock.",
            "Did you mean Timer? wakeup has Timer, wakeup.",
        ),
        (
            "http.get('u', timout=5)",
            "http.get() takes no keyword 'timout': TypeError.",
            "Write http.get(url, headers=None, data=None, *, timeout=40, cacert=None).",
        ),
        (
            "http.get('u', {}, b'', 5)",
            "http.get() takes 3 positional arguments, not 4: TypeError.",
            "Write http.get(url, headers=None, data=None, *, timeout=40, cacert=None).",
        ),
        (
            "'a'.split(sep=',')",
            "str.split() takes no keyword 'sep': TypeError.",
            "Write str.split(sep=None, maxsplit=-1).",
        ),
        (
            "timer = wakeup.wakeup(lambda x: x, 5)",
            "wakeup.wakeup() calls the lambda with no argument, but it takes 'x': TypeError when it is called.",
            "Give the lambda no argument, or wrap it in a lambda.",
        ),
    ],
)
def test_what_is_said_of_a_call(line: str, problem: str, solution: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"import http, wakeup\n{line}\n")
    [finding] = check_app(tmp_path / "app.py")
    assert (finding.problem, finding.solution) == (problem, solution)
