"""Timers, answers and a timeout that are due at the same moments, and cancel each other."""

import http
import time

from dock import DockControl, DockInfo
from splashscreen import Splashscreen
from wakeup import wakeup

SERVERS = ("one", "two", "three")

screen = Splashscreen()
info = DockInfo()
timers = []
requests = []
lines = []


def note(*words):
    lines.append(" ".join(map(str, words)))
    print(time.ticks_ms(), lines[-1])
    screen.add_text_box(lines[-12:], {"x": 100, "y": 100})


def ask(path, timeout=40):
    for server in SERVERS:
        name = f"{server}{path}"

        def answered(response, name=name):
            note(name, response.status_code())
            if len(lines) % 4 == 0:
                requests.append(http.get_async("http://next.example/now", lambda again: note("next", name)))

        requests.append(http.get_async(f"http://{server}.example{path}", answered, timeout=timeout))
        note("asked", name)


def every(milliseconds):
    def tick():
        note("tick", milliseconds, info.host_status())

    timers.append(wakeup(tick, milliseconds, milliseconds))


def cancel():
    timers.pop(0).cancel()
    for request in requests[-2:]:
        request.cancel()
    note("cancelled")


def block():
    note("blocks")
    note("blocked", http.get("http://one.example/second", timeout=5).status_code())
    time.sleep(1)
    note("slept")


for period in (100, 200, 300, 1000):
    every(period)
timers.append(wakeup(cancel, 2000, 1000))
timers.append(wakeup(block, 1000, 3000))
timers.append(wakeup(lambda: ask("/second"), 1000, 2000))
timers.append(wakeup(lambda: ask("/hang", 2), 0, 4000))
timers.append(wakeup(lambda: DockControl().suspend_host_connection(True), 1000))
ask("/now")
ask("/second")
ask("/refused")
ask("/reset")
http.get_async("no url", lambda response: note("no url", response.status_code()))
note("module", http.get("http://two.example/now").status_code())
