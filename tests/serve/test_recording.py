"""A session with real servers is written down as it happens, and a test replays it: same answers, same codes."""

import errno
import json
import re
from pathlib import Path
from typing import Any

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

import dl7450
from dl7450._screen.state import ScreenState
from dl7450._serve.faults import FaultNetwork, InjectedFault, Kind
from dl7450._serve.recording import Recorder
from dl7450.http._curl import CurlCode
from dl7450.http._transport import DockTransport
from dl7450.testing import Routes
from dl7450.testing._recording import RecordedExchange, read_recording
from tests._scripted_network import ScriptedNetwork
from tests.conformance._scenario import FINE, LAST_CHUNK, always, chunk, chunked, ok, raw
from tests.conformance._server import Script, close, request

pytest_plugins = "pytester"

APP = """\
import binascii
import http
import splashscreen

URLS = {urls!r}
lines = []


def show(response):
    body = binascii.hexlify(response.body()).decode()
    lines.append("{{}} {{}} {{}}".format(response.status_code(), sorted(response.headers().items()), body))
    splashscreen.Splashscreen().add_text_box("\\n".join(lines), {{"x": 0, "y": 0}})
    fetch()


def fetch():
    if URLS:
        http.get_async(URLS.pop(0), on_response=show, timeout=5)


fetch()
"""
TEST = """\
def test_it(dock):
    dock.replay("session.jsonl")
    dock.run_app("app.py")
    dock.advance({seconds})
    assert dock.texts == {texts!r}
    assert dock.elapsed == {seconds}
"""

PICTURE = bytes(range(256))
SCRIPT: Script = (
    request,
    ok(PICTURE, b"X-Twice: 1", b"X-Twice: 2", "X-Name: ü".encode(), b"Set-Cookie: secret=1"),
    request,
    chunked(chunk(b"in "), chunk(b"pieces"), LAST_CHUNK),
    request,
    ok(status=b"404 Not here"),
    request,
    raw(b"HTTP/1.1 204 No Content", b"ETag: 1"),
    request,
    ok(b"again"),
    request,
    raw(b"HTTP/1.0 200 OK", b"Content-Type: text/plain", body="until the énd".encode()),
    close,
)


ANSWERED = [f"http://content.example/{name}" for name in ("a.png", "b", "missing", "nothing", "b", "old")]
FAULTS: list[Kind] = ["dns", "refuse", "reset", "truncate", "garbage", "hang", 503]
FAILED = [f"http://fails.example/{kind}" for kind in FAULTS]


def test_a_recorded_session_replays_in_a_test(pytester: pytest.Pytester) -> None:
    app, path = pytester.path / "app.py", pytester.path / "session.jsonl"
    app.write_text(APP.format(urls=[*ANSWERED, *FAILED]))
    frames: list[ScreenState] = []
    recorder = Recorder()

    async def session() -> float:
        async with trio.open_nursery() as nursery:
            network = FaultNetwork(ScriptedNetwork(nursery, SCRIPT, connect=0.25))
            for kind in FAULTS:
                network.inject(InjectedFault("fails.example", kind))
            recorder.start(path)
            transport = recorder.transport(DockTransport(network))
            async with dl7450.open_dock(transport=transport, on_frame=frames.append) as dock:
                await dock.run_app(app)
            recorder.stop()
        return trio.current_time()

    seconds = trio.run(session, clock=MockClock(autojump_threshold=0))
    assert (recorder.count, recorder.error) == (len(ANSWERED) + len(FAILED), None)
    texts = [text.replace("secret=1", "REDACTED") for text in frames[-1].texts()]
    statuses = [line.split()[0] for line in texts[0].splitlines()]
    assert statuses == ["200", "200", "404", "204", "200", "200", "6", "7", "56", "18", "1", "28", "503"]
    (pytester.path / "test_it.py").write_text(TEST.format(seconds=seconds, texts=texts))
    pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error").assert_outcomes(passed=1)


CODES = [code for code in CurlCode if code not in {CurlCode.URL_MALFORMAT, CurlCode.NO_CONNECTION_AVAILABLE}]


def exchange(url: str, status: int | None, **more: Any) -> RecordedExchange:
    fields: dict[str, Any] = {"number": 0, "at": 0, "seconds": 2, "method": "GET"}
    fields |= {"request_headers": (), "request_body": b""}
    return RecordedExchange(url=url, status=status, **{**fields, **more})


def written(folder: Path, *exchanges: RecordedExchange) -> Path:
    path = folder / "session.jsonl"
    path.write_text("".join(exchange.to_line() for exchange in exchanges))
    return path


async def replayed(path: Path, *urls: str) -> list[int]:
    """The statuses that requests for URLs get from a recording."""
    routes = Routes()
    routes.replay(path)
    async with dl7450.open_dock(transport=routes.transport()) as dock:
        statuses = [(await dock.http.get(url, timeout=30)).status_code() for url in urls]
    routes.check()
    return statuses


