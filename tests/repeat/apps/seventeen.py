"""More requests than the dock takes, again and again, and a picture for each answer."""

import http

from splashscreen import Splashscreen
from wakeup import wakeup

screen = Splashscreen()
counts = {}


def ask():
    for number in range(20):
        http.get_async(f"http://host{number % 7}.example/{'second' if number % 2 else 'now'}", on_response)


def on_response(response):
    code = response.status_code()
    counts[code] = counts.get(code, 0) + 1
    text = ", ".join(f"{code}: {counts[code]}" for code in sorted(counts))
    print(text)
    screen.add_text_box(text)
    if code == 89 and counts[code] % 10 == 0:
        http.post_async("http://host9.example/now", on_response, data=b"refused")


ask()
timer = wakeup(ask, 1000, 1000)
