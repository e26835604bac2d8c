"""The results in `docs/performance.md`: its tables say what `docs/bench.json` says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ._missed import STANDS_IN_THE_WAY

DOCS = Path(__file__).parents[2] / "docs"
PAGE, RESULTS = DOCS / "performance.md", DOCS / "bench.json"
BEGIN, END = "<!-- results of make bench -->\n", "<!-- end of results -->\n"


def publish(results: Mapping[str, Any]) -> None:
    """Make results the ones that the page shows.

    Raises:
        ValueError: a target is missed, and nobody has said what stands in its way.
    """
    for what in _missed(results):
        if what not in STANDS_IN_THE_WAY:
            raise ValueError(f"the target {what!r} is not met: say in tests/bench/_missed.py what stands in its way")
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}{as_markdown(results)}{END}{after}")


def as_markdown(results: Mapping[str, Any]) -> str:
    return "\n".join(_lines(results)) + "\n"


def _lines(results: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{results['machine']}; server: {results['server']}; {results['rounds']} rounds."
    yield ", ".join(f"{package} {version}" for package, version in results["versions"].items()) + "."
    for reference in results["references"]:
        works = {name: work for name, work in results["works"].items() if reference in work}
        yield ""
        yield f"| time per request / {reference} | " + " | ".join(works) + " |"
        yield "|---" * (len(works) + 1) + "|"
        for subject in results["references"][reference]:
            yield f"| {subject} | " + " | ".join(_shown(work[subject]["ratio"]) for work in works.values()) + " |"
        yield (
            "| 1.00 is | " + " | ".join(f"{work[reference]['microseconds']:,.0f} µs" for work in works.values()) + " |"
        )
    yield ""
    yield "| target | at most | measured | |"
    yield "|---|---|---|---|"
    for target in results["targets"]:
        limit = "" if target["at_most"] is None else f"{target['at_most']:g}"
        met = {True: "met", False: "not met", None: ""}[target["met"]]
        yield f"| {target['what']} | {limit} | {_shown(target['measured'])} | {met} |"
    yield ""
    if reasons := [
        f"* **{what}**: {STANDS_IN_THE_WAY[what]}" for what in _missed(results) if what in STANDS_IN_THE_WAY
    ]:
        yield "What stands in the way of those that are not met, and what was tried:"
        yield ""
        yield from reasons
        yield ""


def _missed(results: Mapping[str, Any]) -> list[str]:
    return [target["what"] for target in results["targets"] if target["met"] is False]


def _shown(measured: tuple[float, float, float]) -> str:
    median, low, high = measured
    return f"{median:.2f}" if low == high else f"{median:.2f} ({low:.2f}-{high:.2f})"
