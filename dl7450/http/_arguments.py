"""Checks of what a caller passes to a request (pure). Misuse raises at the call, and the message names the fix."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from inspect import iscoroutinefunction
from typing import TypeAlias

from ._curl import Failure
from ._response import Response
from ._url import Url, UrlError, parse_url, redact_malformed

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, 5.6.2
_FORBIDDEN_IN_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")  # RFC 9110, 5.5, and what UTF-8 cannot say

Callback: TypeAlias = Callable[[Response], object]
Data: TypeAlias = bytes | bytearray | memoryview


LONGEST_TIMEOUT = 1e9  # seconds, some 30 years: a longer timeout counts as none


@dataclass(slots=True, eq=False)
class Call:
    """A request as the caller asked for it, checked."""

    method: str
    url: Url | None  # None where it cannot be fetched
    failure: Failure | None  # why it cannot be
    shown_url: str  # the URL without its secrets, for spans and task names
    headers: list[tuple[bytes, bytes]]  # as they go out, but for the trace context
    data: bytes
    timeout: float  # seconds for the whole exchange, math.inf = none
    cacert: str | None


def check_call(
    method: object,
    url: object,
    headers: object,
    data: object,
    timeout: object,
    cacert: object,
) -> Call:
    """Check a request's arguments.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: the method or a header would break the request apart, or the timeout is not a number of seconds.

    A URL that cannot be fetched is not misuse: the request is answered with the libcurl code for it.
    """
    # Apps are not type-checked: what their authors get wrong is found here.
    if not isinstance(method, str):
        raise TypeError(f"method must be a str such as 'GET', not {_kind(method)}")
    if not _TOKEN.fullmatch(method):
        # Without what it is: where arguments were swapped, a URL with its secrets.
        raise ValueError("method is not a token (RFC 9110), such as 'GET'")
    if not isinstance(url, str):
        raise TypeError(f"url must be a str, not {_kind(url)}")
    if not isinstance(timeout, int | float) or isinstance(timeout, bool):
        raise TypeError(f"timeout must be a number of seconds (0 for none), not {_kind(timeout)}")
    if not timeout >= 0:
        raise ValueError(f"timeout must be 0 (none) or more seconds, not {timeout}")
    if cacert is not None and not isinstance(cacert, str):
        raise TypeError(f"cacert must be a str with PEM certificates, not {_kind(cacert)}: decode it first")
    body = _checked_data(data)
    sent = _checked_headers(headers, body)
    seconds = float(timeout) if 0 < timeout < LONGEST_TIMEOUT else math.inf
    parsed = _parse(url)
    if isinstance(parsed, Failure):
        return Call(method, None, parsed, redact_malformed(url), sent, body, seconds, cacert)
    return Call(method, parsed, None, parsed.redacted, _completed(sent, parsed, body), body, seconds, cacert)


def check_wait(wait: object) -> None:
    """Check what says whether a request waits for a token.

    Raises:
        TypeError: it is not a bool.
    """
    if not isinstance(wait, bool):
        raise TypeError(f"wait must be True or False, not {type(wait).__name__}")


def check_callback(on_complete: Callback | None, on_response: Callback | None) -> Callback:
    """Return the callback, whichever of its two names it was passed by (dock SDK: `on_response` from 0.6 on)."""
    if on_complete is not None and on_response is not None:
        raise TypeError("pass the callback once: on_response is the newer name of on_complete")
    callback = on_response if on_complete is None else on_complete
    if callback is None:
        raise TypeError("a callback is missing: pass a function that takes the Response")
    if not callable(callback):
        raise TypeError(f"the callback must be a function that takes the Response, not {_kind(callback)}")
    if iscoroutinefunction(callback):
        raise TypeError("the callback must be a plain function, not an async one: nobody would await it")
    return callback


def _checked_data(data: object) -> bytes:
    if data is None:
        return b""
    if isinstance(data, str):
        raise TypeError("data must be bytes, bytearray or memoryview, not str: use data.encode()")
    if not isinstance(data, Data):
        raise TypeError(f"data must be bytes, bytearray or memoryview, not {_kind(data)}")
    return bytes(data)


def _checked_headers(headers: object, body: bytes) -> list[tuple[bytes, bytes]]:
    if headers is None:
        return []
    if not isinstance(headers, Mapping):
        raise TypeError(f"headers must be a dict of str to str, not {_kind(headers)}")
    # The messages contain no value, and of a name only its valid beginning: they reach spans and logs, and people pass
    # secrets that were read from a file with the line end.
    checked: list[tuple[bytes, bytes]] = []
    names: set[str] = set()
    for name, value in headers.items():
        if not isinstance(name, str):
            raise TypeError(
                f"headers must be a dict of str to str, but has a name that is {_kind(name)}{_as_str(name)}"
            )
        _check_name(name)
        if not isinstance(value, str):
            raise TypeError(f"headers must be a dict of str to str, but {name!r} is {_kind(value)}{_as_str(value)}")
        if found := _FORBIDDEN_IN_VALUE.search(value):
            raise ValueError(
                f"the value of header {name!r} has {found[0]!r} at position {found.start()} of {len(value)}: remove it"
            )
        key, sent = name.lower(), value.strip(" \t")
        if key == "host" and key in names:  # libcurl sends the first one
            continue
        if key == "content-length" and sent != str(len(body)):
            raise ValueError(f"Content-Length is wrong, data has {len(body)} bytes: leave the header out")
        if key == "transfer-encoding" and sent.lower() != "chunked":
            raise ValueError("Transfer-Encoding can only be chunked: leave the header out")
        names.add(key)
        checked.append((name.encode("ascii"), sent.encode()))
    if {"content-length", "transfer-encoding"} <= names:
        raise ValueError("Content-Length and Transfer-Encoding exclude each other: leave one of the headers out")
    return checked


def _check_name(name: str) -> None:
    token = _TOKEN.match(name)
    end = token.end() if token else 0
    if not name:
        raise ValueError("a header name is empty: give each header a name")
    if end < len(name):
        raise ValueError(
            f"header name {name[:end]!r} goes on with {name[end]!r}, which is not part of a token (RFC 9110): "
            "letters, digits and - only"
        )


def _completed(headers: list[tuple[bytes, bytes]], url: Url, body: bytes) -> list[tuple[bytes, bytes]]:
    """Add what libcurl and the dock send by themselves, where the app did not give it."""
    given = {name.lower() for name, _ in headers}
    first = [] if b"host" in given else [(b"Host", url.netloc)]
    if url.authorization is not None and b"authorization" not in given:
        first.append((b"Authorization", url.authorization))
    if b"accept" not in given:
        first.append((b"Accept", b"*/*"))
    last = []
    if b"content-length" not in given and b"transfer-encoding" not in given:
        last.append((b"Content-Length", b"%d" % len(body)))
    return first + headers + last


@lru_cache(maxsize=1024)  # a carousel asks for the same URLs all day
def _parse(url: str) -> Url | Failure:
    try:
        return parse_url(url)
    except UrlError as error:
        return error.failure


def _as_str(value: object) -> str:
    return ": use .decode()" if isinstance(value, bytes | bytearray) else ": use str()"


def _kind(value: object) -> str:
    return type(value).__name__
