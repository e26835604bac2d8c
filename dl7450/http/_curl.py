"""libcurl's error codes and the one place that decides which failure gives which of them (pure).

The dock's engine is libcurl: a status code from 1 to 99 is one of its error codes. What failed is known from
structure: the `Failure` says which step could not be done, the `Exchange` what had been received by then.
Message texts play no part.
"""

from __future__ import annotations

from enum import Enum, IntEnum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._exchange import Exchange


class CurlCode(IntEnum):
    """The libcurl error codes that a dock's request can end with."""

    UNSUPPORTED_PROTOCOL = 1
    URL_MALFORMAT = 3
    COULDNT_RESOLVE_HOST = 6
    COULDNT_CONNECT = 7
    WEIRD_SERVER_REPLY = 8
    PARTIAL_FILE = 18
    OUT_OF_MEMORY = 27
    OPERATION_TIMEDOUT = 28
    SSL_CONNECT_ERROR = 35
    BAD_FUNCTION_ARGUMENT = 43
    GOT_NOTHING = 52
    SEND_ERROR = 55
    RECV_ERROR = 56
    PEER_FAILED_VERIFICATION = 60
    BAD_CONTENT_ENCODING = 61
    FILESIZE_EXCEEDED = 63
    SSL_CACERT_BADFILE = 77
    NO_CONNECTION_AVAILABLE = 89

    @property
    def curl_name(self) -> str:
        """The name in libcurl's headers, such as `CURLE_OPERATION_TIMEDOUT`."""
        return f"CURLE_{self.name}"


class Failure(Enum):
    """The step of a request that could not be done."""

    NO_TOKEN = auto()  # 16 requests are in flight
    URL = auto()  # not a URL
    SCHEME = auto()  # a URL, but neither http nor https
    NO_CACERT = auto()  # cacert is empty
    CACERT = auto()  # cacert holds something that is not a certificate
    RESOLVE = auto()  # the name has no address
    CONNECT = auto()  # no address took the connection
    CONNECT_TIMEOUT = auto()  # the operating system gave up on the connection
    TLS = auto()  # no TLS session came about
    CERTIFICATE = auto()  # the server's certificate is not trusted
    SEND = auto()  # the request could not be sent
    FIN = auto()  # the peer ended the connection before the answer was complete
    RESET = auto()  # the peer reset the connection, or ended TLS without a close_notify
    NOT_HTTP = auto()  # what was received does not begin with a status line of HTTP/1
    WEIRD_STATUS_LINE = auto()  # the same after HTTP/1 was spoken, or a later HTTP
    BAD_HEADER = auto()  # a line of the head or a trailer that cannot be one, or a length that is not a number
    BAD_CHUNK = auto()  # a malformed chunk
    GRAMMAR = auto()  # the answer breaks HTTP's grammar: what a transport of somebody else's can say
    HEAD_TOO_LARGE = auto()  # more headers, or a longer line, than libcurl takes
    TRANSFER_CODING = auto()  # a Transfer-Encoding other than chunked
    TOO_LARGE = auto()  # more than max_response_bytes
    MEMORY = auto()  # there is no memory left for it
    DEADLINE = auto()  # the request's timeout ran out


class FailedRequest(Exception):  # noqa: N818  it is not a caller's error: it becomes a status code
    """A request failed at a known step.

    Attributes:
        failure: the step.
        detail: what its code does not tell and the span has to: which file could not be read, for example.
    """

    def __init__(self, failure: Failure, detail: str | None = None) -> None:
        super().__init__(failure.name)
        self.failure = failure
        self.detail = detail


# Failures that are one code whatever had happened before.
_CODES = {
    Failure.NO_TOKEN: CurlCode.NO_CONNECTION_AVAILABLE,
    Failure.URL: CurlCode.URL_MALFORMAT,
    Failure.SCHEME: CurlCode.UNSUPPORTED_PROTOCOL,
    Failure.NO_CACERT: CurlCode.BAD_FUNCTION_ARGUMENT,
    Failure.CACERT: CurlCode.SSL_CACERT_BADFILE,
    Failure.RESOLVE: CurlCode.COULDNT_RESOLVE_HOST,
    Failure.CONNECT: CurlCode.COULDNT_CONNECT,
    Failure.CONNECT_TIMEOUT: CurlCode.OPERATION_TIMEDOUT,
    Failure.TLS: CurlCode.SSL_CONNECT_ERROR,
    Failure.CERTIFICATE: CurlCode.PEER_FAILED_VERIFICATION,
    Failure.SEND: CurlCode.SEND_ERROR,
    Failure.NOT_HTTP: CurlCode.UNSUPPORTED_PROTOCOL,  # libcurl takes it for HTTP/0.9, which is off
    Failure.WEIRD_STATUS_LINE: CurlCode.WEIRD_SERVER_REPLY,
    Failure.BAD_HEADER: CurlCode.WEIRD_SERVER_REPLY,
    Failure.BAD_CHUNK: CurlCode.RECV_ERROR,
    Failure.RESET: CurlCode.RECV_ERROR,
    Failure.HEAD_TOO_LARGE: CurlCode.RECV_ERROR,
    Failure.TRANSFER_CODING: CurlCode.BAD_CONTENT_ENCODING,
    Failure.TOO_LARGE: CurlCode.FILESIZE_EXCEEDED,
    Failure.MEMORY: CurlCode.OUT_OF_MEMORY,
    Failure.DEADLINE: CurlCode.OPERATION_TIMEDOUT,
}


def code_of(failure: Failure, exchange: Exchange) -> CurlCode:
    """Which libcurl code the request ends with: by the step that failed and by what was received before it."""
    if failure is Failure.FIN:
        # A whole status line makes an answer of it, and an answer that stops is a partial file.
        return CurlCode.PARTIAL_FILE if exchange.begun else CurlCode.GOT_NOTHING
    if failure is Failure.GRAMMAR:
        # Headers that were fine leave a bad chunk.
        return CurlCode.RECV_ERROR if exchange.head_received else CurlCode.WEIRD_SERVER_REPLY
    return _CODES[failure]
