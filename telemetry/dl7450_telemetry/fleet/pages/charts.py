"""Lines over time: what the script of the page draws with uPlot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ..table import Table

COLOURS = ("series-1", "series-2", "series-3", "series-4", "series-6", "series-5")


@dataclass(frozen=True)
class Series:
    """One line: a name, a value for each moment (None: a gap), and the name of its colour."""

    name: str
    values: Sequence[float | None]
    colour: str = "series-1"
    filled: bool = False


@dataclass(frozen=True)
class Chart:
    """Lines over the same moments.

    Attributes:
        title: what is drawn.
        times: nanoseconds since 1970, in order.
        series: the lines.
        unit: how values are written: `duration`, `ratio` or `count`.
        log: the scale of values is logarithmic.
        least: the value up to which the scale goes at least.
        low: takes less height.
        joined: a line goes on over moments without a value.
    """

    title: str
    times: Sequence[int]
    series: Sequence[Series]
    unit: str
    log: bool = False
    least: float = 0.0
    low: bool = False
    joined: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be drawn."""
        return not any(value is not None for series in self.series for value in series.values)

    def json(self) -> Markup:
        """For the script of the page."""
        spec = {
            "times": [time / 1e9 for time in self.times],
            "series": [
                vars(series) | {"values": [_positive(value, self.log) for value in series.values]}
                for series in self.series
            ],
            "unit": self.unit,
            "log": self.log,
            "least": self.least,
            "joined": self.joined,
        }
        # In a script element only this can end it.
        return Markup(json.dumps(spec, separators=(",", ":")).replace("<", "\\u003c"))


def _positive(value: float | None, log: bool) -> float | None:
    return None if value is None or (log and value <= 0) else value


def regular(since: int, until: int, step: int) -> list[int]:
    """The beginnings of all buckets of a window."""
    return list(range(since // step * step, until, step))


def each(step: int) -> str:
    """A bucket's width in a title, such as `per 15 min`."""
    minutes = step // (60 * 10**9)
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes % size == 0:
            return f"per {minutes // size} {unit}" if minutes > size else f"per {'day' if unit == 'd' else 'hour'}"
    return f"per {minutes} min"


def lag_chart(table: Table, since: int, until: int, step: int, *, low: bool = False) -> Chart:
    """The answer to the question `lag`."""
    times = regular(since, until, step)
    values = columns(table, "time", times, ["mean", "max"])
    series = [Series("longest", values["max"], "series-3"), Series("mean", values["mean"], "series-1")]
    return Chart("Loop lag", times, series, "duration", low=low, joined=True)


def columns(table: Table, key: str, times: Sequence[int], names: Sequence[str]) -> dict[str, list[Any]]:
    """Columns of a table at regular moments; None where it has no row.

    Parameters:
        table: has a row for some of the moments.
        key: its column with the moments.
        times: all moments.
        names: the columns that are asked for.
    """
    rows = {row[key]: row for row in table.dicts()}
    return {name: [rows[time][name] if time in rows else None for time in times] for name in names}
