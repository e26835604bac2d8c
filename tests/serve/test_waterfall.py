"""The waterfall: what is under way is seen while it is, and what came as an answer can be looked at."""

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import trio
from PIL import Image

from dl7450._serve.answers import BODIES_MAX, BODY_MAX, KEPT, Answer, Answers, span_of_request
from dl7450._serve.events import SpanEnded, SpanStarted
from dl7450._serve.history import History
from dl7450._serve.preview import TEXT_MAX, Preview, preview
from dl7450._serve.served_dock import ServedDock
from dl7450._serve.site import serve_site
from dl7450._serve.span_feed import SpanFeed
from dl7450._serve.spans import Spans
from dl7450.http._exchange import Exchange
from dl7450.http._parser import AnswerHead
from dl7450_telemetry import SpanRecord
from dl7450_telemetry.web import Access
from tests.serve._content import ContentServer, content_server
from tests.serve._served import seen, served, wait_all_blocked

ASKS = """\
import http
control = http.get_async("{}", on_response=lambda response: None)
"""


def picture() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(data, "PNG")
    return data.getvalue()


PICTURE = picture()
CONTENT = {
    "/picture": ("image/png", PICTURE),
    "/text": ("text/plain", b"<script>alert(1)</script>"),
    "/bytes": ("image/png", b"\0<script>"),
}


@asynccontextmanager
async def asking(app: Path, path: str) -> AsyncGenerator[tuple[ServedDock, ContentServer, SpanRecord]]:
    """A served app whose request has been sent and is not answered yet."""
    with content_server(CONTENT) as content:
        await trio.Path(app).write_text(ASKS.format(content.url + path))
        async with served(app) as dock:
            started = await seen(dock.history, SpanStarted, lambda event: event.span.is_request)
            await content.wait_asked()
            await wait_all_blocked(dock)
            yield dock, content, started.span


async def answered(dock: ServedDock, content: ContentServer) -> None:
    content.let_go.set()
    await seen(dock.history, SpanEnded, lambda event: event.span.is_request)


async def test_a_request_is_seen_while_it_waits_with_how_far_it_has_come_and_then_with_its_answer(
    tmp_path: Path,
) -> None:
    async with asking(tmp_path / "app.py", "/picture") as (dock, content, span):
        under_way = await dock.ask(lambda program: program.answers.under_way())
        assert list(under_way) == [span.span_id]
        (trace,) = Spans.kept(dock.history).newest(10, span.start + 5 * 10**9, under_way)
        assert [(line.span.name, line.is_open, line.waits_for, line.span.duration) for line in trace.lines] == [
            ("dl7450.app", False, "", 0.0),
            ("GET", True, "the first byte", 5.0),
            (f"socket connect {content.url.removeprefix('http://')}", False, "", 0.0),
        ]
        await answered(dock, content)
        answer, under_way = await dock.ask(
            lambda program: (program.answers.of(span.span_id), program.answers.under_way())
        )
        headers = (("Content-Type", "image/png"), ("Content-Length", str(len(PICTURE))))
        assert (answer, under_way) == (Answer(200, headers, PICTURE, len(PICTURE)), {})
        assert Spans.kept(dock.history).open == []


@pytest.mark.parametrize(
    ("path", "shown", "kind", "disposition"),
    [
        ("/picture", 'alt="The picture that came"', "image/png", None),
        ("/text", "&lt;script&gt;alert(1)&lt;/script&gt;", None, "attachment; filename=answer"),
        ("/bytes", "0000  00 3c 73 63 72 69 70 74 3e", None, "attachment; filename=answer"),
    ],
)
async def test_an_answer_is_shown_as_what_it_is_and_only_a_picture_is_handed_to_the_browser_as_one(
    tmp_path: Path, path: str, shown: str, kind: str | None, disposition: str | None
) -> None:
    async with asking(tmp_path / "app.py", path) as (dock, content, span):
        await answered(dock, content)
        transport = httpx.ASGITransport(serve_site([dock], Access()))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            panel = (await client.get(f"/docks/app/waterfall?span={span.span_id}")).text
            body = await client.get(f"/docks/app/waterfall/{span.span_id}/body")
            gone = await client.get("/docks/app/waterfall/none/body")
    assert (shown in panel, "<script>" in panel) == (True, False)
    assert (body.content, body.headers.get("content-type"), body.headers.get("content-disposition")) == (
        CONTENT[path][1],
        kind,
        disposition,
    )
    assert gone.status_code == 404


