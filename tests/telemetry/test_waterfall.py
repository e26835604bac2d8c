"""The waterfall, line by line, at several widths."""

import re
from io import BytesIO, StringIO, TextIOWrapper

from rich.console import Console

from dl7450_telemetry import SpanRecord, Waterfall, traces, waterfall
from tests.telemetry._spans import TRACE_ID, get, span

OTHER = "7d1e0aa1c2b34da6a3ce929d0e0e0001"
HOST = "http://127.0.0.1:8000"

RUN = [
    span("dl7450.app", 0, 260, id=1, attributes={"code.function.name": "carousel.main"}),
    get(f"{HOST}/pictures.json", 4, 92, id=2, parent=1, sent=10, first_byte=60),
    span("DNS lookup localhost", 4.2, 5, id=3, parent=2),
    span("socket connect 127.0.0.1:8000", 5, 9, id=4, parent=2),
    get(f"{HOST}/pictures/a-picture-with-a-long-name.png", 100, 250, id=5, parent=1, sent=101, first_byte=140),
    span("dl7450.render", 251, 259, id=6, parent=1),
    span("dl7450.timer", 1000, 1900, id=11, trace_id=OTHER, links=[(TRACE_ID, 1)]),
    get(f"{HOST}/a.png", 1001, 1300, id=12, parent=11, trace_id=OTHER, sent=1002, first_byte=1240),
    span("dl7450.callback", 1301, 1420, id=13, parent=12, trace_id=OTHER, error_type="ValueError"),
    get(f"{HOST}/missing.png", 1001, 1060, id=14, parent=11, trace_id=OTHER, status=404, sent=1002, first_byte=1050),
    get(
        "http://127.0.0.1:9/closed.png",
        1001,
        1002.1,
        id=15,
        parent=11,
        trace_id=OTHER,
        status=None,
        error_type="CURLE_COULDNT_CONNECT",
    ),
    get(f"{HOST}/gone.png", 1001, 1500, id=16, parent=11, trace_id=OTHER, status=None, cancelled=True, sent=1100),
    span("mark", 1500, 1500, id=17, parent=11, trace_id=OTHER, events=[("task blocked", 1500)]),
    span("orphan", 1600, 1700, id=18, parent=99, trace_id=OTHER),
]

AT_80_COLUMNS = """\
07:12:58.120  carousel A1  260 ms, 6 spans  4bf92f3577b34da6a3ce929d0e0e4736
dl7450.app carousel.main    ━━━━━━━━━━━━━━━━━━━━━━━  260 ms
├─ GET …:8000/pictures.json ░▒▒▒▒███                88.0 ms 200
│  ├─ DNS lookup localhost  ╸                       0.80 ms
│  └─ socket connect 127.0… ━                       4.00 ms
├─ GET …ith-a-long-name.png         ░▒▒▒██████████   150 ms 200
└─ dl7450.render                                  ━ 8.00 ms

07:12:59.120  carousel A1  900 ms, 8 spans, 3 failed  7d1e0aa1c2b34da6a3ce929d0…
↳ linked to dl7450.app in 4bf92f3577b34da6a3ce929d0e0e4736
dl7450.timer                ━━━━━━━━━━━━━━━━━━━━━━━  900 ms
├─ GET 127.0.0.1:8000/a.png ▒▒▒▒▒▒██                 299 ms 200
│  └─ dl7450.callback              ╺━━╸              119 ms ValueError
├─ GET ….1:8000/missing.png ▒█                      59.0 ms 404
├─ GET ….0.0.1:9/closed.png ░                       1.10 ms COULDNT_CONNECT
├─ GET …0.0.1:8000/gone.png ░░░▒▒▒▒▒▒▒▒▒▒            499 ms cancelled
└─ mark                                 ◆           0.00 ms
⋯ orphan                                   ━━━       100 ms

░░ until sent  ▒▒ until the first byte  ██ until the end
"""

