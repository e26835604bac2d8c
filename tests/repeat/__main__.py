"""`python -m tests.repeat`: run every app again and again, and say whether it gives the same each time.

Each is run on one core and on two, with the machine to itself and beside processes that are busy. The first difference
is shown, and ends the search with status 1.
"""

import argparse
import difflib
import sys
import time

from tests.repeat._cases import CASES
from tests.repeat._machine import MACHINES
from tests.repeat._ways import WAYS

SHOWN_LINES = 60  # of a difference


def main() -> int:
    """Return the exit status: 1 when something did not repeat."""
    parser = argparse.ArgumentParser(prog="python -m tests.repeat", description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="how often each app is run in each way (200)")
    parser.add_argument("--minutes", type=float, help="search for so long instead")
    parser.add_argument("--only", default="", help="only what has this in the name of its app or way")
    arguments = parser.parse_args()
    ends = None if arguments.minutes is None else time.monotonic() + 60 * arguments.minutes
    runs = [(case, name) for case in CASES for name in WAYS if arguments.only in f"{case.name}: {name}"]
    first: dict[tuple[str, str], str] = {}
    count = done = 0
    while done < arguments.times if ends is None else time.monotonic() < ends:
        for machine, as_machine in MACHINES.items():
            with as_machine():
                for case, way in runs:
                    key = case.name, way
                    count += 1
                    print(f"\r{count:7,} runs   {machine:20}   {way:12}   {case.name:40}", end="", flush=True)
                    told = WAYS[way](case)
                    if told != first.setdefault(key, told):
                        print(f"\n{case.name} does not repeat ({way}, {machine}):")
                        print(difference(first[key], told))
                        return 1
        done += len(MACHINES)
    print("\neverything repeats")
    return 0


def difference(before: str, after: str) -> str:
    """What is different, as a diff of its first lines."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "first", "now", lineterm="", n=1)
    return "\n".join(line for line, _ in zip(lines, range(SHOWN_LINES), strict=False))


if __name__ == "__main__":
    sys.exit(main())
