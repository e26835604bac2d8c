"""What goes wrong in the dock's network, by a click: the app's next request to a host meets it; and how slow it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import get_args

from starlette.requests import Request

from ...testing._answer import Fault
from ..events import AppStarted, SpanEnded, SpanStarted, WorldChanged
from ..faults import InjectedFault, kind_of
from ..history import History
from ..program import DockProgram
from ..served_dock import ServedDock
from . import Form, Panel

_STATUSES = ("404", "429", "500", "503")
_HOSTS = 8  # that are offered
_LATELY = 5  # requests
_PORTS = {80, 443, 1883, 8883}  # which need not be named

_LATENCIES = (0.0, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)  # seconds
_BANDWIDTHS = (math.inf, 1e9, 1e8, 1e7, 1e6, 256e3, 56e3, 9.6e3)  # bits per second


@dataclass(frozen=True)
class _Slider:
    """A figure of the network's link.

    Attributes:
        place: of its value among those that there are to choose from.
        texts: these values.
    """

    place: int
    texts: tuple[str, ...]


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """The faults that wait, the hosts that the app has asked lately, and what came of it."""
    faults, latency, bandwidth = await dock.ask(_now)
    return {
        "faults": faults,
        "hosts": list(islice(dict.fromkeys(_hosts(dock.history)), _HOSTS)),
        "kinds": [*get_args(Fault), *_STATUSES],
        "latency": _Slider(_place(latency, _LATENCIES), tuple(map(_seconds, _LATENCIES))),
        "bandwidth": _Slider(_place(bandwidth, _BANDWIDTHS), tuple(map(_bits, _BANDWIDTHS))),
        "lately": list(islice(_lately(dock.history), _LATELY)),
    }


async def inject(dock: ServedDock, form: Form) -> None:
    """Have the form's `kind` of fault happen to its `pattern`, or else its `host`; once, unless it says `stays`."""
    pattern = form.get("pattern", "").strip() or form.get("host", "")
    fault = InjectedFault(pattern, kind_of(form.get("kind", "").strip()), once="stays" not in form)
    await dock.ask(_inject, fault)


async def take_back(dock: ServedDock, form: Form) -> None:
    """Take the fault of this `pattern` and `kind` away, which is met `once` or not."""
    fault = InjectedFault(form.get("pattern", ""), kind_of(form.get("kind", "")), once=form.get("once") == "True")
    await dock.ask(_take_back, fault)


async def set_latency(dock: ServedDock, form: Form) -> None:
    """Have a round trip take as long as the form's `place` in the list says."""
    seconds = _at(form, _LATENCIES)
    await dock.ask(_set_link, latency=seconds)


async def set_bandwidth(dock: ServedDock, form: Form) -> None:
    """Have as many bits go each second as the form's `place` in the list says."""
    bits = _at(form, _BANDWIDTHS)
    await dock.ask(_set_link, bandwidth=bits)


def _now(program: DockProgram) -> tuple[tuple[InjectedFault, ...], float, float]:
    link = program.faults.link
    return program.faults.faults, link.latency, link.bandwidth


def _inject(program: DockProgram, fault: InjectedFault) -> None:
    program.faults.inject(fault)
    program.tell_change(f"{fault.kind} for {fault.pattern}")


def _take_back(program: DockProgram, fault: InjectedFault) -> None:
    program.faults.take_back(fault)
    program.tell_change(f"no {fault.kind} for {fault.pattern}")


def _set_link(program: DockProgram, *, latency: float | None = None, bandwidth: float | None = None) -> None:
    link = program.faults.link
    if latency is not None:
        link.latency = latency
        program.tell_change(f"latency: {_seconds(latency)}")
    if bandwidth is not None:
        link.bandwidth = bandwidth
        program.tell_change(f"bandwidth: {_bits(bandwidth)}")


def _hosts(history: History) -> Iterator[str]:
    """Those that the app has asked, the newest first; as a fault's pattern has them."""
    for event in reversed(history.all(SpanStarted)):
        host, port = event.span.attributes.get("server.address"), event.span.attributes.get("server.port")
        if isinstance(host, str) and isinstance(port, int):
            name = f"[{host}]" if ":" in host else host
            yield name if port in _PORTS else f"{name}:{port}"


def _lately(history: History) -> Iterator[tuple[str, str, bool]]:
    """How the newest requests ended: the status or libcurl's code with its name, the URL, and whether it is good."""
    for event in reversed(history.all(SpanEnded)):
        found = event.span.attributes
        url, code = str(found.get("url.full", "")), found.get("dl7450.curl.code")
        status = found.get("http.response.status_code")
        if isinstance(code, int):
            yield f"{code} {found['error.type']!s}", url, False
        elif isinstance(status, int):
            yield str(status), url, status < 400


def _place(value: float, values: tuple[float, ...]) -> int:
    return values.index(
        min(values, key=lambda known: 0.0 if known == value else abs(known - value))
    )  # inf - inf is nan


def _at(form: Form, values: tuple[float, ...]) -> float:
    text = form.get("place", "")
    if not text.isdecimal() or len(text) > 3 or int(text) >= len(values):
        raise ValueError(f"the place must be a number from 0 to {len(values) - 1}")
    return values[int(text)]


def _seconds(value: float) -> str:
    return "none" if not value else f"{value:g} s" if value >= 1 else f"{value * 1000:g} ms"


def _bits(value: float) -> str:
    if math.isinf(value):
        return "unlimited"
    size, unit = next((size, unit) for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if value >= size)
    return f"{value / size:g} {unit}bit/s"


PANEL = Panel(
    name="faults",
    title="Faults",
    tab="Network",
    place=50,
    kinds=(WorldChanged, AppStarted),
    ticks=True,
    show=show,
    actions={"inject": inject, "take-back": take_back, "latency": set_latency, "bandwidth": set_bandwidth},
)
