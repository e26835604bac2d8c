"""Who can do what with `dl7450 serve`: nobody but its own pages, and what apps make is text to them."""

from __future__ import annotations

import json
import signal
import socket
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests._browser import NewPage
from tests.serve.test_in_a_browser import SHOWS, Server, faults, monitor
from tests.serve.test_site import site

FOREIGN = {"Origin": "http://evil.example"}
HOSTILE = "<script>document.title = 'driven'</script><img src=http://evil.example/>"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/docks/app"),
        ("GET", "/docks/app/live"),
        ("GET", "/docks/app/monitors"),
        ("POST", "/docks/app/app/restart"),
        ("POST", "/api/isv/application/login"),
        ("POST", "/api/docks/application/code"),
    ],
)
async def test_a_page_of_elsewhere_gets_nothing_and_changes_nothing(tmp_path: Path, method: str, path: str) -> None:
    async with site(tmp_path / "app.py", "") as (_, client):
        assert (await client.request(method, path, headers=FOREIGN)).status_code == 403
        assert (await client.request(method, path, headers={"Host": "evil.example"})).status_code == 421


@pytest.mark.parametrize(
    "path",
    [
        "/own/../server.py",
        "/own/%2e%2e/server.py",
        "/own/..%2fserver.py",
        "/own//etc/passwd",
        "/static/%2e%2e/shell.py",
    ],
)
async def test_no_file_but_those_of_the_pages_is_served(tmp_path: Path, path: str) -> None:
    async with site(tmp_path / "app.py", "") as (_, client):
        assert (await client.get(path)).status_code == 404


async def test_every_answer_has_the_security_headers(tmp_path: Path) -> None:
    async with site(tmp_path / "app.py", "") as (_, client):
        for path in ("/docks/app", "/docks/app/app", "/own/page.js", "/docks/other", "/api/none"):
            headers = (await client.get(path)).headers
            assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; "), path
            assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.fixture
def server(tmp_path: Path) -> Generator[Server]:
    (tmp_path / "app.py").write_text(SHOWS.format("first"))
    server = Server(tmp_path / "app.py")
    try:
        yield server
    finally:
        server.process.kill()
        server.end(signal.SIGKILL)


def test_an_app_that_draws_prints_and_raises_html_does_not_drive_its_page(server: Server, new_page: NewPage) -> None:
    page = new_page()  # it fails the test if a page asks elsewhere or its policy is broken
    drawn = HOSTILE.replace("<", "&lt;").replace(">", "&gt;")
    server.app.write_text(
        "import splashscreen\n"
        f"splashscreen.Splashscreen().add_text_box({drawn!r}, {{'x': 0, 'y': 0}})\n"
        f"print({HOSTILE!r})\n"
        f"raise ValueError({HOSTILE!r})\n"
    )
    page.goto(server.url)
    expect(page.get_by_role("alert").filter(has_text=f"ValueError: {HOSTILE}")).to_be_visible()
    expect(page.locator(".output")).to_contain_text(HOSTILE)
    assert page.title() == "app · dl7450 serve"


def test_with_a_token_a_person_logs_in_by_keys_alone(tmp_path: Path, new_page: NewPage) -> None:
    page = new_page(expected=("Password forms should have (optionally hidden) username fields",))
    app = tmp_path / "app.py"
    app.write_text(SHOWS.format("first"))
    server = Server(app, "--token", "a-secret")
    try:
        page.goto(server.url)
        assert faults(page) == []
        page.keyboard.type("a-secret")
        page.keyboard.press("Enter")
        expect(monitor(page, "first 0")).to_be_visible()
    finally:
        page.close()  # it would say that the server is away
        server.end(signal.SIGTERM)


class _Evil(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


DRIVE = """async (url) => {
  const told = [];
  for (const [path, options] of [
    ["/docks/app", {}],
    ["/docks/app/time/pace", { method: "POST", body: new URLSearchParams({ pace: "paused" }), mode: "no-cors" }],
    ["/api/isv/application/login", { method: "POST", body: "{}", mode: "no-cors" }],
  ]) told.push(await fetch(url + path, options).then((answer) => answer.type, () => "refused"));
  const stream = new EventSource(url + "/docks/app/live");
  told.push(await new Promise((done) => {
    stream.onopen = () => done("open");
    stream.onerror = () => done("refused");
  }));
  return told;
}"""


def test_a_page_of_another_port_cannot_drive_it(server: Server, new_page: NewPage) -> None:
    page = new_page(expected=("CORS policy", "net::ERR_", "403"))
    with HTTPServer(("127.0.0.1", 0), _Evil) as evil:
        thread = threading.Thread(target=evil.serve_forever, daemon=True)
        thread.start()
        try:
            page.goto(f"http://127.0.0.1:{evil.server_port}/")
            told = page.evaluate(DRIVE, server.url)
        finally:
            evil.shutdown()
            thread.join()
    assert set(told) <= {"refused", "opaque"}, json.dumps(told)
    assert (told[0], told[3]) == ("refused", "refused")
    page.goto(server.url)
    expect(monitor(page, "first 0")).to_be_visible()
    expect(page.locator("#pace-1x")).to_have_attribute("aria-pressed", "true")  # it is not paused


def test_a_hostile_line_of_a_request_does_not_hold_the_server(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        blanks = b" " * 15_000  # twelve seconds, and as long again for each other line, with patterns that go back
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + (b"X:" + blanks + b"\0\r\n") * 4 + b"\r\n")
        assert b" 400 " in connection.recv(100)
