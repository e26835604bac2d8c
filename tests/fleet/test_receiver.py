"""The receiver, over real sockets: what it keeps, and what it answers."""

import gzip
import json
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
import trio
from google.protobuf.json_format import MessageToDict
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from starlette.applications import Starlette

import dl7450_telemetry
from dl7450_telemetry.fleet.columns import Batch
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.owner import StoreOwner
from dl7450_telemetry.fleet.receiver.body import Bounds
from dl7450_telemetry.fleet.receiver.intake import Intake
from dl7450_telemetry.fleet.receiver.routes import otlp_routes
from dl7450_telemetry.fleet.server import check_open_to, serve
from dl7450_telemetry.fleet.store import Store, StoreError, open_store
from dl7450_telemetry.fleet.store.duckdb_store import DuckDbStore
from tests.fleet._otlp import START, requests_of_docks

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}
DAY = Filters(START, START + 86_400 * 10**9)


@asynccontextmanager
async def receiving(
    store: Store,
    bounds: Bounds = Bounds(),  # noqa: B008
    token: str | None = None,
) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client of a receiver that keeps what it gets in a store."""
    stop = trio.Event()
    intake = Intake(StoreOwner(store))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(intake.run)
        url = await nursery.start(serve, Starlette(routes=otlp_routes(intake, bounds, token)), "127.0.0.1:0", stop)
        async with httpx2.AsyncClient(base_url=url, timeout=60, limits=httpx2.Limits()) as client:
            yield client
        stop.set()
        nursery.cancel_scope.cancel()


async def test_what_is_acknowledged_has_been_kept() -> None:
    store = open_store(":memory:")
    async with receiving(store) as client:
        answer = await client.post(
            "/v1/traces", content=requests_of_docks("A1", "B2", spans=10).SerializeToString(), headers=PROTOBUF
        )
        docks = await StoreOwner(store).ask("docks", DAY)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-protobuf")
    assert ExportTraceServiceResponse.FromString(answer.content) == ExportTraceServiceResponse()
    assert [(row["dock"], row["requests"], row["failures"]) for row in docks.dicts()] == [("A1", 10, 1), ("B2", 10, 1)]
    store.close()


async def test_a_request_that_is_repeated_is_kept_once(tmp_path: Path) -> None:
    body = requests_of_docks("A1", spans=10).SerializeToString()

    async def send_often(client: httpx2.AsyncClient, times: int) -> None:
        async def send(number: int) -> None:
            headers = PROTOBUF | ({"Content-Encoding": "gzip"} if number % 2 else {})
            answer = await client.post(
                "/v1/traces", content=gzip.compress(body) if number % 2 else body, headers=headers
            )
            assert answer.status_code == 200

        async with trio.open_nursery() as nursery:
            for number in range(times):
                nursery.start_soon(send, number)

    for _ in range(2):  # before and after a restart
        store = open_store(str(tmp_path))
        async with receiving(store) as client:
            await send_often(client, 4)
            await send_often(client, 1)
        assert store.query("SELECT count(*) FROM otel_traces", {}) == [(10,)]
        store.close()


async def test_json_and_gzip_are_taken_and_damaged_spans_are_told() -> None:
    export = MessageToDict(requests_of_docks("A1", spans=2), use_integers_for_enums=True)
    export["resourceSpans"][0]["scopeSpans"][0]["spans"][1]["spanId"] = "short"
    store = open_store(":memory:")
    async with receiving(store) as client:
        answer = await client.post(
            "/v1/traces",
            content=gzip.compress(json.dumps(export).encode()),
            headers={"Content-Type": "application/json; charset=utf-8", "Content-Encoding": "gzip"},
        )
        [dock] = (await StoreOwner(store).ask("docks", DAY)).dicts()
    assert dock["requests"] == 1
    assert answer.json() == {
        "partialSuccess": {"rejectedSpans": "1", "errorMessage": "'short' is not an id of 8 bytes in hex"}
    }
    store.close()


@pytest.mark.parametrize(
    ("content", "headers", "status", "message"),
    [
        (b"\xff\xff", PROTOBUF, 400, "not an ExportTraceServiceRequest"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "'text/plain' is not known"),
        (b"x", PROTOBUF | {"Content-Encoding": "br"}, 415, "send gzip"),
        (b"x" * 99, PROTOBUF | {"Content-Encoding": "gzip"}, 400, "not gzip"),
        (gzip.compress(b"x" * 99, mtime=0)[:-9], PROTOBUF | {"Content-Encoding": "gzip"}, 400, "cut off"),
        (bytes(2000), PROTOBUF, 413, "more than 1000 bytes"),
        (gzip.compress(bytes(10**6), mtime=0), PROTOBUF | {"Content-Encoding": "gzip"}, 413, "more than 1000 bytes"),
    ],
)
async def test_what_cannot_be_taken_is_refused_with_a_status(
    content: bytes, headers: dict[str, str], status: int, message: str
) -> None:
    store = open_store(":memory:")
    async with receiving(store, Bounds(body=1000)) as client:
        answer = await client.post("/v1/traces", content=content, headers=headers)
    assert answer.status_code == status
    assert message in Status.FromString(answer.content).message
    store.close()


async def test_more_than_can_be_held_is_to_be_sent_later() -> None:
    store = open_store(":memory:")
    async with receiving(store, Bounds(waiting=100)) as client:
        answer = await client.post("/v1/traces", content=bytes(200), headers=PROTOBUF)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    store.close()


class FullStore(DuckDbStore):
    """A store whose disk is full for the first so many inserts."""

    def __init__(self, times: int = 1) -> None:
        super().__init__(None)
        self._times = times

    def insert(self, batch: Batch, requests: Collection[int] = ()) -> None:
        self._times -= 1
        if self._times >= 0:
            raise StoreError("the disk is full")
        super().insert(batch, requests)


async def test_what_cannot_be_kept_is_not_acknowledged() -> None:
    async with receiving(FullStore()) as client:
        answer = await client.post("/v1/traces", content=requests_of_docks("A1").SerializeToString(), headers=PROTOBUF)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert Status.FromString(answer.content).message == "the disk is full"


async def test_a_request_that_was_refused_may_be_repeated() -> None:
    store = FullStore()
    async with receiving(store) as client:
        body = requests_of_docks("A1", spans=10).SerializeToString()
        statuses = [(await client.post("/v1/traces", content=body, headers=PROTOBUF)).status_code for _ in range(3)]
    assert statuses == [503, 200, 200]
    assert store.query("SELECT count(*) FROM otel_traces", {}) == [(10,)]
    store.close()


async def test_a_sender_that_dribbles_is_let_go_and_delays_nobody() -> None:
    store = open_store(":memory:")
    async with receiving(store, Bounds(seconds=0.2)) as client:
        port = client.base_url.port
        assert port is not None
        async with await trio.open_tcp_stream("127.0.0.1", port) as slow:
            head = "POST /v1/traces HTTP/1.1\nHost: a\nContent-Type: application/x-protobuf\nContent-Length: 9\n\n"
            await slow.send_all(head.replace("\n", "\r\n").encode() + b"x")
            answer = await client.post(
                "/v1/traces", content=requests_of_docks("A1").SerializeToString(), headers=PROTOBUF
            )
            assert answer.status_code == 200
            with trio.fail_after(10):
                assert (await slow.receive_some()).startswith(b"HTTP/1.1 408 ")
    store.close()


async def test_logs_are_answered_honestly() -> None:
    logs = ExportLogsServiceRequest()
    logs.resource_logs.add().scope_logs.add().log_records.extend([LogRecord(), LogRecord()])
    store = open_store(":memory:")
    async with receiving(store) as client:
        answer = await client.post("/v1/logs", content=logs.SerializeToString(), headers=PROTOBUF)
        in_json = await client.post("/v1/logs", json=MessageToDict(logs))
        damaged = [await client.post("/v1/logs", content=body, headers=JSON) for body in ("[]", '{"resourceLogs": 1}')]
    partial = ExportLogsServiceResponse.FromString(answer.content).partial_success
    said = "logs are not kept here: set OTEL_LOGS_EXPORTER=none"
    assert (answer.status_code, partial.rejected_log_records, partial.error_message) == (200, 2, said)
    assert in_json.json() == {"partialSuccess": {"rejectedLogRecords": "2", "errorMessage": said}}
    assert [answer.status_code for answer in damaged] == [400, 400]
    store.close()


async def test_two_hundred_senders_at_once_lose_nothing() -> None:
    store = open_store(":memory:")
    async with receiving(store) as client:
        answers: list[int] = []

        async def send(number: int) -> None:
            export = requests_of_docks(f"{number:03}", spans=20, seed=number)
            answer = await client.post("/v1/traces", content=export.SerializeToString(), headers=PROTOBUF)
            answers.append(answer.status_code)

        async with trio.open_nursery() as nursery:
            for number in range(200):
                nursery.start_soon(send, number)
        docks = (await StoreOwner(store).ask("docks", DAY)).dicts()
    assert answers == [200] * 200
    assert [row["requests"] for row in docks] == [20] * 200
    store.close()


async def test_our_own_exporter_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "fleet"))
    async with receiving(store) as client:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", str(client.base_url).rstrip("/"))

        def export() -> None:
            with dl7450_telemetry.configure(service_name="carousel", set_global=False) as configured:
                configured.tracer_provider(device_id="A1").get_tracer("test").start_span("dl7450.app").end()
                meter = configured.meter_provider(device_id="A1").get_meter("test")
                meter.create_histogram("trio.scheduler.lag", "s").record(0.25)
                meter.create_up_down_counter("trio.task.count", "{task}").add(3)

        await trio.to_thread.run_sync(export)
        spans = store.query("SELECT SpanName, ServiceName, DeviceId FROM otel_traces", {})
        lag = store.query("SELECT MetricName, DeviceId, Count, Sum FROM otel_metrics_histogram", {})
        tasks = store.query("SELECT MetricName, MetricUnit, Value FROM otel_metrics_sum", {})
    assert spans == [("dl7450.app", "carousel", "A1")]
    assert lag == [("trio.scheduler.lag", "A1", 1, 0.25)]
    assert tasks == [("trio.task.count", "{task}", 3.0)]
    store.close()


async def test_a_token_is_asked_for_where_others_send() -> None:
    store = open_store(":memory:")
    export = requests_of_docks("A1").SerializeToString()
    async with receiving(store, token="s3cret") as client:
        answers = [
            (await client.post("/v1/traces", content=export, headers=PROTOBUF | shown)).status_code
            for shown in ({}, {"Authorization": "Bearer s3cre"}, {"Authorization": "Bearer s3cret"})
        ]
    assert answers == [401, 401, 200]
    store.close()


def test_an_address_that_others_reach_needs_a_token() -> None:
    for address in ("127.0.0.1:4318", "[::1]:4318", "localhost:4318"):
        check_open_to(address, None)
    check_open_to("0.0.0.0:4318", "s3cret")
    for address in ("0.0.0.0:4318", "fleet.example:4318", ":4318"):
        with pytest.raises(ValueError, match="set a token in the environment, DL7450_FLEET_TOKEN"):
            check_open_to(address, None)
