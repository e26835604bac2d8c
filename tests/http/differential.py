"""`python -m tests.http.differential [--answers N] [--seed N]`: the same answers through h11 and through `Http1`.

The answers are real ones, taken apart and put together again with a few bytes changed, and they arrive in pieces. h11
is stricter than libcurl, and so than `Http1`. Where the two differ, one of `RULES` has to say why; what none of them
explains is shown, and is a fault of one of the two.
"""

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import h11

from dl7450.http._incoming import AnswerError
from dl7450.http._parser import Http1

STATUS_LINES = (
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 204 No Content\r\n", b"HTTP/1.1 404\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", b"HTTP/1.1 304 Same\r\n", b"HTTP/1.1 101 Switching\r\n",
    b"HTTP/1.1 200 \xe4\xf6\r\n", b"HTTP/1.1 103 Hints\r\nLink: a\r\n\r\nHTTP/1.1 503 No\n",
)  # fmt: skip
HEADERS = (
    b"Content-Length: 5\r\n", b"content-length:5,5\r\n", b"Content-Length: 7\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: Chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Connection: close\r\n",
    b"Connection: keep-alive, Close\r\n", b"X: a\r\n b\r\n", b"Y:\t v  w \t\r\n", b"Z:\r\n", b"Set-Cookie: a=b\r\n",
    b"X-Utf: \xc3\xa4\r\n", b"Upgrade: x\r\n", b"W: a\n", b"Bad Name: x\r\n", b": empty\r\n", b"no colon\r\n",
    b"V: a\x0bb\r\n", b"U: a\x00b\r\n", b"T: a\rb\r\n", b"Connection: keep-alive\r\n",
)  # fmt: skip
BODIES = (
    b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"5;ext=1\r\nhello\r\n0\r\nT: v\r\n\r\n", b"hellohello", b"",
    b"3\r\nhel\r\n2 \r\nlo\r\n0\r\n\r\nHTTP", b"5\nhello\r\n0\r\n\r\n", b"ffffffffffffffffffffff\r\n",
    b"5\r\nhelloXX0\r\n\r\n", b"0\r\n\nrest", b"0\r\nA: b\r\nC: d\r\n\r\n",
)  # fmt: skip
NOISE = b"\r\n :\t\0;,a0\xff\x0b"
REQUEST = [(b"Host", b"dock.example"), (b"Content-Length", b"0")]


class Case(NamedTuple):
    """An answer, to a request of which method, and in which pieces it comes."""

    method: str
    data: bytes
    size: int

    def pieces(self) -> Iterator[bytes]:
        for start in range(0, len(self.data), self.size):
            yield self.data[start : start + self.size]
        yield b""


class Result(NamedTuple):
    """What a parser makes of it. An error has nothing but itself."""

    error: bool = False
    status: int = 0
    version: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    reusable: bool = False


def cases(seed: int, count: int) -> Iterator[Case]:
    """So many answers, always the same ones for a seed."""
    chance = random.Random(seed)
    for _ in range(count):
        headers = b"".join(chance.choice(HEADERS) for _ in range(chance.randrange(4)))
        data = bytearray(chance.choice(STATUS_LINES) + headers + b"\r\n" + chance.choice(BODIES))
        for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 3))):
            index = chance.randrange(len(data))
            match chance.randrange(3):
                case 0:
                    data[index] = chance.choice(NOISE)
                case 1:
                    del data[index]
                case _:
                    data.insert(index, chance.choice(NOISE))
        yield Case(chance.choice(("GET", "GET", "POST", "HEAD")), bytes(data), chance.choice((1, 3, 10, 1000)))


def through_h11(case: Case) -> Result:
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method=case.method, target=b"/", headers=REQUEST))
    connection.send(h11.EndOfMessage())
    pieces = case.pieces()
    head: h11.Response | h11.InformationalResponse | None = None
    body = b""
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(next(pieces))
            elif isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif not isinstance(event, h11.InformationalResponse):
                break
    except h11.RemoteProtocolError:
        return Result(error=True)
    if head is None:  # the connection ended in order, before an answer
        return Result(error=True)
    reusable = connection.their_state is h11.DONE and connection.trailing_data == (b"", False)
    return Result(False, head.status_code, head.http_version, tuple(head.headers.raw_items()), body, reusable)


def through_ours(case: Case) -> Result:
    parser = Http1()
    parser.request(case.method, b"/", REQUEST, b"")
    pieces = case.pieces()
    body = b""
    try:
        while (head := parser.head()) is None:
            parser.receive(next(pieces))
        while not parser.done:
            body += parser.body() or b""
            if not parser.done:
                parser.receive(next(pieces, b""))
    except AnswerError:
        return Result(error=True)
    return Result(False, head.status_code, head.http_version, tuple(head.headers), body, parser.reusable)


class Rule(NamedTuple):
    """Why libcurl's way is another one, which answers it is about, and what becomes of them: h11's way and ours."""

    reason: str
    concerns: Callable[[Case], object]
    differs: Callable[[Result, Result], bool]


def _refused_by_h11(theirs: Result, ours: Result) -> bool:
    return theirs.error and not ours.error


def _refused_by_us(theirs: Result, ours: Result) -> bool:
    return ours.error and not theirs.error


