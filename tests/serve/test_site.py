"""The pages of served docks: what they show, what they stream, and what they do."""

import base64
import io
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import trio
from PIL import Image
from trio.testing import MockClock

from dl7450._device.device import DEFAULT_DOCK_ID
from dl7450._screen.state import ScreenState
from dl7450._serve.events import AppBroke, Frame, PaceChanged, Printed
from dl7450._serve.history import History
from dl7450._serve.live import LivePart, changes
from dl7450._serve.panels import monitors, panels
from dl7450._serve.program import DockProgram
from dl7450._serve.served_dock import ServedDock
from dl7450._serve.site import serve_site
from dl7450_telemetry.web import Access, Login
from tests.serve._served import seen, served, shown

SHOWS = """\
import splashscreen
splashscreen.Splashscreen().add_text_box('<span background="#ff0000">{}</span>', {{"x": 0, "y": 0}})
"""
OPEN = Access()
LOGIN = ("clientId", "clientSecret", "enterpriseId")


@asynccontextmanager
async def site(app: Path, source: str, access: Access = OPEN) -> AsyncGenerator[tuple[ServedDock, httpx.AsyncClient]]:
    """A served app, and a client of its pages."""
    await trio.Path(app).write_text(source)
    async with served(app) as dock:
        is_secret = access.login.is_token if access.login else None
        transport = httpx.ASGITransport(serve_site([dock], access, is_secret))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7450") as client:
            yield dock, client


async def test_the_page_shows_the_newest_frame_and_each_that_is_kept(tmp_path: Path) -> None:
    async with site(tmp_path / "app.py", SHOWS.format("one &amp; two")) as (dock, client):
        await shown(dock, "one & two")
        await dock.replace_code(SHOWS.format("three").encode())
        await shown(dock, "three")
        page = (await client.get("/", follow_redirects=True)).text
        assert ('alt="three"' in page, page.count("<section")) == (True, len(panels()))
        assert 'alt="one &amp; two"' in (await client.get("/docks/app/monitors?frame=1")).text
        picture = await client.get(f"/docks/app/monitors/{dock.history.id}/1-1920x1080.png")
        with Image.open(io.BytesIO(picture.content)) as image:
            assert (image.size, image.getpixel((2, 5))) == ((1920, 1080), (255, 0, 0))
        newest = re.search(r'<img src="(.*/2-1920x1080\.jpg)"', page)
        assert newest is not None
        with Image.open(io.BytesIO((await client.get(newest[1])).content)) as image:
            assert (image.format, image.size) == ("JPEG", (1920, 1080))
        gone = await client.get(f"/docks/app/monitors/{dock.history.id}/3-1920x1080.png")
        assert (gone.status_code, (await client.get("/docks/other")).status_code) == (404, 404)


async def test_the_picture_of_the_newest_frame_is_drawn_before_the_page_asks_for_it(tmp_path: Path) -> None:
    async with site(tmp_path / "app.py", SHOWS.format("one")) as (dock, client):
        await shown(dock, "one")

        def drawn() -> int:
            return monitors._draw.cache_info().misses - before

        before = monitors._draw.cache_info().misses
        panel = (await client.get("/docks/app/monitors")).text
        assert drawn() == 1
        named = re.search(r'<img src="([^"]+)"', panel)
        assert named is not None
        assert ((await client.get(named[1])).status_code, drawn()) == (200, 1)


def names(event: str) -> list[str]:
    """The panels that an event names."""
    head, data = event.split("\ndata: ")
    assert head == "event: change"
    return list(json.loads(data))


async def test_the_stream_names_all_panels_at_first_and_then_those_with_something_new(tmp_path: Path) -> None:
    async with site(tmp_path / "app.py", SHOWS.format("one")) as (dock, _):
        await shown(dock, "one")
        await dock.ask(DockProgram.tell_pace)
        stream = changes([LivePart(name=panel.name, histories=[dock.history], kinds=panel.kinds) for panel in panels()])
        assert await anext(stream) == "retry: 500\n\n"
        assert names(await anext(stream)) == [panel.name for panel in panels()]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(dock.ask, DockProgram.tell_pace)
            assert names(await anext(stream)) == [panel.name for panel in panels() if PaceChanged in panel.kinds]
        await stream.aclose()


