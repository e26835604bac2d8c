"""What the standard `OTEL_*` variables ask for, checked before anything reads them.

OpenTelemetry reads some of them when it is imported, some when the first request is made, and takes a value that it
does not understand for the default, an error in the program or a reason to log a traceback. Here each bad value is one
message that names the variable and the fix. Nothing is imported that would read them; values that may hold a secret
(headers) are not repeated.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import unquote, urlsplit

Signal: TypeAlias = Literal["TRACES", "METRICS"]

_LIMITS = (
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
)
_QUEUE, _BATCH = "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"
_DEFAULTS = {_QUEUE: "2048", _BATCH: "512"}  # of the specification
_WHOLE_NUMBERS = (_QUEUE, _BATCH, "OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT")
_NUMBERS = ("OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT")
_RATIO_SAMPLERS = ("traceidratio", "parentbased_traceidratio")
_BOOLEANS = ("true", "false")
_CHOICES = {
    "OTEL_SDK_DISABLED": _BOOLEANS,
    "OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED": _BOOLEANS,
    "OTEL_TRACES_SAMPLER": (
        "always_on",
        "always_off",
        "parentbased_always_on",
        "parentbased_always_off",
        *_RATIO_SAMPLERS,
    ),
    "OTEL_METRICS_EXEMPLAR_FILTER": ("trace_based", "always_on", "always_off"),
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": ("cumulative", "delta", "lowmemory"),
    "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": (
        "explicit_bucket_histogram",
        "base2_exponential_bucket_histogram",
    ),
}
# Names of what a package provides: the group of entry points in which they are, and what is always there.
_COMPONENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "OTEL_PROPAGATORS": ("opentelemetry_propagator", ("none",)),
    "OTEL_PYTHON_CONTEXT": ("opentelemetry_context", ()),
    "OTEL_PYTHON_TRACER_PROVIDER": ("opentelemetry_tracer_provider", ()),
    "OTEL_PYTHON_METER_PROVIDER": ("opentelemetry_meter_provider", ()),
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": ("opentelemetry_resource_detector", ("*",)),
}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2


def check_environment() -> None:
    """Check the variables that OpenTelemetry's API and SDK read in every process.

    Call it before OpenTelemetry is imported: it reads `OTEL_PROPAGATORS`, for one, when it is.

    Raises:
        ValueError: a variable has a value that cannot be honoured; the message names it and the fix.
    """
    for variable in _LIMITS:
        _check(variable, lambda value: int(value) >= 0, "a whole number from 0 on")
    for variable in _WHOLE_NUMBERS:
        # Empty is not unset here: the SDK would log a traceback.
        _check(variable, lambda value: int(value) > 0, "a whole number above 0, or unset it", even_if_empty=True)
    if int(_value(_BATCH)) > int(_value(_QUEUE)):
        raise ValueError(
            f"{_QUEUE}={_value(_QUEUE)} is less than {_BATCH}={_value(_BATCH)}: a batch must fit the queue"
        )
    for variable in _NUMBERS:
        _check(variable, _is_positive, "a number of milliseconds above 0")
    for variable, choices in _CHOICES.items():
        _check_choice(variable, choices)
    _check("OTEL_METRICS_EXEMPLAR_FILTER", bool, "trace_based, or unset it", even_if_empty=True)
    if _value("OTEL_TRACES_SAMPLER").lower() in _RATIO_SAMPLERS:
        _check("OTEL_TRACES_SAMPLER_ARG", lambda value: 0 <= float(value) <= 1, "a number from 0 to 1")
    for variable, (group, always) in _COMPONENTS.items():
        _check_components(variable, group, always)
    for pair in filter(None, _value("OTEL_RESOURCE_ATTRIBUTES").split(",")):
        if not all(pair.partition("=")[:2]):
            raise ValueError(f"OTEL_RESOURCE_ATTRIBUTES has {pair!r}: use key=value, several with commas")


def exporters(signal: Signal) -> set[str]:
    """Which exporters are asked for: any of `otlp` and `console`.

    Raises:
        ValueError: a variable has a value that cannot be honoured; the message names it and the fix.
    """
    if _value("OTEL_SDK_DISABLED").lower() == "true":
        return set()
    variable = f"OTEL_{signal}_EXPORTER"
    names = {name.strip().lower() for name in _value(variable).split(",")} - {""}
    if unknown := names - {"otlp", "console", "none"}:
        raise ValueError(f"{variable}={','.join(sorted(unknown))}: use otlp, console or none")
    endpoint_given = _check_endpoint(signal)
    if not names and endpoint_given:
        names = {"otlp"}
    if "otlp" in names:
        _check_otlp(signal)
    return names - {"none"}


def _value(variable: str) -> str:
    return os.environ.get(variable, _DEFAULTS.get(variable, "")).strip()


def _check(variable: str, is_good: Callable[[str], bool], fix: str, *, even_if_empty: bool = False) -> None:
    value = _value(variable)
    if not value and not (even_if_empty and variable in os.environ):
        return
    try:
        good = is_good(value)
    except (ValueError, OSError):
        good = False
    if not good:
        raise ValueError(f"{variable}={value}: use {fix}")


def _is_positive(value: str) -> bool:
    return 0 < float(value) < math.inf


def _check_choice(variable: str, choices: tuple[str, ...]) -> None:
    _check(variable, lambda value: value.lower() in choices, f"{', '.join(choices[:-1])} or {choices[-1]}")


def _check_components(variable: str, group: str, always: tuple[str, ...]) -> None:
    names = [name.strip() for name in _value(variable).split(",")]
    if variable not in os.environ or (names == [""] and always):
        return
    known = {*always, *entry_points(group=group).names}
    for name in names:
        # OpenTelemetry takes the names in the order given, and "none" ends the list.
        if name.lower() == "none" and "none" in always:
            return
        if name not in known:
            raise ValueError(
                f"{variable}={name}: use {', '.join(sorted(known))}, or install the package that provides {name!r}"
            )


def _check_endpoint(signal: Signal) -> bool:
    """Whether an OTLP endpoint is given for a signal."""
    for variable in (f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"):
        if endpoint := os.environ.get(variable, ""):
            try:
                url = urlsplit(endpoint)
                good = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
            except ValueError:  # brackets without an address, a port that is not a number
                good = False
            if not good:
                # Without what stands before the host: it may be a password.
                shown = endpoint.rpartition("@")[2]
                raise ValueError(f"{variable}={shown}: use a URL such as http://127.0.0.1:4318")
            return True
    return False


def _check_otlp(signal: Signal) -> None:
    """The variables of an exporter to a collector; of each, the one for the signal counts, else the general one."""

    def name(setting: str) -> str:
        own = f"OTEL_EXPORTER_OTLP_{signal}_{setting}"
        return own if _value(own) else f"OTEL_EXPORTER_OTLP_{setting}"

    fix = "http/protobuf, and the collector's port for it (4318 by default)"
    _check(name("PROTOCOL"), lambda value: value == "http/protobuf", fix)
    _check(name("TIMEOUT"), _is_positive, "a number of seconds above 0")
    _check_choice(name("COMPRESSION"), ("none", "gzip", "deflate"))
    for setting in ("CERTIFICATE", "CLIENT_KEY", "CLIENT_CERTIFICATE"):
        _check(name(setting), lambda value: Path(value).exists(), "the path of a file in PEM format that is there")
    _check_headers(name("HEADERS"))


def _check_headers(variable: str) -> None:
    for number, entry in enumerate(_value(variable).split(","), start=1):
        name, equals, value = entry.strip().partition("=")
        if not entry.strip():
            continue
        if not equals or not _TOKEN.fullmatch(unquote(name).strip()) or not unquote(value).strip().isprintable():
            raise ValueError(f"{variable}: entry {number} is not name=value; write a comma in a value as %2C")