@pytest.mark.parametrize("code", CODES)
async def test_every_code_that_a_request_on_its_way_can_end_with_is_replayed(
    autojump_clock: MockClock, tmp_path: Path, code: CurlCode
) -> None:
    url = "https://content.example/"
    assert await replayed(written(tmp_path, exchange(url, code)), url) == [code]
    assert trio.current_time() == (30 if code is CurlCode.OPERATION_TIMEDOUT else 2)


async def test_a_request_that_was_cancelled_is_never_answered(autojump_clock: MockClock, tmp_path: Path) -> None:
    url = "http://content.example/"
    assert await replayed(written(tmp_path, exchange(url, None), exchange(url, 200)), url, url) == [28, 200]


async def test_any_value_stands_for_a_secret_in_a_url(autojump_clock: MockClock, tmp_path: Path) -> None:
    short, long = "http://content.example/a?sig=REDACTED", "http://content.example/a?sig=REDACTED&page=*"
    path = written(tmp_path, exchange(short, 201), exchange(long, 202))
    urls = ("http://content.example/a?sig=x&page=*", "http://content.example/a?sig=y")
    assert await replayed(path, *urls) == [202, 201]


async def test_what_is_written_has_no_secrets_and_is_there_as_it_happens(
    autojump_clock: MockClock, nursery: trio.Nursery, tmp_path: Path
) -> None:
    location = b"Location: http://user:password@content.example/?sig=secret"
    script = always(ok(PICTURE, location, b"Set-Cookie: secret=1", b"Content-Type: image/png"))
    recorder, path = Recorder(), tmp_path / "session.jsonl"
    transport = recorder.transport(DockTransport(ScriptedNetwork(nursery, script, connect=0.5)))
    with recorder:
        async with dl7450.open_dock(transport=transport) as dock:
            await dock.http.get("http://content.example/before")
            recorder.start(path)
            await trio.sleep(1)
            await dock.http.post(
                "http://user:password@content.example:8080/a?Sig=secret&b=1",
                {"Cookie": "secret=1", "Proxy-Authorization": "secret", "X-Yes": "ü"},
                b"text",
            )
            control = dock.http.get_async("http://other.example/cancelled", lambda _: None)
            await trio.sleep(0.25)
            control.cancel()
            await wait_all_tasks_blocked()
            assert read_recording(path) == [
                RecordedExchange(
                    number=0,
                    at=1,
                    seconds=0.5,
                    method="POST",
                    url="http://content.example:8080/a?Sig=REDACTED&b=1",
                    request_headers=(
                        ("Host", "content.example:8080"),
                        ("Authorization", "REDACTED"),
                        ("Accept", "*/*"),
                        ("Cookie", "REDACTED"),
                        ("Proxy-Authorization", "REDACTED"),
                        ("X-Yes", "ü"),
                        ("Content-Length", "4"),
                    ),
                    request_body=b"text",
                    status=200,
                    headers=(
                        ("Content-Length", "256"),
                        ("Location", "http://REDACTED:REDACTED@content.example/?sig=REDACTED"),
                        ("Set-Cookie", "REDACTED"),
                        ("Content-Type", "image/png"),
                    ),
                    body=PICTURE,
                ),
                exchange(
                    "http://other.example/cancelled",
                    None,
                    number=1,
                    at=1.5,
                    seconds=0.25,
                    request_headers=(("Host", "other.example"), ("Accept", "*/*"), ("Content-Length", "0")),
                ),
            ]
            recorder.stop()
            await dock.http.get("http://content.example/after")
    assert (recorder.count, recorder.is_on) == (2, False)
    assert not re.search(b"secret|password|dXNlcjpwYXNzd29yZA", path.read_bytes())


async def test_a_file_that_cannot_be_written_ends_the_recording_and_not_the_dock(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    recorder = Recorder()
    recorder.start(Path("/dev/full"))
    transport = recorder.transport(DockTransport(ScriptedNetwork(nursery, FINE)))
    async with dl7450.open_dock(transport=transport) as dock:
        codes = [(await dock.http.get("http://content.example/")).status_code() for _ in range(2)]
    assert codes == [200, 200]
    assert (recorder.count, recorder.is_on) == (0, False)
    assert recorder.error is not None
    assert recorder.error.errno == errno.ENOSPC


GOOD = json.loads(exchange("http://content.example/", 200).to_line())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "this is not an exchange of a recording: Expecting property name"),
        ("[]", "this is not an exchange of a recording: list indices must be integers"),
        (json.dumps({**GOOD, "body": {"base64": "?"}}), "this is not an exchange of a recording: "),
        (json.dumps({key: value for key, value in GOOD.items() if key != "url"}), "the key 'url' is missing"),
        (json.dumps({**GOOD, "status": 99}), "no request that is made ends with the status 99"),
        (json.dumps({**GOOD, "headers": [["a", "\n"]]}), "header 'a': '\\n' cannot be sent"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_with_the_line(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "session.jsonl"
    path.write_text(f"{json.dumps({**GOOD, 'unknown': 1})}\n{line}\n")
    with pytest.raises(ValueError, match=re.escape(f"{path}:2: {reason}")):
        Routes().replay(path)
