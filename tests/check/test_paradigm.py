"""The dock's paradigm: sleeping, timers that nothing keeps, too many requests at once."""

from pathlib import Path

import pytest

from dl7450._check import check_app
from tests.check._samples import expected, found, split

SAMPLES = r"""
import time
from time import sleep, sleep_ms as pause
def f(seconds):
    time.sleep(1)  # <- blocking-sleep
    sleep(seconds)  # <- blocking-sleep
    pause(50)  # <- blocking-sleep
    time.sleep(0)
    time.sleep_us(10)
    nap = sleep
    nap(0.5)  # <- blocking-sleep
class Sleeper:
    def sleep(self, seconds):
        pass
Sleeper().sleep(5)
def g(sleep):
    sleep(1)
---
import time
def f(time=time.sleep(1), *, sleep=time.sleep(2)):  # <- blocking-sleep, blocking-sleep
    time.sleep(1)
@g(time.sleep(1))  # <- blocking-sleep
def time_of(time: time.sleep(1)):
    return [time for time in time.foo]
class Time(g(time.sleep(1)), key=time.sleep(2)):  # <- blocking-sleep, class-keyword, blocking-sleep
    times = [time for time in time.sleep(1)]  # <- blocking-sleep
x = lambda time=time.sleep(1): time.sleep(1)  # <- blocking-sleep
---
import wakeup
from wakeup import wakeup as w, Timer
def f(x):
    w(print, 1000)  # <- timer-without-reference
    Timer(print, 1000)  # <- timer-without-reference
    wakeup.Timer(print, 0, repeat_ms=1000)  # <- timer-without-reference
    x and w(print, 1)  # <- timer-without-reference
    w(print, 1) if x else None  # <- timer-without-reference
    [w(print, t) for t in x]  # <- timer-without-reference
    w(print, 1), w(print, 2)  # <- timer-without-reference, timer-without-reference
w(print, 1000)  # <- timer-without-reference
kept = w(print, 1000)
x = [w(print, t) for t in range(3)]
x.append(w(print, 1))
w(print, 1).cancel()
---
from wakeup import wakeup
def lost():
    timer = wakeup(print, 1000)  # <- timer-without-reference
def cancelled(x):
    timer = wakeup(print, 1000)  # <- timer-without-reference
    if timer is not None and x:
        timer.cancel()
def conditional(x):
    timer = None
    if x:
        timer = wakeup(print, 1000) if x else None  # <- timer-without-reference
    timers = [wakeup(print, 1), wakeup(print, 2)]  # <- timer-without-reference, timer-without-reference
    if (again := wakeup(print, 1)):  # <- timer-without-reference
        pass
---
from wakeup import wakeup
timers = []
timer = None
class App:
    beat = wakeup(print, 1)
    def __init__(self, other):
        self.timer = wakeup(print, 1)
        other.timer = wakeup(print, 1)
        a = self.a = wakeup(print, 1)
        b = wakeup(print, 1)
        self.b = b
        c = wakeup(print, 1)
        timers.append(c)
        d = wakeup(print, 1)
        self.d = {"d": d}
        self.e, e = wakeup(print, 1), 2
def returned():
    timer = wakeup(print, 1)
    return timer
def module():
    global timer
    timer = wakeup(print, 1)
def closure():
    timer = wakeup(print, 1)
    def stop():
        timer.cancel()
    return stop
def outer():
    timer = None
    def start():
        nonlocal timer
        timer = wakeup(print, 1)
    return start
def generator():
    timer = wakeup(print, 1)
    yield
    timer.cancel()
start = lambda: wakeup(print, 1)
---
import http
def f(urls, done):
    for i in range(17):  # <- too-many-requests
        http.get_async("u", done)
    for i in range(16):
        http.get_async("u", done)
    for url in urls:
        http.get_async(url, done)
    for i in range(100):
        http.get("u")
    for i in range(10000000000000000000000):  # <- too-many-requests
        http.get_async("u", done)
    for i in range(5, 100, 6):
        http.get_async("u", done)
    for i in range(5, 102, 6):  # <- too-many-requests
        http.get_async("u", done)
    for i in range(0, 100, 0), range(), range(1, 2, 3, 4), range(1.5):
        http.get_async("u", done)
    for i in range(0, 100, 0):
        for j in range():
            for k in range(1, 2, 3, 4):
                http.get_async("u", done)
    while True:  # <- too-many-requests
        http.post_async("u", done)
    while urls:
        http.get_async(urls.pop(), done)
    while True:
        http.get_async(urls.pop(), done)
        if not urls:
            break
    for i in range(100):
        if len(urls) < 16:
            http.get_async("u", done)
    for i in range(100):
        http.get_async("u", done)
        if i > 10:
            break
    for i in range(100):  # <- too-many-requests
        if urls:
            http.get_async("u", done)
            http.get_async("v", done)
        http.get_async("w", done)
---
from http import get_async
URLS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17"]
FEW = ("1", "2", "3", "4", "5")
COUNT = 20
GROWING = []
GROWING.append("1")
def f(done, urls):
    for number, url in enumerate(URLS):  # <- too-many-requests
        get_async(url, done)
    [get_async(url, done) for url in reversed(URLS)]  # <- too-many-requests
    requests = [get_async(a + b, done) for a in FEW for b in FEW]  # <- too-many-requests
    for i in range(len(URLS)):  # <- too-many-requests
        get_async(URLS[i], done)
    for i in range(0, -COUNT, -1):  # <- too-many-requests
        get_async("u", done)
    for a in FEW:  # <- too-many-requests
        for b in FEW:
            get_async(a + b, done)
    for url in FEW:
        for url in urls:
            get_async(url, done)
    for i in range(100):
        def later():
            get_async("u", done)
        urls.append(later)
    for i in range(100):
        pass
    else:
        get_async("u", done)
    for url in GROWING:
        get_async("u", done)
---
import http
class App:
    def fetch(self, url):
        http.get_async(url, print)
    def start(self):
        for i in range(20):  # <- too-many-requests
            self.fetch(str(i))
        for i in range(20):  # <- too-many-requests
            if i % 2:
                http.get_async("u", print)
        for i in range(20):
            self.other(i)
    def other(self, i):
        return lambda: self.fetch(i)
"""


