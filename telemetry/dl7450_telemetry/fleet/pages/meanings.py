"""What a failure means, in one sentence: those of docs/status-codes.md, and Python's for HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

CURL_CODES: Final = {
    "CURLE_UNSUPPORTED_PROTOCOL": (
        "The URL is neither `http` nor `https`, or the server does not speak HTTP/1: `http://` to a TLS port "
        "is the usual case."
    ),
    "CURLE_URL_MALFORMAT": (
        "The URL cannot be read: it is empty, has a space or a control character in it, no host, or a port "
        "out of range."
    ),
    "CURLE_COULDNT_RESOLVE_HOST": "The host name has no address: a typing error, or the DNS server does not answer.",
    "CURLE_COULDNT_CONNECT": "No address of the host accepts the connection: nothing listens there.",
    "CURLE_WEIRD_SERVER_REPLY": (
        "The server speaks a later HTTP, or the status line was HTTP's and the headers after it were not: a "
        "line without a colon, a `Content-Length` that is not a number."
    ),
    "CURLE_PARTIAL_FILE": (
        "The server closed the connection before the answer was complete, by its length or by its chunks."
    ),
    "CURLE_OUT_OF_MEMORY": "There was no memory left for the answer.",
    "CURLE_OPERATION_TIMEDOUT": "`timeout` seconds were over, whatever had been reached by then.",
    "CURLE_SSL_CONNECT_ERROR": (
        "No TLS session came about: the server closed, or speaks something else, or wants a client certificate."
    ),
    "CURLE_BAD_FUNCTION_ARGUMENT": "`cacert` is an empty string.",
    "CURLE_GOT_NOTHING": "The server closed the connection without an answer.",
    "CURLE_SEND_ERROR": "The connection was reset while the request was being sent.",
    "CURLE_RECV_ERROR": (
        "The connection was reset, TLS was cut off without its closing message, a chunk was malformed, or the"
        " headers were too many or too large: 300 KiB in all, 100 KiB a line, 5000 lines."
    ),
    "CURLE_PEER_FAILED_VERIFICATION": (
        "The server's certificate is not trusted: unknown or wrong authority, expired, self-signed, or for "
        "another host."
    ),
    "CURLE_BAD_CONTENT_ENCODING": "The answer has a `Transfer-Encoding` other than `chunked` and `identity`.",
    "CURLE_FILESIZE_EXCEEDED": "The body is longer than the dock's `max_response_bytes`.",
    "CURLE_SSL_CACERT_BADFILE": (
        "`cacert`, or the file that `SSL_CERT_FILE` names, holds no certificate, or one that cannot be read."
    ),
    "CURLE_NO_CONNECTION_AVAILABLE": "16 requests are in flight already. This one did not touch the network.",
}


def meaning(error: str) -> str:
    """What an `error.type` means; empty where nobody knows.

    Parameters:
        error: libcurl's name of a code, or an HTTP status.
    """
    if error in CURL_CODES:
        return CURL_CODES[error].replace("`", "'")
    if error.isdecimal() and len(error) == 3 and int(error) in HTTPStatus._value2member_map_:
        status = HTTPStatus(int(error))
        return f"The server answered {status.phrase}{f': {status.description}' if status.description else ''}."
    return ""