def _only(*names: str) -> Callable[[Result, Result], bool]:
    """They differ in these parts of the answer and in no others."""

    def differs(theirs: Result, ours: Result) -> bool:
        return not theirs.error and not ours.error and theirs._replace(**{n: getattr(ours, n) for n in names}) == ours

    return differs


def _has(*patterns: bytes) -> Callable[[Case], object]:
    found = [re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in patterns]
    return lambda case: all(pattern.search(case.data) for pattern in found)


def _has_no_body(case: Case) -> object:
    return case.method == "HEAD" or re.search(rb"HTTP/1.[01][ \t](204|304|1..)", case.data)


_LINE = rb"(?:^|\n)"
_TOKEN = rb"[-!#$%&'*+.^_`|~0-9a-zA-Z]"
_FINAL = _LINE + rb"HTTP/1\.[01][ \t](?:101|[2-9]..)"
_CODING = rb"\nTransfer-Encoding:"
_CHUNKED = _CODING + rb"[^\n]*chunked"

RULES = (
    Rule("a header has any name", _has(_LINE + rb"(?!" + _TOKEN + rb"+:)[^\n]*:"), _refused_by_h11),
    Rule("a value and a reason have any characters but NUL and CR", _has(rb"[\x0b\x0c]"), _refused_by_h11),
    Rule("the first header is indented", _has(rb"HTTP/1[^\n]*\n[ \t]"), _refused_by_h11),
    Rule(
        "the status line is in small letters, has a tab, or no blank behind the status",
        _has(_LINE + rb"(?!(?-i:HTTP)/1\.[01] [0-9]{3}[ \r\n])HTTP/1\.[01][ \t][0-9]{3}"),
        lambda theirs, ours: _refused_by_h11(theirs, ours) or _only("reusable")(theirs, ours),
    ),
    Rule("HTTP/1 is 1.0 and 1.1", _has(rb"HTTP/(?!1\.[01])[0-9]\.[0-9] "), _refused_by_us),
    Rule("a head ends with a line that begins with CR", _has(rb"\n\r[^\n]"), _refused_by_h11),
    Rule("a head is cut off by the end", _has(_FINAL + rb"(?:(?!\n\r?\n).)*$"), _refused_by_h11),
    Rule("blanks where a header is folded are one", _has(rb"[ \t]\r?\n[ \t]"), _only("headers")),
    Rule("lengths and codings are shown as they came", _has(rb"Content-Length|Transfer-Encoding"), _only("headers")),
    Rule("equal lengths are written differently", _has(rb"Content-Length:[^\n]*\b0"), _refused_by_h11),
    Rule(
        "codings are a list, or repeated",
        _has(_CHUNKED, _CODING + rb"[^\n]*,|" + _CODING + rb".*" + _CODING),
        _refused_by_h11,
    ),
    Rule("a coding is nothing", _has(_CODING + rb"[, \t]*\r?\n"), _refused_by_h11),
    Rule("what has no body needs no framing", _has_no_body, _refused_by_h11),
    Rule("101 has a body until the end", _has(rb"HTTP/1.[01][ \t]101"), _refused_by_h11),
    Rule("a chunk's line ends with LF", _has(_CHUNKED, rb"\n\r?\n.*[^\r]\n"), _refused_by_h11),
    Rule(
        "a chunk's data ends with a CR, and its line with LF",
        _has(_CHUNKED),
        lambda theirs, ours: _refused_by_h11(theirs, ours) and b"\r" in ours.body,
    ),
    Rule("a chunk's data ends with more CRs", _has(_CHUNKED, rb"\r\r\n"), _refused_by_h11),
    Rule(
        "behind a chunk's size stands anything", _has(_CHUNKED, rb"\n[0-9a-f]+[^0-9a-f\r\n][^\n]*\n"), _refused_by_h11
    ),
    Rule("a trailer is not folded", _has(_CHUNKED, rb"\n\r?\n.*\n[ \t][^:\n]*\n"), _refused_by_us),
    Rule("HTTP/1.0 is kept alive", _has(rb"HTTP/1\.0", rb"Connection:[^\n]*keep-alive"), _only("headers", "reusable")),
)


def explanation(case: Case, theirs: Result, ours: Result) -> str | None:
    """The reason of the first rule that explains why they differ."""
    return next((rule.reason for rule in RULES if rule.differs(theirs, ours) and rule.concerns(case)), None)


def differences(seed: int, count: int) -> tuple[Counter[str], list[tuple[Case, Result, Result]]]:
    """How often each rule was the reason, and what none explains."""
    explained: Counter[str] = Counter()
    unexplained = []
    for case in cases(seed, count):
        theirs, ours = through_h11(case), through_ours(case)
        if theirs == ours:
            explained["the same"] += 1
        elif reason := explanation(case, theirs, ours):
            explained[reason] += 1
        else:
            unexplained.append((case, theirs, ours))
    return explained, unexplained


def main() -> int:
    options = argparse.ArgumentParser(description="Compare Http1 with h11.")
    options.add_argument("--answers", type=int, default=400_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    explained, unexplained = differences(asked.seed, asked.answers)
    for reason, count in explained.most_common():
        print(f"{count:9} {reason}")
    for case, theirs, ours in unexplained[:20]:
        print(f"UNEXPLAINED {case}\n    h11:  {theirs}\n    ours: {ours}")
    print(f"{len(unexplained)} of {asked.answers} are not explained")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