@pytest.mark.parametrize("sample", split(SAMPLES))
def test_what_breaks_the_docks_paradigm_is_found_and_nothing_else(sample: str, tmp_path: Path) -> None:
    assert found(sample, tmp_path) == expected(sample)


@pytest.mark.parametrize(
    ("loop", "certainty"),
    [
        ("for i in range(20):\n    http.get_async('u', print)", "starts more than 16 requests at once (20)"),
        ("while 1:\n    http.get_async('u', print)", "starts more than 16 requests at once (it has no end)"),
        (
            "for i in range(20):\n    if i:\n        http.get_async('u', print)",
            "probably starts more than 16 requests at once (20)",
        ),
        (
            "def f():\n    http.get_async('u', print)\nfor i in range(17):\n    f()",
            "probably starts more than 16 requests at once (17)",
        ),
        (
            "[http.get_async('u', print) for i in range(20) if i]",
            "probably starts more than 16 requests at once (20)",
        ),
    ],
)
def test_more_than_16_requests_are_said_to_be_certain_or_probable(loop: str, certainty: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"import http\n{loop}\n")
    [finding] = check_app(tmp_path / "app.py")
    assert finding.problem.startswith(f"This loop {certainty}: ")


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("time.sleep(1.5)", "wakeup.wakeup(task, 1500)"),
        ("time.sleep_ms(20)", "wakeup.wakeup(task, 20)"),
        ("time.sleep(x)", "wakeup.wakeup(task, time_ms)"),
    ],
)
def test_a_sleep_is_told_the_timer_that_replaces_it(line: str, instead: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"import time\nx = 1\n{line}\n")
    [finding] = check_app(tmp_path / "app.py")
    assert finding.solution == f"Return instead, and let {instead} call the rest."
