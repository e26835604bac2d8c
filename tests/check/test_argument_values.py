"""Arguments that the dock's functions refuse."""

from pathlib import Path

import pytest

from dl7450._check import check_app
from tests.check._samples import expected, found, split

SAMPLES = r"""
import http, json, datastore, image
from splashscreen import Splashscreen
screen, store = Splashscreen(), datastore.ImageStore()
def on_answer(resp):
    screen.set_background(resp.body)  # <- argument-type
    screen.set_background(resp)  # <- argument-type
    screen.set_background(resp.body())
    screen.set_background(resp.body()[10:], image_type=image.BMP)
    json.loads(resp)  # <- argument-type
    json.loads(resp.body)  # <- argument-type
    json.loads(resp.headers())  # <- argument-type
    json.load(resp.body())  # <- argument-type
    json.loads(resp.body()), json.loads("[]"), json.loads(resp.body().decode())
http.get_async("http://dock", on_answer)
screen.set_background("bg.png")  # <- argument-type
screen.set_background(store.get("bg"))  # <- argument-type
screen.set_background(open("bg.png").read())
screen.set_background(store.get_token("bg"))
screen.set_background(store.get("bg")[0], store.get("bg")[1])
screen.set_background(b"", "png")  # <- argument-type
screen.set_background(None)  # <- argument-type
http.post("http://dock", {}, {"a": 1})  # <- argument-type
http.post("http://dock", data=json.dumps({"a": 1}))  # <- argument-type
http.post("http://dock", {"a": 5}, json.dumps({"a": 1}).encode(), timeout="5")  # <- argument-type, argument-type
http.get("http://dock", None, None, timeout=0.5, cacert=None)
http.get(b"http://dock", [("a", "b")])  # <- argument-type, argument-type
try:
    json.loads(http.get("http://dock"))
except TypeError:
    pass
---
from splashscreen import Splashscreen
import time, datastore
screen = Splashscreen()
screen.add_text_box(5)  # <- argument-type
screen.add_text_box(time.time())  # <- argument-type
screen.add_text_box(["a", 5, time.strftime("%H")])  # <- argument-type
screen.add_text_box(("a", "b"))  # <- argument-type
screen.add_text_box("a", 5)  # <- argument-type
screen.add_text_box("a", [("x", 5)])  # <- argument-type
screen.remove_text_box("960", 540)  # <- argument-type
screen.remove_text_box(1920 / 2, 540)  # <- argument-type
screen.remove_text_box(1920 // 2, -540)
screen.add_text_box(datastore.KvStore().get("name"))
screen.add_text_box(["a", "b"], None)
datastore.KvStore().get(5)  # <- argument-type
time.strftime(time.localtime())  # <- argument-type
time.strftime("%H", time.time())  # <- argument-type
time.strftime("%d.%m.%Y %H:%M:%S.%f")  # <- time-format
time.strftime("%-d", time.gmtime())  # <- time-format
time.strftime("%Y-%m-%dT%H:%M:%S%z %% %F %03d")
time.strptime("5", "%-d"), time.strptime("x", format="%Z")  # <- time-format, time-format
time.strptime("12:00", "%H:%M"), time.strptime("x")
---
import binascii, hashlib, hmac, io, json
hashlib.sha256("text"), hashlib.md5(b""), hashlib.sha1(memoryview(b""))
hashlib.sha256(5)  # <- argument-type
hashlib.sha256([1]).update({})  # <- argument-type, argument-type
hmac.new("key", "text", hashlib.sha256).digest()
hmac.new(b"key", digestmod="sha256")  # <- argument-type
hmac.HMAC(5, b"")  # <- argument-type
hmac.new(b"key", b"text", None)
binascii.hexlify("text", ":"), binascii.crc32(b"a", 5)
binascii.hexlify(b"a", None)  # <- argument-type
binascii.b2a_base64(5)  # <- argument-type
io.StringIO(10), io.BytesIO("x").write("y"), io.StringIO().write(b"x")
io.StringIO(None)  # <- argument-type
io.StringIO().write(5)  # <- argument-type
json.dump([1], io.BytesIO())
---
import gpio
led = gpio.create("led")
led.write(2)  # <- argument-range
led.write("1")  # <- argument-type
led.write(-1)  # <- argument-range
led.write(1), led.write(False), led.write(led.read())
ON = 3
gpio.DigitalOutput("led", True).write(ON)  # <- argument-range
gpio.create(5)  # <- argument-type
gpio.create("JOYSTICK_UP", "up")  # <- argument-type
try:
    led.write(2)
except ValueError:
    pass
---
import i2c
from i2c import Bus, I2C, I2cError
bus = i2c.i2c(Bus.I2C1)
bus.read(0x18, 5, 2), bus.read(0x78, 5, 2)  # <- argument-range
bus.write(0x18, 1, [0, 1])  # <- argument-type
bus.write(0x18, 1, b"x"), bus.write(0x07, 1, bytearray(2))  # <- argument-range
bus.read("0x18", 5, 2)  # <- argument-type
i2c.i2c(Bus.I2C0), I2C(bus=i2c.Bus.I2C0), I2C(0), I2C()  # <- argument-range, argument-range, argument-range
try:
    bus.read(0x80, 0, 1), i2c.i2c(Bus.I2C0)
except i2c.I2cError as error:
    print(error.errno, error.args)
---
import framebuf
framebuf.FrameBuffer(bytearray(64), 8, 8, 7)  # <- argument-range
framebuf.FrameBuffer(bytearray(64), 8, 8, 6), framebuf.FrameBuffer(bytearray(64), 8, 8, framebuf.GS8)
---
import mqtt
from mqtt import MqttClient, MqttError, QOS1
url = "http://broker"
client = MqttClient(url, "sign")  # <- refused-argument
client = MqttClient("tcp://", "")  # <- refused-argument, refused-argument
client = mqtt.MqttClient(client_id="a", broker_url="mqtts://broker:8884")
client.publish("", b"", 0)  # <- refused-argument
client.publish("rooms/+", "text", 3)  # <- refused-argument, refused-argument
client.publish("rooms/1", "text", QOS1), client.publish("rooms/1", "text", 2)
client.subscribe(("rooms/#/all", 1))  # <- refused-argument
client.subscribe([("rooms", 1), ("doors", 3)])  # <- refused-argument
client.subscribe(("rooms/+/all", QOS1)), client.subscribe([("rooms/#", 2)])
client.subscribe("rooms")  # <- argument-type
client.connect(lambda rc, flags: None, {"foo": 1})  # <- refused-argument
client.connect(lambda rc, flags: None, {"password": "p", "keep_alive": 60})  # <- refused-argument
client.connect(lambda rc, flags: None, {"keep_alive": 60, "will_topic": None, "trust_store": url})
try:
    MqttClient(url, "sign")
except MqttError as error:
    print(error.errno)
---
import wakeup, http
from wakeup import Timer
def f():
    pass
def g(n):
    return n
def h(n):
    return lambda: n
def gen():
    yield
async def later():
    pass
class App:
    def tick(self):
        self.timer = wakeup.wakeup(self.tick(), 1000)  # <- callback-called
        self.timer = wakeup.wakeup(self.make(), 1000)
        self.timer = wakeup.wakeup(self.tick, 1000)
    def make(self):
        raise NotImplementedError
wakeup.wakeup(f(), 1000)  # <- callback-called
t = Timer(f(), 1000, repeat_ms=1000)  # <- callback-called
t = wakeup.wakeup(print("now"), 1000)  # <- callback-called
t = wakeup.wakeup(gen(), 1000)  # <- callback-called
t = wakeup.wakeup((lambda: 5)(), 1000)  # <- callback-called
timer = wakeup.wakeup(f, 1000)
t = wakeup.wakeup(timer.cancel(), 1000)  # <- callback-called
t = wakeup.wakeup(task=f(), time_ms=1000)  # <- callback-called
t = wakeup.wakeup(g(5), 1000), wakeup.wakeup(h(5), 1000), wakeup.wakeup(App, 1000), wakeup.wakeup(lambda: f(), 1000)
http.get_async("http://dock", f())  # <- callback-called
http.get_async("http://dock", on_response=print(5))  # <- callback-called
t = wakeup.wakeup("f", 1000)  # <- argument-type
t = wakeup.wakeup(later, 1000)  # <- argument-type
t = wakeup.wakeup(f, "1000")  # <- argument-type
t = wakeup.wakeup(f, 1.5, None)  # <- argument-type
---
from splashscreen import Splashscreen
screen = Splashscreen()
TITLE = "<b>News"
def f(name, tag):
    screen.add_text_box("<b>Hello")  # <- invalid-markup
    screen.add_text_box("Fish & chips")  # <- invalid-markup
    screen.add_text_box(["<b>Fish", "chips"])  # <- invalid-markup
    screen.add_text_box(TITLE)  # <- invalid-markup
    screen.add_text_box("a < b")  # <- invalid-markup
    screen.add_text_box("<blink>a</blink>")  # <- invalid-markup
    screen.add_text_box("<span colour='red'>a</span>")  # <- invalid-markup
    screen.add_text_box("<span color='redd'>a</span>")  # <- invalid-markup
    screen.add_text_box(f"Fish & {name}")  # <- invalid-markup
    screen.add_text_box(f"<b>{name}<b>")  # <- invalid-markup
    screen.add_text_box("<b>" + name)  # <- invalid-markup
    screen.add_text_box("<b>%s" % name)  # <- invalid-markup
    screen.add_text_box(f"<b>{name}</b> <{tag}>x</{tag}> &{name}; <span color='{name}'>x</span>")
    screen.add_text_box("<span size='%d'>%d%%</span>" % (5, 5)), screen.add_text_box("<b>%d%%</b>" % 5)
    screen.add_text_box("<b>" + name + "</b> &amp; <i>x</i>"), screen.add_text_box("")
    screen.add_text_box(["<b>Fish", "chips</b>"]), screen.add_text_box(name), screen.add_text_box(f"{name}")
    try:
        screen.add_text_box("<b>")
    except ValueError:
        pass
---
from splashscreen import Splashscreen, Alignment
screen = Splashscreen()
WIDTH = 1920
PLACE = {"x": "960", "y": 5}  # <- text-box-value
OTHER = {"x": "960", "y": 5}
OTHER["x"] = 960
LENT = {"x": "960"}
def f(x, key):
    screen.add_text_box("a", {"x": "1"})  # <- text-box-value
    screen.add_text_box("a", {"align": 1})  # <- text-box-attribute
    screen.add_text_box("a", {"x": WIDTH / 2, "y": 5.0})  # <- text-box-value, text-box-value
    screen.add_text_box("a", attributes={"alignment": "left", "X": 5})  # <- text-box-value, text-box-attribute
    screen.add_text_box("a", {"x": None, "y": [5]})  # <- text-box-value, text-box-value
    screen.add_text_box("a", PLACE)
    screen.add_text_box("b", PLACE)
    screen.add_text_box("a", OTHER)
    x.change(LENT)
    screen.add_text_box("a", LENT)
    screen.add_text_box("a", {"x": WIDTH // 2, "y": -5, "alignment": Alignment.LEFT})
    screen.add_text_box("a", {"x": x, key: 5, "alignment": 2, "y": int("5")})
    screen.add_text_box("a", {})
---
import dock
control = dock.DockControl()
control.set_timezone("Europe/Berlin")  # <- unknown-timezone
control.set_timezone("CET")
control.set_timezone(None)  # <- argument-type
"""


