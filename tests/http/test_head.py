"""`Head`: however an answer's head arrives, it is judged the same, and early."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dl7450.http._head import HEAD_MAX, HEADERS_MAX, LINE_MAX, Head

FINAL = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\n"


def fed(*pieces: bytes) -> Head:
    head = Head()
    for piece in pieces:
        head.feed(piece)
    return head


def verdict(head: Head) -> dict[str, bool]:
    names = ("complete", "too_large", "settled", "is_http", "is_later_http", "is_empty", "has_status_line")
    return {name: getattr(head, name) for name in names}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(FINAL, id="head"),
        pytest.param(FINAL + b"hi", id="with-some-body"),
        pytest.param(INTERIM * 3 + FINAL, id="after-interim-answers"),
        pytest.param(b"HTTP/1.1 200 OK\nX-A: b\n\n", id="bare-line-feeds"),
        pytest.param(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", id="101-is-final"),
    ],
)
def test_a_head_is_complete_with_its_blank_line(data: bytes) -> None:
    head = fed(data)

    assert (head.complete, head.is_http, head.take()) == (True, True, data)


@pytest.mark.parametrize("data", [b"", b"H", FINAL[:-1], INTERIM, INTERIM + b"HTTP/1.1 2"])
def test_a_head_that_may_go_on_is_not_settled(data: bytes) -> None:
    assert not fed(data).settled


@pytest.mark.parametrize(
    "data",
    [
        b"\x15",
        b"hello",
        b"\r\n",
        b"HTTPS",
        b"HTTP/1.1 20\r\n",
        b"HTTP/1.1 2000 OK\r\n",
        b"HTTP/1.2 200 OK\n",
        b"HTTP/2 200\n",
    ],
)
def test_what_is_not_http_is_settled_at_once(data: bytes) -> None:
    head = fed(data)

    assert (head.settled, head.is_http, head.complete) == (True, False, False)


@given(st.sampled_from([FINAL, INTERIM + FINAL, b"what is this?\r\n\r\n", FINAL[:20]]), st.sets(st.integers(1, 90)))
def test_how_it_arrives_does_not_matter(data: bytes, cuts: set[int]) -> None:
    ends = [*sorted(cut for cut in cuts if cut < len(data)), len(data)]
    head = fed(*(data[start:end] for start, end in zip([0, *ends], ends, strict=False)))

    assert verdict(head) == verdict(fed(data))
    assert head.take() == data


@pytest.mark.parametrize(
    ("data", "taken"),
    [
        (b"HTTP/1.1 200 OK\r\nX-A: b\r\nX-B", b"HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"),
        (INTERIM + b"HTTP/1.1 200 OK\r\nX", INTERIM + b"HTTP/1.1 200 OK\r\n\r\n"),
        (b"HTTP/1.1 200 O", b""),
        (INTERIM, b""),
        (INTERIM[:30], b""),
        (b"", b""),
    ],
)
def test_whole_lines_count_when_no_more_will_come(data: bytes, taken: bytes) -> None:
    assert fed(data).take_cut_off() == taken


LINE = b"X-A: " + b"v" * (LINE_MAX - 6)


@pytest.mark.parametrize(
    ("pieces", "too_large"),
    [
        ((b"HTTP/1.1 200 OK\r\n", LINE + b"\r\n\r\n"), False),
        ((b"HTTP/1.1 200 OK\r\n", LINE + b"vv\r\n\r\n"), True),
        ((b"HTTP/1.1 200 OK\r\n", LINE, b"v", b"v"), True),
        ((b"HTTP/1.1 200 OK\r\n", *[LINE + b"\r\n"] * 2, b"\r\n"), False),
        ((b"HTTP/1.1 200 OK\r\n", *[LINE + b"\r\n"] * 3), True),
        ((INTERIM * (HEAD_MAX // len(INTERIM)), INTERIM), True),
        ((FINAL + b"b" * HEAD_MAX,), False),
        ((b"HTTP/1.1 200 OK\r\n", b"X:\r\n" * HEADERS_MAX, b"\r\n"), False),
        ((b"HTTP/1.1 200 OK\r\n", b"X:\r\n" * HEADERS_MAX, b"X:\r\n"), True),
        ((b"HTTP/1.1 200 OK\n" + b"X:\n \n" * HEADERS_MAX,), True),
        ((INTERIM * HEADERS_MAX, b"HTTP/1.1 200 OK\r\n\r\n"), False),
        ((INTERIM * HEADERS_MAX, FINAL), True),
        ((FINAL + b"\n" * 2 * HEADERS_MAX,), False),
    ],
    ids=[
        "line",
        "line-too-long",
        "unended-line",
        "two-lines",
        "three-lines",
        "interim-answers",
        "body",
        "headers",
        "too-many-headers",
        "too-many-folds",
        "headers-of-interim-answers",
        "too-many-of-those",
        "body-lines",
    ],
)
def test_a_head_has_a_bound(pieces: tuple[bytes, ...], too_large: bool) -> None:
    head = Head()
    for piece in pieces:
        if not head.settled:
            head.feed(piece)

    assert head.too_large == too_large
