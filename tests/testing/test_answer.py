"""What an answer is on the wire."""

import math
from collections.abc import Callable

import pytest
from PIL import Image

from dl7450.testing import Answer, picture
from dl7450.testing._answer import Ending, Fault, Piece, Script


def whole(answer: Answer) -> bytes:
    return b"".join(piece.data for piece in answer.script("GET", 40).pieces)


@pytest.mark.parametrize(
    ("answer", "wire"),
    [
        (Answer(), b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        (Answer(body=b"ab"), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"),
        (
            Answer(404, body="wo?"),
            b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n\r\nwo?",
        ),
        (
            Answer(json=None),
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nnull",
        ),
        (
            Answer(headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]),
            b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n",
        ),
        (
            Answer(headers={"content-type": "x/y", "Content-Length": "3"}, json="a"),
            b'HTTP/1.1 200 OK\r\ncontent-type: x/y\r\nContent-Length: 3\r\n\r\n"a"',
        ),
        (Answer(204), b"HTTP/1.1 204 No Content\r\n\r\n"),
        (Answer(599), b"HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n"),
        (
            Answer(headers={"Transfer-Encoding": "chunked"}, body="abc"),
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            b"3\r\nabc\r\n0\r\n\r\n",
        ),
        (
            Answer(headers={"Transfer-Encoding": "chunked"}),
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
    ],
)
def test_an_answer_goes_over_the_wire_as_it_was_given(answer: Answer, wire: bytes) -> None:
    assert whole(answer) == wire


@pytest.mark.parametrize(
    "make", [lambda: "navy", lambda: picture("navy"), lambda: Image.new("RGB", (1920, 1080), "navy")]
)
def test_a_picture_is_a_colour_or_a_file_or_an_image(make: Callable[[], object]) -> None:
    head, _, body = whole(Answer(picture=make())).partition(b"\r\n\r\n")  # type: ignore[arg-type] # one of them
    assert b"Content-Type: image/png" in head
    assert body == picture("navy").data


def test_a_picture_says_what_it_is() -> None:
    assert b"Content-Type: image/jpeg" in whole(Answer(picture=picture("red", (4, 3), "JPEG")))
    assert b"Content-Type: image/bmp" in whole(Answer(picture=picture("red", (4, 3), "BMP")))


def test_after_an_answer_the_connection_is_kept_unless_it_says_otherwise() -> None:
    assert Answer(body=b"a", delay=2).script("GET", 40).ending is Ending.KEEP
    assert Answer(headers={"Connection": "close"}).script("GET", 40).ending is Ending.CLOSE


def test_an_answer_to_head_has_no_body() -> None:
    assert Answer(body=b"ab").script("HEAD", 40) == Script(
        (Piece(0, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),), Ending.KEEP
    )


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"


@pytest.mark.parametrize(
    ("fault", "script"),
    [
        ("reset", Script((Piece(3, b""),), Ending.RESET)),
        ("hang", Script((), Ending.HANG)),
        ("truncate", Script((Piece(3, HEAD + b"ab"),), Ending.CLOSE)),
        ("garbage", Script((Piece(3, b"abcd"),), Ending.CLOSE)),
    ],
)
def test_a_fault_is_a_script_too(fault: Fault, script: Script) -> None:
    assert Answer(body=b"abcd", delay=3, fault=fault).script("GET", 40) == script


@pytest.mark.parametrize(("patience", "last"), [(10, 9), (math.inf, 54)])
def test_a_slow_answer_ends_within_the_patience_of_the_app(patience: float, last: float) -> None:
    pieces = Answer(body=b"abcd", fault="slow").script("GET", patience).pieces
    assert b"".join(piece.data for piece in pieces) == HEAD + b"abcd"
    assert [piece.after for piece in pieces] == pytest.approx([last * step / 10 for step in range(1, 11)])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Answer(28), "status must be from 200 to 999, not 28; a failed connection is a fault"),
        (lambda: Answer(delay=-1), "delay must be 0 or more seconds, not -1"),
        (lambda: Answer(body=b"", json=1), "an answer has one body: pass one of body, json and picture"),
        (lambda: Answer(204, body="a"), "an answer with status 204 has no body: leave it out"),
        (lambda: Answer(picture="blurple"), "unknown color specifier: 'blurple'"),
        (
            lambda: Answer(picture=picture(format="GIF")),
            "a dock shows no 'GIF' pictures: use one of PNG, BMP, JPEG",
        ),
        (
            lambda: Answer(headers={"A": "b\r\nC: d"}),
            r"header 'A': 'b\r\nC: d' cannot be sent: it has a line break or another control in it",
        ),
        (
            lambda: Answer(fault="flood"),  # type: ignore[arg-type] # that is the mistake
            "there is no fault 'flood': use one of dns, refuse, bad_certificate, reset, truncate, garbage, hang, slow",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(make: Callable[[], Answer], message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the whole message is compared
        make()
    assert str(refused.value) == message
