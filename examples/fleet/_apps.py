"""The two apps of the fleet. `signage` is an app of the dock, `board` a Trio program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio
from opentelemetry.trace import TracerProvider

import dl7450
from dl7450 import http, splashscreen, wakeup

from ._incidents import API, MEDIA, NEW_PATH, TIMETABLE
from ._plan import FETCHES_EVERY

PATIENCE = 10.0  # seconds that a fetch may take
BLOCKING_RELEASE = "2.1.0"
BLOCKS = 0.35  # seconds

Compute = Callable[[float], None]


def signage(site: str, release: str) -> Callable[[], None]:
    """An app that shows a picture and what its release says with it: fetched now and then, one after the other."""

    def app() -> None:
        screen = splashscreen.Splashscreen()

        def say(text: str, y: int) -> None:
            screen.add_text_box(text, {"x": 960, "y": y, "alignment": splashscreen.Alignment.MIDDLE})

        def refresh() -> None:
            playlist = http.get(f"https://{API}/v1/playlist/{site}", timeout=PATIENCE)
            if playlist.status_code() != 200:
                say(f"no playlist ({playlist.status_code()})", 60)
                return
            if release == "1.3.0":
                weather = http.get(f"https://{API}{NEW_PATH}?site={site}", timeout=PATIENCE)
                say("" if weather.status_code() == 200 else f"no weather ({weather.status_code()})", 1000)
            picture = http.get(f"https://{MEDIA}/pictures/{site}.png", timeout=PATIENCE)
            say(f"picture: {picture.status_code()}", 60)

        wakeup.wakeup(refresh, 0, int(FETCHES_EVERY * 1000))

    return app


async def board(dock: dl7450.Dock, site: str, release: str, tracers: TracerProvider, compute: Compute) -> None:
    """A program that fetches a timetable now and then and makes a board of it.

    Parameters:
        dock: makes the requests.
        site: whose timetable it is.
        release: 2.1.0 sorts the timetable in a way that blocks the loop; 2.2.0 no longer does.
        tracers: makes its own spans.
        compute: takes so many seconds of the processor.
    """
    tracer = tracers.get_tracer("board", release)

    def sort_timetable() -> None:
        if release == BLOCKING_RELEASE:
            compute(BLOCKS)

    async def fetch_notices() -> None:
        await dock.http.get(f"https://{API}/v1/notices/{site}", timeout=PATIENCE)

    async def refresh() -> None:
        with tracer.start_as_current_span("board refresh"):
            timetable = await dock.http.get(f"https://{TIMETABLE}/stops/{site}", timeout=PATIENCE)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(fetch_notices)  # it has to wait when the loop is blocked
                if timetable.status_code() == 200:
                    sort_timetable()

    await every(FETCHES_EVERY, refresh)


async def every(seconds: float, afn: Callable[[], Awaitable[None]]) -> None:
    """Call a function again and again, at multiples of a period."""
    due = trio.current_time()
    while True:
        await afn()
        due += seconds
        await trio.sleep_until(due)
