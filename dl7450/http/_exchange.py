"""`Exchange`: what happened to one request on the wire (a pure record).

The network seam writes it as things happen; the error mapping and the span read it afterwards. One record, two
readers, and neither has to guess from message texts.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Interval:
    """A phase of a request, and what ended it before its time.

    Attributes:
        start, end: nanoseconds since 1970.
        error: the type of the exception, or of its cause, which for TLS says more.
        reason: what that exception says of itself: the reason of a verification, for example.
        cancelled_by: what cancelled the phase, in Trio's words: `deadline`, `explicit`, ...
    """

    name: str
    start: int
    end: int = 0
    error: str | None = None
    reason: str | None = None
    cancelled_by: str | None = None


@dataclass(slots=True)
class Exchange:
    """What happened to one request on the wire. Moments are nanoseconds since 1970, by the dock's clock.

    A resend starts the record of the bytes anew and keeps the phases.
    """

    now: Callable[[], int]
    phases: list[Interval] = field(default_factory=list)  # DNS lookup, socket connects, TLS handshake
    connected: bool = False  # a connection was opened for this request; False: an idle one was used again
    peer: tuple[str, int, int] | None = None  # address, port and scope of the other end
    request_sent: int | None = None
    first_byte: int | None = None
    last_byte: int | None = None
    bytes_sent: int = 0  # on the connection: headers and framing included
    bytes_received: int = 0
    line_received: bool = False  # a whole line of the answer has come, of an interim one too
    begun: bool = False  # the status line of the final answer has come
    head_received: bool = False  # its headers, too
    status_code: int | None = None  # its HTTP status
    http_version: str | None = None  # "1.1"
    peer_closed: bool = False  # the peer ended the connection in order (FIN or close_notify)
    peer_reset: bool = False  # it reset it, or cut TLS off without a close_notify
    send_failed: bool = False  # the request, or the rest of it, could not be sent
    resends: int = 0
    note: str | None = None  # what went wrong without making the request fail

    @contextmanager
    def phase(self, name: str) -> Generator[None]:
        """Note when the block begins and ends, and which exception cut it short."""
        interval = Interval(name, self.now())
        self.phases.append(interval)
        try:
            yield
        except BaseException as error:
            cause = error.__cause__ or error
            interval.error = type(cause).__name__
            interval.reason = getattr(cause, "verify_message", None) or getattr(cause, "reason", None)
            interval.cancelled_by = getattr(error, "source", None)
            raise
        finally:
            interval.end = self.now()

    def sent(self, count: int) -> None:
        self.bytes_sent += count
        self.request_sent = self.now()

    def received(self, count: int) -> None:
        """So many bytes have come; none is the end of the connection."""
        if not count:
            self.peer_closed = True
            return
        self.last_byte = self.now()
        if self.first_byte is None:
            self.first_byte = self.last_byte
        self.bytes_received += count

    def begin_resend(self) -> None:
        """The request goes out once more: what the dead connection saw does not count."""
        self.resends += 1
        self.connected = False
        self.peer = self.request_sent = self.first_byte = self.last_byte = None
        self.status_code = self.http_version = None
        self.bytes_sent = self.bytes_received = 0
        self.line_received = self.begun = self.head_received = False
        self.peer_closed = self.peer_reset = self.send_failed = False

    @property
    def may_resend(self) -> bool:
        """An idle connection died before a line of the answer: nothing is lost by sending again (RFC 9112, 9.5)."""
        return not self.connected and not self.line_received and (self.peer_closed or self.peer_reset)
