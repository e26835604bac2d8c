"""Who may see the pages, and what a browser may do with them."""

from collections.abc import MutableMapping
from pathlib import Path

import httpx
import pytest
import trio.testing
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dl7450_telemetry.web import Access, Login, Shell

PAGE = {"Accept": "text/html"}


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


def client(access: Access, host: str = "127.0.0.1:7451") -> httpx.AsyncClient:
    """A client of an application with one page that may be changed."""
    shell = Shell("Test", [], Path(__file__).parent, access)
    app = shell.application([Route("/page", hello, methods=["GET", "POST"])])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{host}")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7451", 200),
        ("localhost:7451", 200),
        ("dock.localhost", 200),
        ("[::1]:7451", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("192.0.2.7", 421),
    ],
)
async def test_without_a_login_only_names_of_this_machine_are_served(host: str, status: int) -> None:
    async with client(Access(), host) as http:
        assert (await http.get("/page")).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1:7451"}, 200),
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:7451.evil.example"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_is_asked_for_is_asked_by_a_page_of_ours(headers: dict[str, str], status: int, method: str) -> None:
    async with client(Access()) as http:
        assert (await http.request(method, "/page", headers=headers)).status_code == status


async def test_a_link_of_a_page_of_elsewhere_leads_here_but_its_form_does_not() -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    async with client(Access()) as http:
        statuses = [(await http.request(method, "/page", headers=headers)).status_code for method in ("GET", "POST")]
    assert statuses == [200, 403]


async def test_every_answer_has_the_security_headers() -> None:
    async with client(Access()) as http:
        for answer in (await http.get("/page"), await http.get("/nothing"), await http.get("/static/page.js")):
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "There is no such page." in (await http.get("/nothing")).text


async def test_with_a_token_a_page_asks_for_it_and_a_script_sends_it() -> None:
    async with client(Access(Login("secret")), "fleet.example") as http:
        asked = await http.get("/page?site=porto", headers=PAGE)
        assert (asked.status_code, asked.headers["Location"]) == (303, "/login?next=/page%3Fsite%3Dporto")
        assert (await http.get("/page")).status_code == 401
        assert (await http.get("/page", headers={"Authorization": "Bearer secret"})).text == "hello"
        assert (await http.get("/page", headers={"Authorization": "Bearer wrong"})).status_code == 401
        assert (await http.get("/static/style.css")).status_code == 200
        form = await http.get(asked.headers["Location"])
        assert 'name="next" value="/page?site=porto"' in form.text


async def test_the_cookie_of_a_login_is_good_until_its_end(autojump_clock: trio.testing.MockClock) -> None:
    async with client(Access(Login("secret")), "fleet.example") as http:
        began = trio.current_time()
        wrong = await http.post("/login", data={"token": "wrong"})
        assert (wrong.status_code, trio.current_time() - began) == (403, 1.0)
        assert "This is not the token." in wrong.text
        right = await http.post("/login", data={"token": "secret", "next": "/page"})
        assert (right.status_code, right.headers["Location"]) == (303, "/page")
        for attribute in ("HttpOnly", "SameSite=strict"):
            assert attribute in right.headers["Set-Cookie"]
        assert (await http.get("/page")).text == "hello"
        await http.post("/logout")
        assert (await http.get("/page")).status_code == 401


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example", "evil", "/a\nb"])
async def test_a_login_leads_to_no_other_site(target: str) -> None:
    async with client(Access(Login("secret"))) as http:
        answer = await http.post("/login", data={"token": "secret", "next": target})
        assert answer.headers["Location"] == "/"


async def test_a_login_takes_no_long_body() -> None:
    app = Shell("Test", [], Path(__file__).parent, Access(Login("secret"))).application([])
    scope = {"type": "http", "method": "POST", "path": "/login", "query_string": b"", "headers": [(b"host", b"a")]}
    statuses = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}  # without an end

    async def send(message: MutableMapping[str, object]) -> None:
        statuses.append(message.get("status"))

    await app(scope, receive, send)
    assert statuses[0] == 413


def test_a_cookie_is_worthless_when_it_is_old_or_made_with_another_token() -> None:
    now = 1000.0
    login = Login("secret", lambda: now)
    cookie = f"dl7450_login={login.cookie()}"
    assert login.allows("", cookie)
    assert not Login("other", lambda: now).allows("", cookie)
    assert not login.allows("", cookie.replace("=", "=9"))
    assert not login.allows("", "dl7450_login=; ;;=\x00")
    now += 8 * 24 * 3600
    assert not login.allows("", cookie)
    with pytest.raises(ValueError, match="anybody could log in"):
        Login("")
