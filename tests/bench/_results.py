"""What the bench has measured, as ratios: the table of works, the targets, and both as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from ._docks import SYNC_TRACED, TRIO_SAMPLED, TRIO_TRACED, TRIO_UNTRACED
from ._many_docks import ManyDocks
from ._peers import AIOHTTP_TRACED, HTTPX2_ASYNC, HTTPX2_SYNC, HTTPX_TRACED
from ._statistics import Spread, ratios, spread
from ._work import EIGHT_MIB, ONE_BY_ONE, SIXTEEN, Sample, Style, Work

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
]
KIB_PER_DOCK_MAX = KIB_PER_REQUEST_MAX = 64  # above the first dock


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
    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)  # by subject and work
    styles: dict[str, Style] = field(default_factory=dict)  # of the subjects, in their order
    refusals: list[float] = field(default_factory=list)  # seconds
    traced_refusals: list[float] = field(default_factory=list)
    imports: dict[str, list[float]] = field(default_factory=dict)  # seconds, by module
    many_docks: ManyDocks | None = None

    def add(self, subject: str, style: Style, work: Work, sample: Sample) -> None:
        self.styles[subject] = style
        self.samples.setdefault((subject, work.name), []).append(sample)

    def ratio(self, subject: str, reference: str, work: Work, reference_work: Work | None = None) -> Spread:
        return ratios(self._wall(subject, work), self._wall(reference, reference_work or work))

    def microseconds(self, subject: str, work: Work) -> float:
        return spread(self._wall(subject, work)).median * 1e6

    def has(self, subject: str, work: Work) -> bool:
        return (subject, work.name) in self.samples

    def targets(self) -> list[Target]:
        return list(self._targets())

    def _targets(self) -> Iterator[Target]:
        traced = self._wall(TRIO_TRACED, SIXTEEN)
        yield Target(
            "traced Trio request, 1 KiB, 16 in flight / untraced httpx2.AsyncClient",
            1.0,
            ratios(traced, self._wall(HTTPX2_ASYNC, SIXTEEN)),
        )
        yield Target("the same / httpx + OpenTelemetry", 0.6, ratios(traced, self._wall(HTTPX_TRACED, SIXTEEN)))
        yield Target("the same / aiohttp + OpenTelemetry", None, ratios(traced, self._wall(AIOHTTP_TRACED, SIXTEEN)))
        untraced = self._wall(TRIO_UNTRACED, SIXTEEN)
        yield Target("traced / untraced dl7450", 1.15, ratios(traced, untraced))
        yield Target("1 % sampled / untraced dl7450", 1.05, ratios(self._wall(TRIO_SAMPLED, SIXTEEN), untraced))
        yield Target("sync get, traced / untraced httpx2.Client", 1.3, self.ratio(SYNC_TRACED, HTTPX2_SYNC, ONE_BY_ONE))
        yield Target("8 MiB body / httpx2.AsyncClient", 1.0, self.ratio(TRIO_TRACED, HTTPX2_ASYNC, EIGHT_MIB))
        yield Target(
            "the 17th request (89) / a 1 KiB request, Trio style",
            0.1,
            ratios(self.refusals, self._wall(TRIO_UNTRACED, ONE_BY_ONE)),
        )
        yield Target("the same, both traced", None, ratios(self.traced_refusals, self._wall(TRIO_TRACED, ONE_BY_ONE)))
        yield Target(
            "import dl7450.http / import httpx2", 1.3, ratios(self.imports["dl7450.http"], self.imports["httpx2"])
        )
        yield Target(
            "import dl7450._dock.dock (on the first use) / import httpx2",
            None,
            ratios(self.imports["dl7450._dock.dock"], self.imports["httpx2"]),
        )
        docks = self.many_docks
        if docks is None:
            return
        count, requests = docks.docks, docks.requests_in_flight
        yield Target(f"KiB per idle dock, {count} docks", KIB_PER_DOCK_MAX, spread([docks.idle_dock]))
        yield Target(
            f"KiB per request in flight, {requests} at once", KIB_PER_REQUEST_MAX, spread([docks.request_in_flight])
        )
        yield Target(f"CPU time per request, {count} docks / one dock", 1.25, docks.cost)
        yield Target("the same with gc.set_threshold(50_000)", 1.25, docks.cost_with_patient_collector)

    def _wall(self, subject: str, work: Work) -> list[float]:
        return [sample.wall for sample in self.samples[subject, work.name]]


def show(results: Results, works: list[Work], console: Console) -> None:
    """Print the tables of ratios."""
    for style, reference in REFERENCES.items():
        shown = [work for work in works if results.has(reference, work)]
        table = Table(title=f"Time per request / {reference}: median (quartiles)", box=None, title_justify="left")
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
