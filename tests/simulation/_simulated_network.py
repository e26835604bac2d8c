"""A network in memory whose servers do to each request what its `Answer` says.

It sits below the real pool and the real parser, at the dock's network seam, and has no tasks of its own: a connection
knows which bytes arrive when, and who reads from it sleeps until then.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import trio

from dl7450.http._network import Address, Connection
from tests.simulation._program import Answer, Host

WINDOW = 128 * 1024  # bytes that a connection takes before the server reads
UNASKED = b"HTTP/1.1 500 Nobody has asked\r\nContent-Length: 0\r\n\r\n"


End: TypeAlias = Literal["closed", "reset"]


def body_of(answer: Answer, number: int) -> bytes:
    """The whole body: every request gets another one, so that answers cannot be mixed up unnoticed."""
    return b"<%d>" % number * answer.size


def _rendered(answer: Answer, number: int) -> bytes:
    """The whole answer, in bytes."""
    body = body_of(answer, number)
    head = b"HTTP/1.1 200 OK\r\nX-Number: %d\r\n" % number
    match answer.framing:
        case "length":
            rendered = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
        case "chunked":
            chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:3], body[3:]) if part)
            rendered = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
        case "until closed":
            rendered = head + b"\r\n" + body
        case "no HTTP":
            rendered = b"\x00 this is request %d \r\n\r\n" % number
        case "bad chunk":
            rendered = head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + body
    return b"HTTP/1.1 103 Early Hints\r\nX-Hint: 1\r\n\r\n" + rendered if answer.interim else rendered


class SimulatedNetwork:
    """The network of one dock: hosts are named `host0`, `host1` and so on."""

    def __init__(self, hosts: Sequence[Host], answer_to: Callable[[int], Answer]) -> None:
        """
        Parameters:
            hosts: by their number.
            answer_to: what the server does with the request of this number, which is the request's path.
        """
        self.connections: list[MemoryStream] = []
        self._hosts = hosts
        self._answer_to = answer_to
        self._last_sent: dict[int, MemoryStream] = {}  # where a request was last seen

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        number = int(host.removeprefix("host"))
        await trio.sleep(self._hosts[number].lookup)
        if not self._hosts[number].places:
            raise OSError("no such host")
        return [Address(f"192.0.2.{number * 16 + index}", port) for index in range(len(self._hosts[number].places))]

    async def connect(self, address: Address) -> Connection:
        number, index = divmod(int(address.host.removeprefix("192.0.2.")), 16)
        place = self._hosts[number].places[index]
        await trio.sleep(place.after if place.connecting != "hangs" else math.inf)
        if place.connecting == "refuses":
            raise ConnectionRefusedError("refused")
        stream = MemoryStream(self.receive)
        self.connections.append(stream)
        return Connection(stream, stream.is_readable)

    def receive(self, number: int, stream: "MemoryStream") -> Answer:
        """A server has received the head of a request. It may come again only if nobody can know of the first."""
        before = self._last_sent.get(number)
        if before is not None and before is not stream and (before.requests == 1 or before.heard):
            raise AssertionError(f"request {number} was sent again although its server was there")
        self._last_sent[number] = stream
        return self._answer_to(number)


class MemoryStream(trio.abc.Stream):
    """The client's side of a connection, and what its server makes of what is sent."""

    def __init__(self, receive: "Callable[[int, MemoryStream], Answer]") -> None:
        self.closed = False
        self.requests = 0
        self.heard = False  # a line of the last request's answer was read
        self._receive = receive
        self._arriving: list[tuple[float, bytes | End]] = []  # in the order of time
        self._sent = bytearray()  # what the server has not read
        self._skipped = 0  # bytes that it will throw away next: the last request's data
        self._reads = True
        self._answers_until = -math.inf  # when the last answer has come
        self._changed = trio.Event()

    def is_readable(self) -> bool:
        return bool(self._arriving) and self._arriving[0][0] <= trio.current_time()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        await trio.lowlevel.checkpoint()
        while not self.is_readable():
            self._check_open()
            with trio.move_on_at(self._arriving[0][0] if self._arriving else math.inf):
                await self._changed.wait()
        self._check_open()
        moment, arrived = self._arriving[0]
        if arrived == "closed":
            return b""
        if arrived == "reset":
            raise trio.BrokenResourceError("reset by the server")
        assert isinstance(arrived, bytes)
        now, rest = arrived[:max_bytes], arrived[len(arrived[:max_bytes]) :]
        self.heard = self.heard or b"\n" in now
        self._arriving[:1] = [(moment, rest)] if rest else []
        return now

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await trio.lowlevel.checkpoint()
        self._check_open()
        if self.is_readable() and self._arriving[0][1] == "reset":
            raise trio.BrokenResourceError("reset by the server")
        self._sent += data
        self._serve()
        while not self._reads and len(self._sent) > WINDOW:
            await self._changed.wait()
            self._check_open()

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.checkpoint()

    async def aclose(self) -> None:
        self.closed = True
        self._note_change()
        await trio.lowlevel.checkpoint()

    def _check_open(self) -> None:
        if self.closed:
            raise trio.ClosedResourceError("closed by the client")

    def _note_change(self) -> None:
        changed, self._changed = self._changed, trio.Event()
        changed.set()

    # The server

    def _serve(self) -> None:
        while self._reads:
            skipped = min(self._skipped, len(self._sent))
            del self._sent[:skipped]
            self._skipped -= skipped
            end = self._sent.find(b"\r\n\r\n")
            if end < 0:
                return
            line, *headers = bytes(self._sent[:end]).split(b"\r\n")
            number = int(line.split()[1].removeprefix(b"/"))
            length = next(int(header[15:]) for header in headers if header.lower().startswith(b"content-length:"))
            answer = self._receive(number, self)
            if answer.reads and len(self._sent) < end + 4 + length:
                return
            if self._answers_until > trio.current_time():
                raise AssertionError(f"request {number} was sent before the answer to the one before it had come")
            del self._sent[: end + 4]
            self._skipped = length
            self._reads = answer.reads or length <= WINDOW
            self.requests += 1
            self.heard = False
            if not self._arriving or self._arriving[-1][1] not in {"closed", "reset"}:  # else it is about to go
                self._answer(answer, number)

    def _answer(self, answer: Answer, number: int) -> None:
        if not self.is_readable():
            self._arriving.clear()  # what nobody has asked for
        rendered = _rendered(answer, number)
        kept = rendered[: math.ceil(len(rendered) * answer.kept)]
        size = max(1, math.ceil(len(kept) / answer.pieces))
        pieces = [kept[start : start + size] for start in range(0, len(kept), size)]
        speaks = answer.then == "speaks" and kept == rendered  # else it would be taken for the answer
        if speaks and not answer.later:
            pieces[-1] += UNASKED  # in one segment with the end of the answer
        moment = trio.current_time() + answer.after
        for piece in pieces:
            self._answers_until = moment
            self._arriving.append((moment, piece))
            moment += answer.gap
        if answer.then in {"closes", "resets"}:
            self._arriving.append((moment + answer.later, "closed" if answer.then == "closes" else "reset"))
        elif speaks and answer.later:
            self._arriving.append((moment + answer.later, UNASKED))
        self._note_change()
