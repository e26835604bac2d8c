"""dl7450 as a subject: in the Trio, the callback and the sync style; traced, one percent of it traced, and untraced."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import trio

import dl7450
import dl7450.http

from ._server import Site
from ._sinks import SINKS, to_sink
from ._telemetry import GetTelemetry, Telemetry, dl7450_to, dropped, sampled, untraced
from ._work import AsyncFetch, Sample, Subject, Timer, Work, fetch_one_by_one, on_trio


def open_dock(telemetry: Telemetry) -> AbstractAsyncContextManager[dl7450.Dock]:
    return dl7450.open_dock(tracer_provider=telemetry.tracer_provider, meter_provider=telemetry.meter_provider)


def _size(response: dl7450.http.Response) -> int:
    return len(response.body()) if response.status_code() == 200 else 0


@asynccontextmanager
async def trio_client(work: Work, site: Site, telemetry: Telemetry) -> AsyncGenerator[AsyncFetch]:
    headers, cacert = work.headers, site.ca_pem
    async with open_dock(telemetry) as dock:

        async def fetch(url: str) -> int:
            return _size(await dock.http.get(url, headers, cacert=cacert))

        yield fetch


trio_style = partial(on_trio, trio_client)


def sync_style(get_telemetry: GetTelemetry) -> Callable[[Work, Site], Sample]:
    def app(work: Work, site: Site, timer: Timer) -> None:
        headers, cacert = work.headers, site.ca_pem

        def fetch(url: str) -> int:
            return _size(dl7450.http.get(url, headers, cacert=cacert))

        fetch_one_by_one(fetch, work, site, timer)

    return partial(_measure_app, get_telemetry, app)


def callback_style(get_telemetry: GetTelemetry) -> Callable[[Work, Site], Sample]:
    """An app that starts the next request in the callback of the one before."""

    def app(work: Work, site: Site, timer: Timer) -> None:
        headers, cacert = work.headers, site.ca_pem
        warm_up, urls = iter(work.warm_up_urls(site)), iter(work.urls(site))
        queue, in_flight, running = warm_up, 0, timer.running()

        def start_next() -> None:
            nonlocal in_flight
            url = next(queue, None)
            if url is not None:
                in_flight += 1
                dl7450.http.get_async(url, answered, headers, cacert=cacert)

        def answered(response: dl7450.http.Response) -> None:
            nonlocal in_flight, queue
            in_flight -= 1
            timer.received += _size(response)
            start_next()
            if in_flight == 0 and queue is warm_up:
                queue = urls
                running.__enter__()
                for _ in range(work.in_flight):
                    start_next()
            elif in_flight == 0:
                running.__exit__(None, None, None)

        for _ in range(work.in_flight):
            start_next()

    return partial(_measure_app, get_telemetry, app)


def _measure_app(
    get_telemetry: GetTelemetry, app: Callable[[Work, Site, Timer], None], work: Work, site: Site
) -> Sample:
    telemetry = get_telemetry(site)
    timer = Timer(work, telemetry)

    async def main() -> None:
        async with open_dock(telemetry) as dock:
            await dock.run_app(partial(app, work, site, timer))

    trio.run(main)
    return timer.sample


TRIO_TRACED, TRIO_SAMPLED, TRIO_UNTRACED = "dl7450 Trio, traced", "dl7450 Trio, 1 % traced", "dl7450 Trio"
CALLBACK_TRACED = "dl7450 callback, traced"
SYNC_TRACED = "dl7450 sync, traced"

DOCKS = [
    Subject(TRIO_TRACED, "async", trio_style(dropped)),
    *[Subject(to_sink(TRIO_TRACED, sink), "async", trio_style(dl7450_to(sink))) for sink in SINKS],
    Subject(TRIO_SAMPLED, "async", trio_style(sampled)),
    Subject(TRIO_UNTRACED, "async", trio_style(untraced)),
    Subject(CALLBACK_TRACED, "async", callback_style(dropped)),
    *[Subject(to_sink(CALLBACK_TRACED, sink), "async", callback_style(dl7450_to(sink))) for sink in SINKS],
    Subject("dl7450 callback", "async", callback_style(untraced)),
    Subject(SYNC_TRACED, "sync", sync_style(dropped)),
    *[Subject(to_sink(SYNC_TRACED, sink), "sync", sync_style(dl7450_to(sink))) for sink in SINKS],
    Subject("dl7450 sync", "sync", sync_style(untraced)),
]