async def test_a_panel_that_ticks_is_named_each_second_however_much_else_happens(
    autojump_clock: MockClock,
) -> None:
    history = History(lambda tell: tell())
    ticking = LivePart(name="ticking", histories=[history], kinds=(), ticks=True)
    busy = LivePart(name="busy", histories=[history], kinds=(Printed,))
    named: list[tuple[float, list[str]]] = []

    async def listen() -> None:
        stream = changes([ticking, busy])
        await anext(stream)
        while True:
            panels = names(await anext(stream))
            named.append((round(trio.current_time(), 1), panels))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        for _ in range(6):
            await trio.sleep(0.4)
            history.add(Printed(at=0, text="more"))
        nursery.cancel_scope.cancel()
    assert [moment for moment, panels in named if "ticking" in panels] == [0.0, 1.0, 2.0]


async def test_what_is_shown_at_once_is_named_before_what_changed_with_it(autojump_clock: MockClock) -> None:
    history = History(lambda tell: tell())
    prints = LivePart(name="prints", histories=[history], kinds=(Printed,))
    frames = LivePart(name="frames", histories=[history], kinds=(Frame,), at_once=True)
    named: list[tuple[float, list[str]]] = []

    async def listen() -> None:
        stream = changes([prints, frames])
        await anext(stream)
        while True:
            parts = names(await anext(stream))
            named.append((round(trio.current_time(), 3), parts))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        for count in (1, 6):
            await trio.sleep_until(trio.current_time() + 1 - trio.current_time() % 1)
            for _ in range(count):
                history.add(Printed(at=0, text="more"))
                history.add(Frame(at=0, number=1, screen=ScreenState(), trace_id=""))
                await trio.sleep(0.1)
        nursery.cancel_scope.cancel()
    assert named[:3] == [(0.0, ["prints", "frames"]), (1.002, ["frames"]), (1.152, ["prints"])]
    # Where one frame follows the other, the rest waits for half a second.
    assert [moment for moment, parts in named if "prints" in parts] == [0.0, 1.152, 2.502]


async def test_a_broken_app_is_reported_with_what_the_check_finds_and_as_text(tmp_path: Path) -> None:
    source = "import socket\nraise ValueError('<b>bold</b>')"
    async with site(tmp_path / "app.py", source) as (dock, client):
        await seen(dock.history, AppBroke)
        panel = (await client.get("/docks/app/app")).text
        assert "ValueError: &lt;b&gt;bold&lt;/b&gt;" in panel
        assert "Correct line 2 of app.py and save it" in panel
        assert '<span class="mono">app.py:1</span>' in panel


async def test_a_form_that_is_wrong_is_told_why_and_one_from_elsewhere_is_refused(tmp_path: Path) -> None:
    async with site(tmp_path / "app.py", "") as (dock, client):
        wrong = await client.post("/docks/app/time/jump", data={"moment": "yesterday"})
        assert (wrong.status_code, wrong.text) == (
            400,
            "the moment must be a date and a time, such as 2028-02-29T00:00:00.\n",
        )
        jump = {"moment": "2028-02-29T00:00:00"}
        foreign = await client.post("/docks/app/time/jump", data=jump, headers={"Origin": "http://evil.example"})
        assert foreign.status_code == 403
        scripted = await client.post("/docks/app/time/jump", data=jump, headers={"HX-Request": "true"})
        plain = await client.post("/docks/app/time/pace", data={"pace": "paused"})
        assert (scripted.status_code, plain.status_code, plain.headers["Location"]) == (204, 303, "/docks/app")
        assert await dock.ask(lambda program: program.time_ns // 10**9) == 1_835_395_200


async def test_a_script_for_the_vendors_cloud_replaces_the_app_with_the_token_as_its_secret(tmp_path: Path) -> None:
    access = Access(Login("secret"), open_paths=("/api/",))
    async with site(tmp_path / "app.py", SHOWS.format("file"), access) as (dock, client):
        await shown(dock, "file")
        assert (await client.get("/docks/app")).status_code == 401

        async def post(path: str, kind: str, **attributes: str) -> httpx.Response:
            return await client.post(f"/api{path}", json={"data": {"type": kind, "attributes": attributes}})

        login = "/isv/application/login", "isvApplicationLogin"
        assert (await post(*login, **dict.fromkeys(LOGIN, "guessed"))).status_code == 401
        given = (await post(*login, **dict.fromkeys(LOGIN, "secret"))).json()["data"]["attributes"]
        client.headers["Authorization"] = f"Bearer {given['accessToken']}"
        code = base64.b64encode(SHOWS.format("sent").encode()).decode()
        sent = await post("/docks/application/code", "applicationCode", dockId=DEFAULT_DOCK_ID, code=code)
        assert sent.status_code == 200
        assert (await seen(dock.history, Frame, lambda frame: frame.number == 2)).screen.texts() == ("sent",)
