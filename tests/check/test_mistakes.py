"""Functions that are not called, what cannot be called, and types that never agree."""

from pathlib import Path

import pytest

from dl7450._check import check_app
from tests.check._samples import expected, found, split

SAMPLES = r"""
import http, json
r = http.get("http://dock")
if r.status_code == 200:  # <- function-not-called
    pass
if 200 != r.status_code or r.status_code in (200, 201):  # <- function-not-called, function-not-called
    pass
ok = 200 <= r.status_code < 300  # <- function-not-called
ok = "x" in r.headers  # <- function-not-called
kind = r.headers["Content-Type"]  # <- function-not-called
text = r.body.decode()  # <- function-not-called
for part in r.headers:  # <- function-not-called
    pass
ok = r.status_code // 100 == 2, -r.status_code  # <- function-not-called, function-not-called
text = f"{r.status_code}", "%s" % r.status_code  # <- function-not-called, function-not-called
text = str(r.body), len(r.body)  # <- function-not-called, function-not-called
if r.body:  # <- function-not-called
    pass
if not (text and r.body):  # <- function-not-called
    pass
print([part for part in text if r.body])  # <- function-not-called
r.body  # <- function-not-called
if r.status_code() == 200 and r.body() and r.status_code() in (200, 201) and "x" in r.headers():
    handler = text and r.body
    ok = 1 < 2 < r.status_code  # <- function-not-called
    text = f"{r.status_code()}", r.headers()["x"], r.body().decode(), json.loads(r.body()), r.body is None
---
import dock, network, wakeup
info, lan = dock.DockInfo(), network.LAN()
for output in info.monitors:  # <- function-not-called
    pass
for screen in info.monitors():
    if screen.valid:  # <- function-not-called
        width = screen.preferred_mode[0]  # <- function-not-called
if info.host_status == dock.DockInfo.HOST_CONNECTED:  # <- function-not-called
    address = lan.ifconfig[0]  # <- function-not-called
timer = wakeup.wakeup(print, 1000)
timer.cancel  # <- function-not-called
stop = wakeup.wakeup(timer.cancel, 5000)
while not lan.mac:  # <- function-not-called
    pass
try:
    lan.mac
except AttributeError:
    pass
---
import wakeup
class App:
    handler = None
    def __init__(self, other):
        self.count = 0
        self.handler = self.on_press
        self.other = other
        self.timer = wakeup.wakeup(self.on_press, 1)
    def on_press(self):
        self.on_press  # <- function-not-called
        if self.is_ready:  # <- function-not-called
            return self.total + 1, self.is_ready == True  # <- function-not-called, function-not-called
        if self.handler:
            self.handler()
        if self.handler == self.on_press or self.on_press in [self.handler]:
            return [self.on_press], self.other + self.on_press, self.other == self.on_press
        if self.ready and self.ready == True:
            return self.handlers[self.on_press], self.is_ready() == True
    def is_ready(self):
        return self.count > 1
    def total(self):
        return self.count
    @property
    def ready(self):
        return True
def ready():
    return 1
def later():
    pass
if ready:  # <- function-not-called
    later  # <- function-not-called
if later is not None and ready() == 1 and ready == later:
    callback = None or ready
    callback = text and ready or later
if callback:
    callback()
---
import wakeup, splashscreen, image, time, dock
timer = wakeup(print, 1000)  # <- not-callable
screen = splashscreen()  # <- not-callable
now = time()  # <- not-callable
left = splashscreen.Alignment.LEFT()  # <- not-callable
size = dock.DockInfo().monitors()[0].name()()  # <- not-callable
connected = dock.DockInfo().HOST_CONNECTED()  # <- not-callable
png = image.PNG
x = 5()  # <- not-callable
x = {"a": 1}("a")  # <- not-callable
x = (lambda: 1)(), dock.DockInfo(), print()
---
from wakeup import wakeup
from time import time
now = time()
timer = wakeup(print, 1000)
---
import http
r = http.get("http://dock")
if r.status_code() == "200":  # <- mixed-types
    pass
if r.body() == "ok" or r.body() != "no" or "ok" in r.body():  # <- mixed-types, mixed-types, mixed-types
    pass
if r == 200:  # <- mixed-types
    pass
text = "Status: " + r.status_code()  # <- mixed-types
text = 5 + "px", b"a" + "b"  # <- mixed-types, mixed-types
text = len("abc") + " letters"  # <- mixed-types
if "5" < 5 or not "5" == 5 or (not r) == "x":  # <- mixed-types, mixed-types, mixed-types
    pass
ok = [] == "", {"a": 1} != [1], 1 < r.status_code() < 5 == "x"  # <- mixed-types, mixed-types, mixed-types
ok = r.status_code() == 200.0, r.body() == b"ok", b"ok" in r.body(), 65 in r.body(), None == 5, r == None
ok = r.status_code() == True, "a" + "b", b"a" + bytearray(b"b"), [1] + [2], "%s" % 5, "a" * 5, 1 + 2.0
def f(x):
    status = None
    if x:
        status = 5
    else:
        status = "5"
    return status == 5, status == "5", x == 5, "a" + x
"""


@pytest.mark.parametrize("sample", split(SAMPLES))
def test_slips_about_functions_and_types_are_found_and_nothing_else(sample: str, tmp_path: Path) -> None:
    assert found(sample, tmp_path) == expected(sample)


@pytest.mark.parametrize(
    ("line", "problem", "solution"),
    [
        (
            "if r.status_code == 200: pass",
            "r.status_code is a method, and without parentheses it is not called: it never equals a value.",
            "Write r.status_code().",
        ),
        (
            "wakeup(print, 5)",
            "wakeup is a module, which cannot be called: TypeError.",
            "Call what is in it: wakeup.Timer, wakeup.wakeup.",
        ),
        (
            "x = r.status_code() == '200'",
            "r.status_code() is an int and '200' is a str: they are never equal.",
            "Convert one of them: str(number) or int(text).",
        ),
        (
            "x = r.body() == 'ok'",
            "r.body() is a bytearray and 'ok' is a str: they are never equal.",
            "Decode the bytes: .decode(), or write the literal as b'...'.",
        ),
    ],
)
def test_what_is_said_of_a_slip(line: str, problem: str, solution: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"import http, wakeup\nr = http.get('http://dock')\n{line}\n")
    [finding] = check_app(tmp_path / "app.py")
    assert (finding.problem, finding.solution) == (problem, solution)
