"""`request_bytes`: a request as HTTP/1.1 sends it (pure)."""

from __future__ import annotations


def request_bytes(method: str, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    """The bytes of a request; nothing is checked any more.

    Parameters:
        method: such as `GET`.
        target: path and query.
        headers: go out in this order, but for the first Host, which leads and is the only one (libcurl's rule).
        body: goes out with a Content-Length, or in a chunk where a Transfer-Encoding has `chunked` in it.
    """
    host, lines = b"", []
    has_length = is_chunked = False
    for name, value in headers:
        lowered = name.lower()
        if lowered == b"host":
            host = host or b"%s: %s\r\n" % (name, value)
            continue
        if lowered == b"content-length":
            has_length = True
        elif lowered == b"transfer-encoding":
            is_chunked = is_chunked or b"chunked" in items_of(value)
        lines.append(b"%s: %s\r\n" % (name, value))
    if is_chunked:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    elif not has_length:
        lines.append(b"Content-Length: %d\r\n" % len(body))
    return b"%s %s HTTP/1.1\r\n%s%s\r\n%s" % (method.encode("ascii"), target, host, b"".join(lines), body)


def items_of(value: bytes) -> set[bytes]:
    """The items of a header's list such as `keep-alive, close`, in lower case."""
    return {item.strip(b" \t") for item in {*value.lower().split(b",")}}
