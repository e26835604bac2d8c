"""Trace files: read as other tools write them, forgiven what the standard forgives, and past what is damaged."""

import gzip
import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from dl7450_telemetry import EventRecord, SpanRecord, TraceFileError, _trace_file, read_trace_file

# What the Collector's file exporter writes for a span: empty objects, empty ids, absent defaults.
COLLECTOR_LINE = (
    '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"carousel"}}]},'
    '"scopeSpans":[{"scope":{},"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",'
    '"spanId":"00f067aa0ba902b7","parentSpanId":"","name":"tick","kind":1,"startTimeUnixNano":"1000",'
    '"endTimeUnixNano":"2000","attributes":[{"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"},'
    '{"doubleValue":0.5}]}}},{"key":"map","value":{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":true}}]'
    '}}},{"key":"raw","value":{"bytesValue":"AAE="}},{"key":"none","value":{}}],"status":{}}]}]}]}\n'
)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    return path


TICK = SpanRecord(
    trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
    span_id="00f067aa0ba902b7",
    name="tick",
    start=1000,
    end=2000,
    attributes={"list": (1, 0.5), "map": {"k": True}, "raw": b"\x00\x01", "none": None},
    resource={"service.name": "carousel"},
)


@pytest.mark.parametrize(
    "text",
    [
        COLLECTOR_LINE,
        "\n\n" + COLLECTOR_LINE + "\n",
        json.dumps(json.loads(COLLECTOR_LINE), indent=2),
        COLLECTOR_LINE.replace("4bf92f3577b34da6a3ce929d0e0e4736", "S/kvNXezTaajzpKdDg5HNg==").replace(
            "00f067aa0ba902b7", "APBnqgupArc="
        ),
        COLLECTOR_LINE.replace('"kind":1', '"kind":"SPAN_KIND_INTERNAL"').replace('"1000"', "1000"),
        '{"resourceMetrics":[]}\n' + COLLECTOR_LINE + '{"resourceLogs":[]}\n',
    ],
    ids=["collector", "blank lines", "several lines", "base64 ids", "enum names, bare integers", "other signals"],
)
def test_what_other_tools_write_is_read(tmp_path: Path, text: str) -> None:
    assert read_trace_file(write(tmp_path / "t.jsonl", text)) == [TICK]


def nested(levels: int) -> str:
    """A line with an attribute that is a list in a list in a list."""
    value = '{"arrayValue":{"values":[' * levels + "]}}" * levels
    return COLLECTOR_LINE.replace('{"boolValue":true}', value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (COLLECTOR_LINE + "{oops\n", r"t\.jsonl, line 2: not JSON .*column 2"),
        (COLLECTOR_LINE[:-40], r"t\.jsonl, line 1: not JSON"),
        (COLLECTOR_LINE + "\n[1]\n", r"t\.jsonl, line 3: not an OTLP trace export: not a JSON object"),
        ('{"spans": []}', r"line 1: not an OTLP trace export: 'resourceSpans' is missing"),
        (COLLECTOR_LINE.replace("00f067aa0ba902b7", "00f067"), r"line 1: .*'00f067' is not an id of 8 bytes in hex"),
        (COLLECTOR_LINE.replace("00f067aa0ba902b7", "00f067aa0ba902bx"), r"line 1: .*is not an id of 8 bytes in hex"),
        (COLLECTOR_LINE.replace('"1000"', '"1' + "0" * 30 + '"'), r"line 1: .*is not a time in nanoseconds since 1970"),
        (COLLECTOR_LINE.replace('"00f067aa0ba902b7"', "null"), r"line 1: .*None is not an id of 8 bytes in hex"),
        (COLLECTOR_LINE.replace('"1000"', '"' + "1" * 5000 + '"'), r"line 1: .*has more digits than 64 bits can hold"),
        (COLLECTOR_LINE.replace('"1000"', "-1"), r"line 1: .*-1 is not a time in nanoseconds since 1970"),
        (COLLECTOR_LINE.replace('"1000"', "1.5"), r"line 1: .*1.5 is not a whole number"),
        (COLLECTOR_LINE.replace('"1000"', "9" * 5000), r"line 1: JSON that cannot be read"),
        (COLLECTOR_LINE.replace('"tick"', "5"), r"line 1: .*5 is not a text"),
        (COLLECTOR_LINE.replace('"kind":1', '"kind":[]'), r"line 1: .*\[\] is not a number of SPAN_KIND_"),
        (COLLECTOR_LINE.replace('"scope":{}', '"scope":7'), r"line 1: .*7 is not a JSON object"),
        (
            COLLECTOR_LINE.replace('"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",', ""),
            r"line 1: .*'traceId' is missing",
        ),
        ("[" * 100_000, r"line 1: JSON that cannot be read"),
        (nested(150), r"line 1: .*an attribute is nested more than 100 levels deep"),
        ("\udce9", r"line 1: not UTF-8 text"),
        (COLLECTOR_LINE.replace('"boolValue":true', '"boolValue":"yes"'), r"line 1: .*is not an attribute value"),
        ('{"resourceSpans": [[]]}', r"line 1: not an OTLP trace export"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TraceFileError, match=message):
        read_trace_file(write(tmp_path / "t.jsonl", text))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + COLLECTOR_LINE,
        COLLECTOR_LINE.replace('"kind":1', '"kind":1,"events":null,"links":null,"flags":257,"new":{}'),
        COLLECTOR_LINE.replace('"status":{}', '"status":null').replace('"scope":{}', '"scope":null'),
        COLLECTOR_LINE.replace('"intValue":"1"', '"intValue":1.0').replace('"value":{}', '"value":null'),
        COLLECTOR_LINE.replace('"value":{}', '"value":{"stringValue":null}'),
        "{}\n" + COLLECTOR_LINE + '{"resourceSpans":null}\n{"resourceSpans":[{"scopeSpans":[{"spans":[]}]}]}',
        COLLECTOR_LINE.rstrip() + COLLECTOR_LINE.replace("00f067aa0ba902b7", "00f067aa0ba902b8").rstrip(),
        json.dumps(json.loads(COLLECTOR_LINE), indent=0) + "\n" + json.dumps(json.loads(COLLECTOR_LINE), indent=1),
    ],
    ids=["BOM", "nulls", "more nulls", "5.0", "null values", "nothing", "no line break", "no indent, two requests"],
)
def test_reading_forgives_what_the_standard_forgives(tmp_path: Path, text: str) -> None:
    records = read_trace_file(write(tmp_path / "t.jsonl", text))
    assert {record.span_id: record for record in records}[TICK.span_id] == TICK