@pytest.mark.parametrize("sample", split(SAMPLES))
def test_arguments_that_the_dock_refuses_are_found_and_no_others(sample: str, tmp_path: Path) -> None:
    assert found(sample, tmp_path) == expected(sample)


@pytest.mark.parametrize(
    ("line", "level", "problem", "solution"),
    [
        (
            "wakeup.wakeup(f(), 1000)",
            "error",
            "f() is called here, at once, and wakeup.wakeup() gets what it returns, None, not a function: TypeError.",
            "Pass the function itself: f.",
        ),
        (
            "http.get_async('u', print(5))",
            "error",
            "print() is called here, at once, and http.get_async() gets what it returns, None, not a function: "
            "TypeError.",
            "Pass the function itself: lambda response: print(5).",
        ),
        (
            "screen.set_background(http.get('u').body)",
            "error",
            "splashscreen.Splashscreen.set_background() takes bytes, bytearray, memoryview or image.ImageToken for "
            "'background', not a function: TypeError.",
            "Call it: http.get('u').body().",
        ),
        (
            "json.loads(http.get('u'))",
            "error",
            "json.loads() takes str, bytes, bytearray or memoryview for 'str', not an http.Response: TypeError.",
            "Pass the text itself: json.loads(response.body()), for example.",
        ),
        (
            "http.get('u', {'a': 5})",
            "error",
            "http.get() takes str in 'headers', not an int: TypeError.",
            "Write a dict of str to str.",
        ),
        (
            "screen.add_text_box('<b>Fish & chips</b>')",
            "error",
            "The text is not Pango markup (line 1, column 9, at '& chips</b>': not well-formed (invalid token)): "
            "ValueError.",
            "Write &amp; for & and &lt; for <, and quote the values of attributes.",
        ),
        (
            "screen.add_text_box(f'<b>{screen}')",
            "warning",
            "The text is not Pango markup (line 1, column 1, at '<b>...': <b> is not closed): ValueError.",
            "Write </b> where it belongs.",
        ),
        (
            "screen.add_text_box('a', {'x': '1'})",
            "error",
            "'x' of a text box is an int, not '1': TypeError.",
            "Write a number of pixels.",
        ),
    ],
)
def test_what_is_said_of_an_argument(line: str, level: str, problem: str, solution: str, tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(
        f"import http, json, splashscreen, wakeup\nscreen = splashscreen.Splashscreen()\ndef f():\n    pass\n{line}\n"
    )
    [finding] = check_app(app)
    assert (finding.level, finding.problem, finding.solution) == (level, problem, solution)
