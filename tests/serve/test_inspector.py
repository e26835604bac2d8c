"""The inspector: where the boxes of a frame lie, what the app wrote, and what nobody can read."""

from pathlib import Path

import httpx
import trio

from dl7450._serve.inspector import inspect
from dl7450._serve.site import serve_site
from dl7450_telemetry.web import Access
from tests.serve._served import served, shown

SHOWS = """\
import splashscreen
from splashscreen import Alignment
screen = splashscreen.Splashscreen()
screen.add_text_box("<b>Room</b> 7", {"x": 100, "y": 100, "alignment": Alignment.LEFT})
screen.add_text_box("over it", {"x": 110, "y": 110, "alignment": Alignment.LEFT})
screen.add_text_box(["far", "out <span size='20pt' foreground='red'>&lt;here&gt;</span>"], {"x": 1900, "y": 540})
"""


async def test_each_box_has_its_markup_its_place_its_style_and_its_faults(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    await trio.Path(app).write_text(SHOWS)
    async with served(app) as dock:
        frame = await shown(dock, "over it")
        transport = httpx.ASGITransport(serve_site([dock], Access()))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            plain = (await client.get("/docks/app/monitors")).text
            panel = (await client.get("/docks/app/monitors?inspect=1&frame=1&box=2")).text
    room, over, out = inspect(frame.screen.boxes)
    assert [each.markup for each in (room, over)] == ["<b>Room</b> 7", "over it"]
    assert out.markup == "far\nout <span size='20pt' foreground='red'>&lt;here&gt;</span>"
    assert [each.styles for each in (room, over, out)] == [
        ["Noto Sans 36 pt bold #ffffff", "Noto Sans 36 pt #ffffff"],
        ["Noto Sans 36 pt #ffffff"],
        ["Noto Sans 36 pt #ffffff", "Noto Sans 20 pt #ff0000"],
    ]
    assert [each.faults for each in (room, over, out)] == [
        [],
        ["the text 'over it' at (110, 110) lies over the text 'Room 7' at (100, 100)"],
        ["the text 'far\\nout <here>' at (1900, 540) leaves the screen at the right"],
    ]
    (line,) = room.lines
    assert (line.left, line.top, line.bottom, line.baseline) == (100, 100, 167, 152)
    assert (room.edges, [line.top for line in out.lines]) == ((100, 100, line.right - 100, 67), [540, 607])
    assert 'class="boxes"' not in plain
    assert panel.count("<g class=") == 3
    assert '<g class="fault chosen">' in panel
    assert "&lt;b&gt;Room&lt;/b&gt; 7" in panel
    assert "<b>Room" not in panel
    assert 'href="?frame=1&amp;inspect=1"' in panel or 'href="?&amp;inspect=1"' in panel
