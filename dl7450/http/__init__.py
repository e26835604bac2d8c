"""HTTP requests as a dock app makes them (dock SDK, `http`).

An app has one thread: `get` and `post` block it, `get_async` and `post_async` return at once and have a callback called
when the thread is idle. Sixteen requests may be in flight, the next one is answered with status code 89 at once.

A request that fails raises nothing. It is answered, and `status_code()` is then a libcurl error code from 1 to 99.
"""

import typing as _typing
from collections.abc import Callable as _Callable
from collections.abc import Mapping as _Mapping

from ._response import Response

if _typing.TYPE_CHECKING:
    from ._control import RequestControl

__all__ = ["Response", "get", "get_async", "post", "post_async"]


def get(
    url: str,
    headers: _Mapping[str, str] | None = None,
    data: bytes | bytearray | memoryview | None = None,
    *,
    timeout: float = 40,
    cacert: str | None = None,
) -> Response:
    """Fetch a URL with GET and wait for the answer.

    Parameters:
        url: an http or https URL.
        headers: sent as given and in this order.
        data: a body in bytes. Without it, `Content-Length: 0` is sent.
        timeout: seconds for the whole exchange, 0 for none; when they run out, the status code is 28.
        cacert: one or more PEM certificates in one string; then only these are trusted.

    Raises:
        TypeError, ValueError: misuse; the message names the fix.
        RuntimeError: called on the Trio thread, where `await dock.http.get(...)` is the way.
    """
    return _request("GET", url, headers, data, timeout, cacert)


def post(
    url: str,
    headers: _Mapping[str, str] | None = None,
    data: bytes | bytearray | memoryview | None = None,
    *,
    timeout: float = 40,
    cacert: str | None = None,
) -> Response:
    """Send data to a URL with POST and wait for the answer. The parameters are those of `get`."""
    return _request("POST", url, headers, data, timeout, cacert)


def get_async(
    url: str,
    on_complete: _Callable[[Response], object] | None = None,
    headers: _Mapping[str, str] | None = None,
    data: bytes | bytearray | memoryview | None = None,
    *,
    timeout: float = 40,
    cacert: str | None = None,
    on_response: _Callable[[Response], object] | None = None,
) -> "RequestControl":
    """Fetch a URL with GET; the callback gets the answer.

    The other parameters are those of `get`.

    Parameters:
        on_complete: called with the `Response` on the app thread, when that is idle.
        on_response: the name of the same parameter in SDK releases from 0.6 on.

    Returns:
        A control object; its `cancel()` ends the request without the callback being called.
    """
    return _start("GET", url, on_complete, headers, data, timeout, cacert, on_response)


def post_async(
    url: str,
    on_complete: _Callable[[Response], object] | None = None,
    headers: _Mapping[str, str] | None = None,
    data: bytes | bytearray | memoryview | None = None,
    *,
    timeout: float = 40,
    cacert: str | None = None,
    on_response: _Callable[[Response], object] | None = None,
) -> "RequestControl":
    """Send data to a URL with POST; the callback gets the answer. The parameters are those of `get_async`."""
    return _start("POST", url, on_complete, headers, data, timeout, cacert, on_response)


# What a request needs (Trio, httpx, OpenTelemetry) is imported by the first one: `import http` costs an app little.


def _request(
    method: str,
    url: str,
    headers: _Mapping[str, str] | None,
    data: bytes | bytearray | memoryview | None,
    timeout: float,
    cacert: str | None,
) -> Response:
    from .._trio.threads import check_not_trio
    from ._arguments import check_call
    from ._dock_of_call import dock_of_call

    check_not_trio(f"http.{method.lower()}()", f"await dock.http.{method.lower()}(...)")
    call = check_call(method, url, headers, data, timeout, cacert)
    return dock_of_call().http._make_from_thread(call)


def _start(
    method: str,
    url: str,
    on_complete: _Callable[[Response], object] | None,
    headers: _Mapping[str, str] | None,
    data: bytes | bytearray | memoryview | None,
    timeout: float,
    cacert: str | None,
    on_response: _Callable[[Response], object] | None,
) -> "RequestControl":
    from .._trio.threads import check_not_trio
    from ._arguments import check_call, check_callback
    from ._dock_of_call import dock_of_call

    check_not_trio(f"http.{method.lower()}_async()", f"dock.http.{method.lower()}_async(...)")
    call = check_call(method, url, headers, data, timeout, cacert)
    callback = check_callback(on_complete, on_response)
    return dock_of_call().http._start_from_thread(call, callback)
