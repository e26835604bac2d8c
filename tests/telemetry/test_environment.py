"""The `OTEL_*` variables: a bad value is one message that names the variable and the fix, before anything reads it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dl7450_telemetry
from dl7450_telemetry import check_environment

BAD = [
    ("OTEL_PROPAGATORS", "tracecontext, b3", "OTEL_PROPAGATORS=b3: use baggage, none, tracecontext, or install the "),
    ("OTEL_PYTHON_CONTEXT", "x", "OTEL_PYTHON_CONTEXT=x: use contextvars_context, or install the package that"),
    ("OTEL_PYTHON_TRACER_PROVIDER", "x", "OTEL_PYTHON_TRACER_PROVIDER=x: use default_tracer_provider, sdk_tracer_pro"),
    ("OTEL_PYTHON_METER_PROVIDER", "", "OTEL_PYTHON_METER_PROVIDER=: use default_meter_provider, sdk_meter_provider,"),
    ("OTEL_EXPERIMENTAL_RESOURCE_DETECTORS", "otel,x", "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS=x: use *, "),
    ("OTEL_RESOURCE_ATTRIBUTES", "a=b,c", "OTEL_RESOURCE_ATTRIBUTES has 'c': use key=value"),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "x", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=x: use a whole number from 0 on"),
    ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "-1", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT=-1: use a whole number from 0 on"),
    ("OTEL_SPAN_LINK_COUNT_LIMIT", "1.5", "OTEL_SPAN_LINK_COUNT_LIMIT=1.5: use a whole number from 0 on"),
    ("OTEL_BSP_MAX_QUEUE_SIZE", "10", "OTEL_BSP_MAX_QUEUE_SIZE=10 is less than OTEL_BSP_MAX_EXPORT_BATCH_SIZE=512"),
    ("OTEL_BSP_MAX_QUEUE_SIZE", "", "OTEL_BSP_MAX_QUEUE_SIZE=: use a whole number above 0, or unset it"),
    ("OTEL_BSP_SCHEDULE_DELAY", "0", "OTEL_BSP_SCHEDULE_DELAY=0: use a whole number above 0"),
    ("OTEL_BSP_EXPORT_TIMEOUT", "0", "OTEL_BSP_EXPORT_TIMEOUT=0: use a whole number above 0"),
    ("OTEL_METRIC_EXPORT_INTERVAL", "0", "OTEL_METRIC_EXPORT_INTERVAL=0: use a number of milliseconds above 0"),
    ("OTEL_METRIC_EXPORT_TIMEOUT", "inf", "OTEL_METRIC_EXPORT_TIMEOUT=inf: use a number of milliseconds above 0"),
    ("OTEL_METRICS_EXEMPLAR_FILTER", "x", "OTEL_METRICS_EXEMPLAR_FILTER=x: use trace_based, always_on or always_off"),
    ("OTEL_METRICS_EXEMPLAR_FILTER", "", "OTEL_METRICS_EXEMPLAR_FILTER=: use trace_based, or unset it"),
    ("OTEL_TRACES_SAMPLER", "x", "OTEL_TRACES_SAMPLER=x: use always_on, always_off, "),
    ("OTEL_SDK_DISABLED", "maybe", "OTEL_SDK_DISABLED=maybe: use true or false"),
    ("OTEL_TRACES_EXPORTER", "jaeger", "OTEL_TRACES_EXPORTER=jaeger: use otlp, console or none"),
    ("OTEL_METRICS_EXPORTER", "otlp,prometheus", "OTEL_METRICS_EXPORTER=prometheus: use otlp, "),
    (
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "localhost:4318",
        "OTEL_EXPORTER_OTLP_ENDPOINT=localhost:4318: use a URL such as h",
    ),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "me:secret@host", "OTEL_EXPORTER_OTLP_ENDPOINT=host: use a URL such as http://127"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://[::1", "OTEL_EXPORTER_OTLP_ENDPOINT=http://[::1: use a URL such as http"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:99999", "OTEL_EXPORTER_OTLP_ENDPOINT=http://a:99999: use a URL such as"),
    (
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "grpc",
        "OTEL_EXPORTER_OTLP_PROTOCOL=grpc: use http/protobuf, and the collector's ",
    ),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", "0", "OTEL_EXPORTER_OTLP_TIMEOUT=0: use a number of seconds above 0"),
    ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "nan", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=nan: use a number of seconds"),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "OTEL_EXPORTER_OTLP_COMPRESSION=zstd: use none, gzip or deflate"),
    ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere", "OTEL_EXPORTER_OTLP_CERTIFICATE=/nowhere: use the path of a file"),
]


@pytest.mark.parametrize(("variable", "value", "message"), BAD)
def test_a_bad_value_is_told_with_the_variable_and_the_fix(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValueError, match="OTEL_") as raised:
        dl7450_telemetry.configure(set_global=False)
    assert str(raised.value).startswith(message)


def test_a_ratio_counts_for_the_samplers_that_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "2")
    check_environment()
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "traceidratio")
    with pytest.raises(ValueError, match=r"OTEL_TRACES_SAMPLER_ARG=2: use a number from 0 to 1"):
        check_environment()


@pytest.mark.parametrize("value", ["Bearer secret", "authorization=secret\n", "a=b,=secret", "two words=secret"])
def test_bad_headers_are_told_without_their_values(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", value.replace("\n", "%0Ax"))
    with pytest.raises(ValueError, match=r"^OTEL_EXPORTER_OTLP_HEADERS: entry \d is not name=value; ") as raised:
        dl7450_telemetry.configure(set_global=False)
    assert "secret" not in str(raised.value)


def test_good_and_empty_values_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    good = {
        "OTEL_PROPAGATORS": "none,b3",
        "OTEL_ATTRIBUTE_COUNT_LIMIT": "",
        "OTEL_BSP_MAX_QUEUE_SIZE": "10",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "10",
        "OTEL_METRIC_EXPORT_INTERVAL": "0.5",
        "OTEL_TRACES_SAMPLER": "ParentBased_TraceIdRatio",
        "OTEL_TRACES_SAMPLER_ARG": "0.5",
        "OTEL_RESOURCE_ATTRIBUTES": "a=b,c=",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b, other=1,",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://[::1]:4318",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "0.5",
        "OTEL_EXPORTER_OTLP_CERTIFICATE": __file__,
    }
    for variable, value in good.items():
        monkeypatch.setenv(variable, value)
    check_environment()
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
    dl7450_telemetry.configure(set_global=False).shutdown()


def test_a_setting_for_one_signal_counts_for_that_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:4318/v1/traces")
    for setting, bad, good in (("PROTOCOL", "grpc", "http/protobuf"), ("TIMEOUT", "0", "1")):
        monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_{setting}", bad)
        monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_TRACES_{setting}", good)
    dl7450_telemetry.configure(set_global=False).shutdown()


@pytest.mark.parametrize("command", [["dl7450", "run", "app.py"], ["pytest", "-p", "no:cacheprovider", "test_app.py"]])
def test_a_value_that_is_read_at_import_is_told_by_the_command_and_the_plugin(
    tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "app.py").write_text("raise SystemExit('the app ran')\n")
    (tmp_path / "test_app.py").write_text("def test_app(dock):\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tmp_path,
        env={**os.environ, "OTEL_PROPAGATORS": "b3"},
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    assert "OTEL_PROPAGATORS=b3: use baggage, none, tracecontext, or install the package" in output
    assert "Traceback" not in output
    assert "the app ran" not in output
    assert done.returncode == (2 if "dl7450" in command else 1)
