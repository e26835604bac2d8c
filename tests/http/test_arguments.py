"""Misuse raises at the call, in every style, and the message names the fix."""

import math
from typing import Any

import pytest
import trio

import dl7450
from dl7450 import http
from dl7450.http import Response
from dl7450.http._arguments import check_call
from dl7450.http._client import HttpStatistics
from tests._scripted_network import ScriptedNetwork
from tests._styles import STYLES, Style, ask
from tests.conformance._scenario import FINE

URL = "http://dock.example/"


async def async_callback(response: Response) -> None: ...


MISUSE: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"url": b"http://dock.example/"}, TypeError, "url must be a str, not bytes"),
    ({"url": None}, TypeError, "url must be a str, not NoneType"),
    ({"timeout": "40"}, TypeError, "timeout must be a number of seconds (0 for none), not str"),
    ({"timeout": None}, TypeError, "timeout must be a number of seconds (0 for none), not NoneType"),
    ({"timeout": True}, TypeError, "timeout must be a number of seconds (0 for none), not bool"),
    ({"timeout": -1}, ValueError, "timeout must be 0 (none) or more seconds, not -1"),
    ({"timeout": math.nan}, ValueError, "timeout must be 0 (none) or more seconds, not nan"),
    ({"cacert": b"PEM"}, TypeError, "cacert must be a str with PEM certificates, not bytes: decode it first"),
    ({"data": "text"}, TypeError, "data must be bytes, bytearray or memoryview, not str: use data.encode()"),
    ({"data": {"a": 1}}, TypeError, "data must be bytes, bytearray or memoryview, not dict"),
    ({"data": 5}, TypeError, "data must be bytes, bytearray or memoryview, not int"),
    ({"headers": [("A", "b")]}, TypeError, "headers must be a dict of str to str, not list"),
    ({"headers": {"A": 1}}, TypeError, "headers must be a dict of str to str, but 'A' is int: use str()"),
    (
        {"headers": {b"A": "b"}},
        TypeError,
        "headers must be a dict of str to str, but has a name that is bytes: use .decode()",
    ),
    (
        {"headers": {"A: secret": "c"}},
        ValueError,
        "header name 'A' goes on with ':', which is not part of a token (RFC 9110): letters, digits and - only",
    ),
    ({"headers": {"": "c"}}, ValueError, "a header name is empty: give each header a name"),
    (
        {"headers": {"A": "b\r\nC: d"}},
        ValueError,
        r"the value of header 'A' has '\r' at position 1 of 7: remove it",
    ),
    (
        {"headers": {"A": "\ud800"}},
        ValueError,
        r"the value of header 'A' has '\ud800' at position 0 of 1: remove it",
    ),
    (
        {"headers": {"content-length": "3"}, "data": b"four"},
        ValueError,
        "Content-Length is wrong, data has 4 bytes: leave the header out",
    ),
    (
        {"headers": {"Transfer-Encoding": "gzip"}},
        ValueError,
        "Transfer-Encoding can only be chunked: leave the header out",
    ),
    (
        {"headers": {"Transfer-Encoding": "chunked", "content-length": "4"}, "data": b"four"},
        ValueError,
        "Content-Length and Transfer-Encoding exclude each other: leave one of the headers out",
    ),
]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("arguments", "error", "message"), MISUSE)
async def test_misuse_raises_at_the_call(
    arguments: dict[str, Any], error: type[Exception], message: str, style: Style, nursery: trio.Nursery
) -> None:
    network = ScriptedNetwork(nursery, FINE)
    async with dl7450.open_dock(network=network) as dock:
        with pytest.raises(error) as raised:
            await ask(dock, style, **({"url": URL} | arguments))
        assert str(raised.value) == message
        assert dock.http.statistics() == HttpStatistics(16, 0)
    assert network.connections == 0


@pytest.mark.parametrize(
    ("method", "error", "message"),
    [
        (b"GET", TypeError, "method must be a str such as 'GET', not bytes"),
        ("GE T", ValueError, "method is not a token (RFC 9110), such as 'GET'"),
        (URL, ValueError, "method is not a token (RFC 9110), such as 'GET'"),
        ("", ValueError, "method is not a token (RFC 9110), such as 'GET'"),
    ],
)
def test_a_method_is_checked(method: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as raised:
        check_call(method, URL, None, None, 0, None)
    assert str(raised.value) == message


CALLBACK_MISUSE: list[tuple[dict[str, Any], str]] = [
    ({}, "a callback is missing: pass a function that takes the Response"),
    (
        {"on_complete": print, "on_response": print},
        "pass the callback once: on_response is the newer name of on_complete",
    ),
    ({"on_complete": "print"}, "the callback must be a function that takes the Response, not str"),
    (
        {"on_response": async_callback},
        "the callback must be a plain function, not an async one: nobody would await it",
    ),
]


@pytest.mark.parametrize("method", ["get_async", "post_async"])
@pytest.mark.parametrize(("arguments", "message"), CALLBACK_MISUSE)
async def test_a_wrong_callback_raises_at_the_call(arguments: dict[str, Any], message: str, method: str) -> None:
    async with dl7450.open_dock() as dock:
        with pytest.raises(TypeError) as on_trio:
            getattr(dock.http, method)(URL, **arguments)

        def in_thread() -> None:
            getattr(http, method)(URL, **arguments)

        with pytest.raises(TypeError) as in_app:
            await trio.to_thread.run_sync(in_thread)
    assert str(on_trio.value) == str(in_app.value) == message


@pytest.mark.parametrize("name", ["on_complete", "on_response"])
@pytest.mark.parametrize("method", ["get_async", "post_async"])
async def test_the_callback_has_the_names_of_all_sdk_releases(name: str, method: str, nursery: trio.Nursery) -> None:
    codes: list[int] = []

    def app() -> None:
        getattr(http, method)(URL, **{name: lambda response: codes.append(response.status_code())})

    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
        await dock.run_app(app)
    assert codes == [200]


def test_a_checked_call_holds_what_goes_out() -> None:
    call = check_call("POST", URL, {"X-d": " Łódź\t"}, memoryview(b"abcd")[::2], 0, "PEM")
    assert call.headers == [
        (b"Host", b"dock.example"),
        (b"Accept", b"*/*"),
        (b"X-d", b"\xc5\x81\xc3\xb3d\xc5\xba"),
        (b"Content-Length", b"2"),
    ]
    assert (call.method, call.data, call.timeout, call.cacert) == ("POST", b"ac", math.inf, "PEM")


@pytest.mark.parametrize("given", ["Content-Length", "transfer-encoding"])
def test_the_length_is_not_added_where_the_app_says_how_long_the_data_is(given: str) -> None:
    value = {"Content-Length": "2", "transfer-encoding": "chunked"}[given]
    call = check_call("POST", URL, {given: value}, b"ab", 1, None)
    assert [name for name, _ in call.headers] == [b"Host", b"Accept", given.encode()]


def test_only_a_second_host_is_left_out_and_other_names_go_out_in_every_spelling() -> None:
    call = check_call("GET", URL, {"host": "first", "X-a": "1", "HOST": "second", "x-A": "2"}, None, 1, None)
    assert call.headers == [
        (b"Accept", b"*/*"),
        (b"host", b"first"),
        (b"X-a", b"1"),
        (b"x-A", b"2"),
        (b"Content-Length", b"0"),
    ]


def test_data_is_taken_as_it_is_at_the_call() -> None:
    data = bytearray(b"before")
    call = check_call("POST", URL, None, data, 1, None)
    data[:] = b"after!"
    assert call.data == b"before"
