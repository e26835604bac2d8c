"""`python -m tests.conformance [NAME ...]`: one line per scenario, and last how many agree.

With names, only the scenarios whose name contains one of them. What does not agree is shown in full.
"""

import sys

import trio

from tests.conformance._oracle import VERSION
from tests.conformance._run import Verdict, compare
from tests.conformance._scenario import Scenario
from tests.conformance._scenarios import CLASSES


def _line(verdict: Verdict) -> str:
    scenario, libcurl = verdict.scenario, verdict.libcurl
    statuses = _short(libcurl.statuses)
    if not verdict.as_expected:
        seen = "\n".join(f"      {style}: {outcome}" for style, outcome in verdict.dock.items())
        return f"  DISAGREES {scenario}\n      libcurl: {libcurl}\n{seen}"
    if scenario.difference:
        ours = _short(next(iter(verdict.dock.values())).statuses)
        return f"  differs   {scenario}: libcurl {statuses}, dock {ours}: {scenario.difference}"
    return f"  agrees    {scenario}: {statuses}"


def _short(statuses: tuple[int | str, ...]) -> str:
    return " ".join(str(status) for status in dict.fromkeys(statuses))


async def _main(names: list[str]) -> int:
    print(f"libcurl {VERSION}")
    agreed = asked = differences = wrong = 0
    for title, scenarios in CLASSES.items():
        chosen = [
            scenario
            for scenario in scenarios
            if scenario.runs_here and (not names or any(name in scenario.name for name in names))
        ]
        if chosen:
            print(title)
        for verdict in await _compared(chosen):
            print(_line(verdict))
            wrong += not verdict.as_expected
            differences += bool(verdict.scenario.difference)
            asked += not verdict.scenario.difference
            agreed += verdict.as_expected and not verdict.scenario.difference
    print(f"{differences} documented differences")
    print(f"agree {agreed} of {asked}")
    return 1 if wrong else 0


async def _compared(scenarios: list[Scenario]) -> list[Verdict]:
    return [await compare(scenario) for scenario in scenarios]


if __name__ == "__main__":
    sys.exit(trio.run(_main, sys.argv[1:]))
