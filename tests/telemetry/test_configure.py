"""`telemetry.configure`: what the standard variables ask for, and what leaves the process."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.trace import TracerProvider

import dl7450_telemetry
from dl7450_telemetry import Telemetry, read_trace_file, tree
from dl7450_telemetry._otlp_json import Json
from tests.telemetry._receiver import receiving, strings


def configure(trace_file: Path | None = None, max_spans: int = 100) -> Telemetry:
    """Telemetry of the test's own: global providers can be set once in a process only."""
    return dl7450_telemetry.configure(
        service_name="carousel", device_id="A1", trace_file=trace_file, max_spans=max_spans, set_global=False
    )


def make_spans(provider: TracerProvider, *names: str) -> None:
    tracer = provider.get_tracer("test")
    for name in names:
        tracer.start_span(name).end()


def resources_of(request: Json, *names: str) -> list[dict[str, str]]:
    """The named attributes of each resource in an OTLP request."""
    entries = request.get("resourceSpans") or request["resourceMetrics"]
    found = [strings(entry["resource"]["attributes"]) for entry in entries]
    return [{name: attributes[name] for name in names} for attributes in found]


def test_without_an_endpoint_spans_stay_in_the_process() -> None:
    before = threading.active_count()
    with configure() as configured:
        tracer = configured.tracer_provider().get_tracer("test")
        with tracer.start_as_current_span("outer"):
            tracer.start_span("inner").end()
        assert tree(configured.spans()) == "outer\n  inner"
        assert configured.spans()[0].resource["device.id"] == "A1"
        assert isinstance(configured.meter_provider(), metrics.NoOpMeterProvider)
        assert configured.flush()
        assert threading.active_count() == before


def test_the_newest_spans_are_kept_and_the_others_counted() -> None:
    with configure(max_spans=2) as configured:
        make_spans(configured.tracer_provider(), "a", "b", "c")
        assert [span.name for span in configured.spans()] == ["b", "c"]
        assert configured.dropped_spans == 1


def test_ids_repeat_where_they_are_to_and_nothing_is_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    def ids(*, repeatable: bool, device: str = "A1") -> list[tuple[str, str]]:
        with dl7450_telemetry.configure(device_id=device, set_global=False, repeatable_ids=repeatable) as configured:
            make_spans(configured.tracer_provider(), "a", "b")
            return [(span.trace_id, span.span_id) for span in configured.spans()]

    assert ids(repeatable=True) == ids(repeatable=True)
    assert len({*ids(repeatable=True), *ids(repeatable=True, device="B2")}) == 4
    assert ids(repeatable=False) != ids(repeatable=False)
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        assert ids(repeatable=True) != ids(repeatable=True)


def test_an_endpoint_makes_spans_and_metrics_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-key=secret")
        with configure() as configured:
            make_spans(configured.tracer_provider(), "a")
            configured.meter_provider().get_meter("test").create_counter("things").add(3)
        [resource] = resources_of(receiver.next_traces(), "service.name", "device.id")
        assert resource == {"service.name": "carousel", "device.id": "A1"}
        [scope] = receiver.next_metrics()["resourceMetrics"][0]["scopeMetrics"]
        assert [metric["name"] for metric in scope["metrics"]] == ["things"]
        assert [headers["x-key"] for headers in receiver.headers] == ["secret", "secret"]


def test_docks_share_an_exporter_and_keep_their_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        with configure() as configured:
            first = configured.tracer_provider(device_id="A1")
            second = configured.tracer_provider(service_name="clock", device_id="A2")
            assert configured.tracer_provider() is first
            make_spans(first, "a")
            first.shutdown()
            make_spans(second, "b")
            for device_id in ("A1", "A2"):
                meter = configured.meter_provider(device_id=device_id).get_meter("test")
                meter.create_counter("things").add(1)
        docks = resources_of(receiver.next_traces(), "service.name", "device.id")
        assert docks == [
            {"service.name": "carousel", "device.id": "A1"},
            {"service.name": "clock", "device.id": "A2"},
        ]
        assert receiver.traces.empty()
        measured = [resources_of(receiver.next_metrics(), "device.id") for _ in range(2)]
        assert measured == [[{"device.id": "A1"}], [{"device.id": "A2"}]]


def test_each_signal_has_its_own_endpoint_and_exporter(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{receiver.url}/v1/traces")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", f"{receiver.url}/v1/metrics")
        monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
        with configure() as configured:
            make_spans(configured.tracer_provider(), "a")
            assert isinstance(configured.meter_provider(), metrics.NoOpMeterProvider)
        assert receiver.next_traces()
        assert receiver.metrics.empty()


def test_flush_delivers_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        with configure() as configured:
            for name in ("a", "b"):
                make_spans(configured.tracer_provider(), name)
                configured.meter_provider().get_meter("test").create_counter("things").add(1)
                assert configured.flush()
                [scope] = receiver.next_traces()["resourceSpans"][0]["scopeSpans"]
                assert [span["name"] for span in scope["spans"]] == [name]
                assert receiver.next_metrics()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_SAMPLER", "always_off"), ("OTEL_TRACES_EXPORTER", "none")],
)
def test_what_the_standard_variables_switch_off_is_off(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        monkeypatch.setenv(variable, value)
        with configure() as configured:
            make_spans(configured.tracer_provider(), "a")
            kept = [span.name for span in configured.spans()]
        assert receiver.traces.empty()
    assert kept == (["a"] if variable == "OTEL_TRACES_EXPORTER" else [])


def test_a_trace_file_holds_every_finished_span(tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    path.write_text("what was there before")
    with configure(path) as configured:
        make_spans(configured.tracer_provider(), "a", "b")
        make_spans(configured.tracer_provider(device_id="A2"), "c")
        kept = configured.spans()
    assert read_trace_file(path) == kept


def test_a_trace_file_that_cannot_be_opened_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        configure(tmp_path / "missing" / "traces.jsonl")


APP = """
import sys, dl7450_telemetry
from opentelemetry import metrics, trace
dl7450_telemetry.configure(service_name="app", trace_file=sys.argv[1])
again = dl7450_telemetry.configure(service_name="again")
with trace.get_tracer("app").start_as_current_span("of the app"):
    metrics.get_meter("app").create_counter("things").add(1)
assert again.spans() == []
"""


def test_an_apps_own_spans_and_metrics_are_exported_at_exit(tmp_path: Path) -> None:
    # A process of its own, for its global providers and for its exit.
    path = tmp_path / "traces.jsonl"
    environment = {**os.environ, "OTEL_TRACES_EXPORTER": "console", "OTEL_METRICS_EXPORTER": "console"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", APP, str(path)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert '"name": "of the app"' in done.stdout
    assert '"name": "things"' in done.stdout
    assert [(span.name, span.resource["service.name"]) for span in read_trace_file(path)] == [("of the app", "app")]
