"""What the bench has measured, as ratios: the table of works, the targets, and both as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, NamedTuple

from rich.console import Console
from rich.table import Table

from ._docks import CALLBACK_TRACED, SYNC_TRACED, TRIO_SAMPLED, TRIO_TRACED, TRIO_UNTRACED
from ._many_docks import ManyDocks
from ._peers import AIOHTTP, AIOHTTP_TRACED, HTTPX2_ASYNC, HTTPX2_SYNC, HTTPX_TRACED
from ._sinks import SINKS, to_sink
from ._statistics import Spread, ratios, spread
from ._whole_runs import FETCHES, SPANS, WholeRuns
from ._work import EIGHT_MIB, HALF_MIB, ONE_BY_ONE, SIXTEEN, SOME_FAIL, Sample, Style, Work

REFERENCES: dict[Style, str] = {"async": HTTPX2_ASYNC, "sync": HTTPX2_SYNC}
PACKAGES = [
    "dl7450",
    "trio",
    "httpx2",
    "httpx",
    "aiohttp",
    "niquests",
    "pycurl",
    "opentelemetry-sdk",
    "opentelemetry-instrumentation-httpx",
    "opentelemetry-instrumentation-aiohttp-client",
    "rotel",
]
CLOCKS = {"wall": "Time", "cpu": "Processor time"}
UNTRACED_MICROSECONDS = 82  # of a request on the machine that the bound of what tracing adds was set on


class Target(NamedTuple):
    """A promise, and what was measured."""

    what: str
    at_most: float | None  # None: as little as possible
    measured: Spread

    @property
    def met(self) -> bool | None:
        return None if self.at_most is None else self.measured.median <= self.at_most


@dataclass
class Results:
    """All samples of a run, round by round."""

    server: str
    clock: Literal["wall", "cpu"] = "wall"  # which field of the samples is compared
    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)  # by subject and work
    styles: dict[str, Style] = field(default_factory=dict)  # of the subjects, in their order
    refusals: list[Sample] = field(default_factory=list)
    traced_refusals: list[Sample] = field(default_factory=list)
    imports: dict[str, list[float]] = field(default_factory=dict)  # seconds, by module
    many_docks: ManyDocks | None = None
    whole_runs: WholeRuns | None = None

    def add(self, subject: str, style: Style, work: Work, sample: Sample) -> None:
        self.styles[subject] = style
        self.samples.setdefault((subject, work.name), []).append(sample)

    def ratio(self, subject: str, reference: str, work: Work) -> Spread:
        return spread(self._ratios(subject, reference, work))

    def _ratios(self, subject: str, reference: str, work: Work) -> list[float]:
        pairs = zip(self._seconds(subject, work), self._seconds(reference, work), strict=True)
        return [value / other for value, other in pairs]

    def microseconds(self, subject: str, work: Work) -> float:
        return spread(self._seconds(subject, work)).median * 1e6

    def has(self, subject: str, work: Work) -> bool:
        return (subject, work.name) in self.samples

    def targets(self) -> list[Target]:
        """The targets that this run has measured."""
        return [*self._targets_of_works(), *self._targets_of_others()]

    def _targets_of_works(self) -> Iterator[Target]:
        with_sinks = [
            (f"the same, both to {sink}", 0.6, to_sink(TRIO_TRACED, sink), to_sink(AIOHTTP_TRACED, sink), SIXTEEN)
            for sink in SINKS
        ]
        for what, at_most, subject, reference, work in (
            ("traced, 1 KiB, 16 in flight / untraced httpx2.AsyncClient", 0.52, TRIO_TRACED, HTTPX2_ASYNC, SIXTEEN),
            ("the same / httpx + OpenTelemetry", 0.22, TRIO_TRACED, HTTPX_TRACED, SIXTEEN),
            ("the same / aiohttp + OpenTelemetry", 0.92, TRIO_TRACED, AIOHTTP_TRACED, SIXTEEN),
            *with_sinks,
            ("untraced / aiohttp", 1.4, TRIO_UNTRACED, AIOHTTP, SIXTEEN),
            ("traced, 512 KiB / aiohttp + OpenTelemetry", 1.0, TRIO_TRACED, AIOHTTP_TRACED, HALF_MIB),
            ("traced, 8 MiB / aiohttp + OpenTelemetry", 0.95, TRIO_TRACED, AIOHTTP_TRACED, EIGHT_MIB),
            ("traced, 10 % failing / aiohttp + OpenTelemetry", 0.9, TRIO_TRACED, AIOHTTP_TRACED, SOME_FAIL),
            ("sync get, traced / httpx2.Client", 1.15, SYNC_TRACED, HTTPX2_SYNC, ONE_BY_ONE),
            ("callback, traced, 1 KiB / httpx2.AsyncClient", 1.1, CALLBACK_TRACED, HTTPX2_ASYNC, ONE_BY_ONE),
            ("traced / untraced", 1.75, TRIO_TRACED, TRIO_UNTRACED, SIXTEEN),
            ("1 % sampled / untraced", 1.05, TRIO_SAMPLED, TRIO_UNTRACED, SIXTEEN),
        ):
            if self.has(subject, work) and self.has(reference, work):
                yield Target(what, at_most, self.ratio(subject, reference, work))
        if self.has(TRIO_TRACED, SIXTEEN):
            added = [ratio - 1 for ratio in self._ratios(TRIO_TRACED, TRIO_UNTRACED, SIXTEEN)]
            what = f"µs that tracing adds, where an untraced request takes {UNTRACED_MICROSECONDS}"
            yield Target(what, 70, spread([UNTRACED_MICROSECONDS * each for each in added]))

    def _targets_of_others(self) -> Iterator[Target]:
        untraced, traced = self._seconds(TRIO_UNTRACED, ONE_BY_ONE), self._seconds(TRIO_TRACED, ONE_BY_ONE)
        yield Target(
            "refusal (89) / request of 1 KiB, both traced", 0.1, ratios(self._of_clock(self.traced_refusals), traced)
        )
        yield Target("the same, both untraced", 0.1, ratios(self._of_clock(self.refusals), untraced))
        for what, at_most, module in (
            ("import dl7450.http / import httpx2", 1.3, "dl7450.http"),
            ("import dl7450._dock.dock (on the first use) / import httpx2", None, "dl7450._dock.dock"),
        ):
            yield Target(what, at_most, ratios(self.imports[module], self.imports["httpx2"]))
        docks = self.many_docks
        if docks is not None:
            count, requests = docks.docks, docks.requests_in_flight
            patient = docks.cost_with_patient_collector
            yield Target(f"CPU time per request, {count} docks / one dock, gc.set_threshold(50_000)", 1.2, patient)
            yield Target("the same with Python's default", None, docks.cost)
            yield Target(f"KiB per request in flight, {requests} at once", 18, spread([docks.request_in_flight]))
            yield Target(f"KiB per idle dock, {count} docks", 64, spread([docks.idle_dock]))
        runs = self.whole_runs
        if runs is not None:
            yield Target(f"a carousel's day on virtual time ({FETCHES:,} fetches), seconds", 8, runs.day_seconds)
            yield Target(f"dl7450 trace, a file of {SPANS:,} spans, seconds", 2.5, runs.trace_seconds)
            yield Target("the same, MB of memory", 100, runs.trace_peak_megabytes)

    def _seconds(self, subject: str, work: Work) -> list[float]:
        return self._of_clock(self.samples[subject, work.name])

    def _of_clock(self, samples: Sequence[Sample]) -> list[float]:
        return [getattr(sample, self.clock) for sample in samples]


def show(results: Results, works: list[Work], console: Console) -> None:
    """Print the tables of ratios."""
    for style, reference in REFERENCES.items():
        shown = [work for work in works if results.has(reference, work)]
        table = Table(
            title=f"{CLOCKS[results.clock]} per request / {reference}: median (quartiles)",
            box=None,
            title_justify="left",
        )
        table.add_column("", no_wrap=True)
        for work in shown:
            table.add_column(work.name, justify="right", no_wrap=True)
        for subject in (name for name, its in results.styles.items() if its == style):
            cells = (str(results.ratio(subject, reference, work)) for work in shown)
            table.add_row(subject, *cells)
        table.add_row("1.00 is", *(f"{results.microseconds(reference, work):,.0f} µs" for work in shown), style="dim")
        console.print(table)
        console.print()
    console.print(_targets_table(results.targets()))


def _targets_table(targets: Iterable[Target]) -> Table:
    table = Table(title="Targets", box=None, title_justify="left")
    for name, justify in (("", "left"), ("at most", "right"), ("measured", "right"), ("", "left")):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type] # mypy widens the literals
    for target in targets:
        limit = "" if target.at_most is None else f"{target.at_most:g}"
        table.add_row(target.what, limit, str(target.measured), {True: "met", False: "not met", None: ""}[target.met])
    return table


def as_json(results: Results, works: list[Work]) -> dict[str, Any]:
    """The same for programs: times in microseconds, ratios as median and quartiles."""
    return {
        "machine": machine(),
        "versions": versions(),
        "server": results.server,
        "rounds": len(results.refusals),
        "references": {
            reference: [subject for subject, its in results.styles.items() if its == style]
            for style, reference in REFERENCES.items()
        },
        "works": {
            work.name: {
                subject: {
                    "microseconds": round(results.microseconds(subject, work), 1),
                    "cpu_microseconds": round(
                        spread([sample.cpu for sample in results.samples[subject, work.name]]).median * 1e6, 1
                    ),
                    "ratio": _rounded(results.ratio(subject, REFERENCES[style], work)),
                }
                for subject, style in results.styles.items()
                if results.has(subject, work)
            }
            for work in works
        },
        "targets": [
            {"what": target.what, "at_most": target.at_most, "measured": _rounded(target.measured), "met": target.met}
            for target in results.targets()
        ],
        "many_docks": results.many_docks and asdict(results.many_docks),
        "whole_runs": results.whole_runs and asdict(results.whole_runs),
    }


def machine() -> str:
    """What ran it, in one line."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        processor = names[0].partition(":")[2].strip() if names else processor
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} x {processor}, {system}, {platform.python_implementation()} {platform.python_version()}"


def versions() -> dict[str, str]:
    return {package: version(package) for package in PACKAGES}


def _rounded(measured: Spread) -> list[float]:
    return [round(value, 3) for value in measured]