AT_40_COLUMNS = """\
07:12:59.120  carousel A1  900 ms, 8 sp…
↳ linked to a span in 4bf92f3577b34da6a…
dl7450.timer           900 ms
├─ GET ….1:8000/a.png  299 ms 200
│  └─ dl7450.callback  119 ms ValueError
├─ GET …0/missing.png 59.0 ms 404
├─ GET …:9/closed.png 1.10 ms COULDNT_C…
├─ GET …8000/gone.png  499 ms cancelled
└─ mark               0.00 ms
⋯ orphan               100 ms

"""


def drawn(spans: list[SpanRecord], width: int, *, max_traces: int = 20, max_spans: int = 60) -> str:
    out = StringIO()
    Console(file=out, width=width).print(waterfall(spans, max_traces=max_traces, max_spans=max_spans))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def test_a_waterfall_at_80_columns() -> None:
    assert drawn(RUN, 80) == AT_80_COLUMNS


def test_a_waterfall_without_room_for_bars_has_none() -> None:
    assert drawn(RUN[6:], 40) == AT_40_COLUMNS


def test_no_line_is_wider_than_the_terminal() -> None:
    for width in range(20, 130, 7):
        assert max(len(line) for line in drawn(RUN, width).splitlines()) <= width


def test_a_wide_terminal_shows_whole_urls_and_error_types() -> None:
    text = drawn(RUN, 160)
    assert "GET 127.0.0.1:8000/pictures/a-picture-with-a-long-name.png " in text
    assert " CURLE_COULDNT_CONNECT" in text


def test_failures_are_red() -> None:
    out = StringIO()
    Console(file=out, width=80, force_terminal=True, color_system="standard").print(waterfall(RUN[6:]))
    text = out.getvalue()
    assert "\x1b[31mGET\x1b[0m" in text
    assert "\x1b[31m 404" in text
    assert "\x1b[31m 200" not in text


def test_a_terminal_without_unicode_gets_ascii() -> None:
    out = TextIOWrapper(BytesIO(), encoding="ascii")
    Console(file=out, width=80).print(waterfall([*RUN, span("größe\x1b[2J", 1700, 1701, id=19, trace_id=OTHER)]))
    out.seek(0)
    lines = [line.rstrip() for line in out.read().splitlines()]
    assert lines[3:5] == [
        "|  |- DNS lookup localhost  -                       0.80 ms",
        "|  `- socket connect 127.0~ -                       4.00 ms",
    ]
    assert "gr??e?[2J" in lines[-3]


def test_of_many_traces_the_first_and_the_last_are_drawn() -> None:
    many = [get(f"{HOST}/{number}", number, number + 1, id=1, trace_id=f"{number:032x}") for number in range(1, 101)]
    lines = drawn(many, 80, max_traces=3).splitlines()
    assert [line.split()[1].removeprefix("127.0.0.1:8000") for line in lines if line.startswith("GET")] == [
        "/1",
        "/2",
        "/100",
    ]
    assert "… 97 traces left out" in lines


def test_of_a_long_trace_the_first_and_the_last_spans_are_drawn() -> None:
    chain = [span(str(number), number, 100, id=number, parent=number - 1 or None) for number in range(1, 51)]
    assert [re.sub("[━╸╺ ]+[0-9.]+ ms$", "", line) for line in drawn(chain, 80, max_spans=8).splitlines()] == [
        "07:12:58.121  carousel A1  99.0 ms, 50 spans  4bf92f3577b34da6a3ce929d0e0e4736",
        "1",
        "└─ 2",
        "   └─ 3",
        "      └─ 4",
        "… 42 spans left out",
        "⋯             └─ 47",
        "⋯             └─ 48",
        "⋯             └─ 49",
        "⋯             └─ 50",
        "",
    ]


def test_traces_are_drawn_in_the_order_given() -> None:
    first, second = traces(RUN)
    out = StringIO()
    Console(file=out, width=80).print(Waterfall([second, first]))
    assert out.getvalue().index(OTHER[:20]) < out.getvalue().index("\n07:12:58.120")


def test_no_spans_are_no_lines() -> None:
    assert drawn([], 80) == "\n"
