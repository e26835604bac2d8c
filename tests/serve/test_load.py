"""Timers with their next firing, tokens, and how late tasks are."""

import time
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import trio
import trio.testing

from dl7450._device.device import Device
from dl7450._serve.events import AppStarted, SpanEnded, SpanStarted
from dl7450._serve.lag import LagMeter, lag_of_server
from dl7450._serve.live import LivePart, changes, looked_at
from dl7450._serve.program import DockProgram
from dl7450._serve.site import serve_site
from dl7450_telemetry.web import Access
from tests.serve._content import content_server
from tests.serve._served import seen, served, wait_all_blocked

SETS_TIMERS = """\
import wakeup
def turn():
    pass
def once():
    pass
timers = [wakeup.wakeup(once, 90000), wakeup.wakeup(turn, 30000, 60000)]
"""
ASKS = """\
import http
def nothing(response):
    pass
controls = [http.get_async("{}/{{}}".format(path), on_response=nothing) for path in range(17)]
"""


async def test_timers_are_shown_with_their_next_firing_in_the_docks_time(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    await trio.Path(app).write_text(SETS_TIMERS)
    async with served(app, device=Device(timezone="Japan")) as dock:
        await seen(dock.history, SpanEnded, lambda event: event.span.name == "dl7450.app")
        transport = httpx.ASGITransport(serve_site([dock], Access()))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            now = datetime.fromtimestamp(await dock.ask(lambda program: program.time_ns) / 1e9, ZoneInfo("Japan"))
            first = (await client.get("/docks/app/timers")).text
            await dock.ask_async(DockProgram.step)
            await seen(dock.history, SpanEnded, lambda event: event.span.name == "dl7450.timer")
            await wait_all_blocked(dock)
            second = (await client.get("/docks/app/timers")).text
    rows = [
        ("turn", now + timedelta(seconds=30), "30.0 s", "every 1.00 min"),
        ("once", now + timedelta(seconds=90), "1.50 min", '<span class="muted">once</span>'),
    ]
    assert first.count("<tr>") == 3
    for function, due, left, again in rows:
        shown = f"<td>{due:%a %H:%M:%S}<span"
        start = first.index(f'<th scope="row" class="mono">{function}</th>{shown}')
        assert f'<td class="num">{left}</td><td>{again}</td>' in first[start : start + 300]
    assert second.count('<td class="num">1.00 min</td>') == 2  # turn again, and once


async def test_the_tokens_in_use_and_what_became_of_requests_are_shown(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    with content_server({}) as content:
        await trio.Path(app).write_text(ASKS.format(content.url))
        async with served(app) as dock:
            await seen(dock.history, SpanEnded, lambda event: event.span.outcome == "CURLE_NO_CONNECTION_AVAILABLE")
            assert len([event for event in dock.history.all(SpanStarted) if event.span.is_request]) == 17
            transport = httpx.ASGITransport(serve_site([dock], Access()))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                panel = (await client.get("/docks/app/load")).text
    assert "16 of 16 tokens are in use, 0 requests wait" in panel
    assert ">Rejected</dt><dd>1</dd>" in panel


async def test_a_task_that_blocks_is_seen_as_the_lag_of_the_others(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    await trio.Path(app).write_text("")
    lag_of_server.set(meter := LagMeter())
    async with served(app) as dock, trio.open_nursery() as measuring:
        measuring.start_soon(meter.run)
        part = LivePart(name="load", histories=[dock.history], kinds=[AppStarted])
        async with aclosing(looked_at([dock], changes([part]))) as page:
            await anext(page)  # it looks
            await trio.testing.wait_all_tasks_blocked()
            transport = httpx.ASGITransport(serve_site([dock], Access()))
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_block)
                nursery.start_soon(trio.lowlevel.checkpoint)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                panel = (await client.get("/docks/app/load")).text
            measured, of_dock = meter.lag(), await dock.ask(lambda program: program.lag.lag())
        await trio.testing.wait_all_tasks_blocked()
        assert meter.lag() is None, "nobody looks"
        assert await dock.ask(lambda program: program.lag.lag()) is None
        measuring.cancel_scope.cancel()
    assert measured is not None
    assert measured.longest >= 0.12
    assert of_dock is not None
    assert of_dock.mean <= of_dock.longest
    assert '<th scope="row">Server</th><td class="num">' in panel
    assert '<span class="badge bad">' in panel


async def _block() -> None:
    time.sleep(0.12)  # noqa: ASYNC251  that is what is seen
