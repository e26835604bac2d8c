"""Change the code in one place after the other, and tell for which changes no test fails."""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import trio

from ._areas import ROOT, area_tests, mutated_files
from ._mutants import Mutant, mutants_of
from ._run import Copy, Outcome

PROCESSES = 2
MEMORY = 8 << 30  # bytes that a process of a mutant may have: a loop that does not end takes what it gets
FEWEST = 3  # mutants of each file


def main() -> int:
    """Return the exit status: 1 when a mutant survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FILE", help="(default: all of http/, the dock and the exporter)")
    parser.add_argument("--percent", type=float, default=5, help="of the mutants of each file (default: %(default)s)")
    parser.add_argument("--line", type=int, action="append", help="only this line's, and all of them")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default: %(default)s)")
    parser.add_argument("--list", action="store_true", help="show the mutants, and test none")
    arguments = parser.parse_args()
    files = arguments.files or mutated_files()
    mutants = {file: mutants_of((ROOT / file).read_text()) for file in files}
    if arguments.line:
        chosen = {file: [mutant for mutant in mutants[file] if mutant.line in arguments.line] for file in files}
    else:
        chosen = {
            file: sample(mutants[file], arguments.percent / 100, random.Random(f"{arguments.seed} {file}"))
            for file in files
        }
    if arguments.list:
        print(*(f"{file} {mutant}" for file in files for mutant in chosen[file]), sep="\n")
        return 0
    os.nice(10)
    # A shell has what it starts in the background ignore it, and what that starts, too; the tests of Ctrl-C need it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    outcomes = trio.run(_test_all, chosen)
    print()
    for file in files:
        print(f"{file}: {_counted(outcomes[file])} (it has {len(mutants[file])})")
    total = sum(outcomes.values(), Counter())
    print(f"in all: {_counted(total)}")
    return int(total[Outcome.SURVIVED] > 0)


def sample(mutants: list[Mutant], share: float, chance: random.Random) -> list[Mutant]:
    """Choose a share of a file's mutants, but not fewer than `FEWEST`."""
    count = min(len(mutants), max(FEWEST, round(len(mutants) * share)))
    shuffled = chance.sample(mutants, len(mutants))  # so that a larger share has all of a smaller one
    return sorted(shuffled[:count], key=lambda mutant: mutant.line)


async def _test_all(mutants: dict[str, list[Mutant]]) -> dict[str, Counter[Outcome]]:
    """Test mutants in as many copies as there are processes; show those that survive."""
    outcomes: dict[str, Counter[Outcome]] = defaultdict(Counter)
    waiting = [(file, mutant) for file, found in mutants.items() for mutant in found]
    count = len(waiting)
    waiting.reverse()

    async def work(folder: Path) -> None:
        copy = Copy(folder)
        while waiting:
            file, mutant = waiting.pop()
            outcome = await copy.test(file, mutant.text, area_tests(file))
            outcomes[file][outcome] += 1
            if outcome is not Outcome.KILLED:
                print(f"{outcome.value}: {file} {mutant}", flush=True)
            print(f"{count - len(waiting)} of {count}", end="\r", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        async with trio.open_nursery() as nursery:
            for number in range(PROCESSES):
                nursery.start_soon(work, Path(folder) / str(number))
    return outcomes


def _counted(outcomes: Counter[Outcome]) -> str:
    killed = outcomes[Outcome.KILLED] + outcomes[Outcome.TIMED_OUT]
    late = f", {outcomes[Outcome.TIMED_OUT]} of them by the timeout" if outcomes[Outcome.TIMED_OUT] else ""
    return f"{killed} of {outcomes.total()} killed{late}"


if __name__ == "__main__":
    sys.exit(main())