async def test_a_request_that_fails_has_the_name_of_libcurls_code(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    await trio.Path(app).write_text(ASKS.format("http://127.0.0.1:1/"))
    async with served(app) as dock:
        await seen(dock.history, SpanEnded, lambda event: event.span.is_request)
        transport = httpx.ASGITransport(serve_site([dock], Access()))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            assert (
                '<span class="badge bad">CURLE_<wbr>COULDNT_<wbr>CONNECT</span>'
                in (await client.get("/docks/app/waterfall")).text
            )


def test_the_newest_answers_are_kept_within_bounded_memory() -> None:
    answers = Answers()

    def answer(span_id: str, size: int) -> None:
        span_of_request.set(span_id)
        request = answers.begin(Exchange(lambda: 0))
        request.head = AnswerHead(200, b"1.1", [])
        answers.end(request, bytearray(size))

    def kept(span_id: str) -> tuple[int, int | None] | None:
        found = answers.of(span_id)
        return (len(found.body), found.size) if found else None

    for number in range(KEPT + 1):
        answer(f"small {number}", 1)
    assert (kept("small 0"), kept("small 1")) == (None, (1, 1))
    large = BODIES_MAX // BODY_MAX
    for number in range(large):
        answer(f"large {number}", BODY_MAX + 1)
    assert [kept(f"large {number}") for number in range(large)] == [(BODY_MAX, BODY_MAX + 1)] * large
    assert kept(f"small {KEPT}") == (0, 1)
    answer("newest", 1)
    assert (kept("large 0"), kept("large 1"), kept("newest")) == ((0, BODY_MAX + 1), (BODY_MAX, BODY_MAX + 1), (1, 1))


def test_the_record_of_a_span_that_has_ended_is_made_when_it_is_asked_for_and_takes_its_place() -> None:
    history = History(lambda tell: None)
    tracer = SpanFeed(history, "dock", None, "app").tracer_provider.get_tracer("test")
    tracer.start_span("asks", attributes={"at": "first"}, start_time=1).end(3)
    event = history.newest(SpanEnded)
    assert event is not None
    before, record = event.known, event.span
    assert not isinstance(before, SpanRecord)
    assert (record.name, record.attributes, record.start, record.end) == ("asks", {"at": "first"}, 1, 3)
    assert event.known is record


def test_what_has_not_ended_and_what_is_opened_is_shown_however_much_has_begun_since() -> None:
    history = History(lambda tell: None)
    for number in range(5):
        span = SpanRecord(f"{number}", f"{number}", f"span {number}", number, number)
        history.add(SpanStarted(at=number, span=span))
        if number != 1:
            history.add(SpanEnded(at=number, known=span))
    shown = Spans.kept(history).newest(2, 9, {}, also="0")
    assert [(line.span.name, line.is_open) for trace in shown for line in trace.lines] == [
        ("span 4", False),
        ("span 3", False),
        ("span 1", True),
        ("span 0", False),
    ]


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (PICTURE, "text/plain", Preview("picture")),
        (b'{"a": 1}', "", Preview("text", '{"a": 1}')),
        (b"\xe4", "text/plain; charset=ISO-8859-1", Preview("text", "ä")),
        (b"\xe4", "text/plain", Preview("bytes", f"0000  {'e4':<47}  .")),
        (b"zip", "text/plain; charset=zip", Preview("text", "zip")),
        (b"a" + "ä".encode() * 3 * TEXT_MAX, "", Preview("text", "a" + "ä" * (TEXT_MAX - 1), is_cut=True)),
        ("ä".encode()[:1], "", Preview("bytes", f"0000  {'c3':<47}  .")),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", None),
    ],
)
def test_a_body_is_a_picture_a_text_or_bytes_by_what_it_holds(
    body: bytes, content_type: str, kind: Preview | None
) -> None:
    assert preview(body, content_type) == (kind or Preview("text", body.decode()))
