"""`make bench`: dl7450 and what people would use instead, side by side.

One server that is not Python, one run. In every round each subject does each work once, in an order that chance
decides; a ratio is one of neighbours in time. What is shown are medians of such ratios and their quartiles.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from pathlib import Path

from rich.console import Console

from ._docks import DOCKS, traced, untraced
from ._many_docks import measure_many_docks
from ._other import import_seconds, refusal_seconds
from ._page import publish
from ._peers import PEERS
from ._results import Results, as_json, machine, show, versions
from ._server import running_site
from ._work import WORKS

ROUNDS = 7
ROUNDS_OF_MANY_DOCKS = 3
MODULES = ["dl7450.http", "dl7450._dock.dock", "httpx2"]
SUBJECTS = [*DOCKS, *PEERS]


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    arguments.add_argument("--rounds", type=int, default=ROUNDS, help="more rounds, less chance (default: %(default)s)")
    arguments.add_argument("--json", type=Path, metavar="FILE", help="write the results to a file, too")
    arguments.add_argument("--publish", action="store_true", help="show the results in docs/performance.md")
    arguments.add_argument("--no-many-docks", action="store_true", help="leave the 500 docks out")
    chosen = arguments.parse_args()

    console = Console(width=160)
    console.print(machine())
    console.print(", ".join(f"{package} {its}" for package, its in versions().items()), highlight=False)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the server, too, gets thousands of connections
    started = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {what}", file=sys.stderr, flush=True)

    with running_site() as site:
        console.print(f"server: {site.name}\n")
        results = Results(site.name)
        for index in range(chosen.rounds):
            for work in WORKS:
                say(f"round {index + 1} of {chosen.rounds}: {work.name}")
                subjects = [subject for subject in SUBJECTS if work.in_flight == 1 or subject.style == "async"]
                for subject in random.sample(subjects, len(subjects)):
                    results.add(subject.name, subject.style, work, subject.measure(work, site))
            results.refusals.append(refusal_seconds(untraced))
            results.traced_refusals.append(refusal_seconds(traced))
            for module in MODULES:
                results.imports.setdefault(module, []).append(import_seconds(module))
        if not chosen.no_many_docks:
            results.many_docks = measure_many_docks(site, ROUNDS_OF_MANY_DOCKS, say)
    results.styles = {subject.name: subject.style for subject in SUBJECTS}
    show(results, WORKS, console)
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(results, WORKS), indent=1, ensure_ascii=False) + "\n")
    if chosen.publish:
        publish(as_json(results, WORKS))


if __name__ == "__main__":
    main()