def test_what_is_missing_has_its_default(tmp_path: Path) -> None:
    text = '{"resourceSpans":[{"resource":null,"scopeSpans":[{"spans":[{"traceId":"%032x","spanId":"%016x","name":null,'
    text += '"kind":99,"status":{"code":99},"attributes":[{"value":{"arrayValue":{}}}],"events":[{}]}]}]}]}'
    [record] = read_trace_file(write(tmp_path / "t.jsonl", text % (1, 2)))
    assert record == SpanRecord(
        f"{1:032x}", f"{2:016x}", "", 0, 0, kind="UNSPECIFIED", attributes={"": ()}, events=(EventRecord("", 0),)
    )


def whole_and_damaged(path: Path) -> tuple[list[SpanRecord], list[str]]:
    """What can be read of a file, and what is said about the rest."""
    damage: list[TraceFileError] = []
    return read_trace_file(path, on_damage=damage.append), [str(error).partition(": ")[2] for error in damage]


@pytest.mark.parametrize(
    ("text", "damage"),
    [
        (COLLECTOR_LINE + COLLECTOR_LINE[:-40], ["not JSON ("]),
        (COLLECTOR_LINE[:-40] + "\n" + COLLECTOR_LINE, ["not JSON ("]),
        (COLLECTOR_LINE[:300] + COLLECTOR_LINE, ["not JSON ("]),
        ("INFO: started\nINFO: ready\n" + COLLECTOR_LINE, ["not JSON (Expecting value", "not JSON (Expecting value"]),
        (COLLECTOR_LINE + '{"resourceSpans":[[]]}\n', ["not an OTLP trace export: [] is not a JSON object"]),
    ],
    ids=["at the end", "in the middle", "no line break", "a log", "another shape"],
)
def test_what_is_whole_in_a_damaged_file_can_be_read(tmp_path: Path, text: str, damage: list[str]) -> None:
    records, said = whole_and_damaged(write(tmp_path / "t.jsonl", text))
    assert records == [TICK]
    assert len(said) == len(damage)
    assert all(message.startswith(start) for message, start in zip(said, damage, strict=True))


def test_a_damaged_span_costs_itself_only(tmp_path: Path) -> None:
    request = json.loads(COLLECTOR_LINE)
    spans = request["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans.insert(0, {**spans[0], "spanId": "5"})
    records, said = whole_and_damaged(write(tmp_path / "t.jsonl", json.dumps(request)))
    assert records == [TICK]
    assert said == ["not an OTLP trace export: '5' is not an id of 8 bytes in hex"]


def test_a_file_may_be_compressed_with_gzip_and_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"  # by what is in it, not by its name
    path.write_bytes(gzip.compress(COLLECTOR_LINE.encode()) + gzip.compress(COLLECTOR_LINE.encode()))
    assert read_trace_file(path) == [TICK, TICK]
    many = "".join(COLLECTOR_LINE.replace("00f067aa0ba902b7", f"{number:016x}") for number in range(1000))
    path.write_bytes(gzip.compress(many.encode())[:-2000])
    records, [said] = whole_and_damaged(path)
    assert records[0] == replace(TICK, span_id=f"{0:016x}")
    assert len(records) > 100
    assert said.startswith("the compressed data are cut off or damaged")


def test_a_pipe_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(COLLECTOR_LINE,))
    writer.start()
    assert read_trace_file(path) == [TICK]
    writer.join()


def test_a_request_without_an_end_is_read_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_trace_file, "_MAX_REQUEST", 2000)
    path = write(tmp_path / "t.jsonl", COLLECTOR_LINE + "{" + " " * 2000 + COLLECTOR_LINE)
    assert whole_and_damaged(path) == ([TICK], ["a request of more than 2000 bytes"])
