"""`python -m tests.simulation`: search for as long as told, or search with one seed and tell the story."""

import argparse
import secrets
import sys
import time
import warnings

from tests.simulation._search import search


def main() -> int:
    """Return the exit status: 1 when something broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int, nargs="?", help="search with this seed only")
    parser.add_argument("--minutes", type=float, default=1, help="how long to search, without a seed")
    arguments = parser.parse_args()
    warnings.simplefilter("error")
    return soak(arguments.minutes) if arguments.seed is None else replay(arguments.seed)


def replay(seed: int) -> int:
    """Search with one seed; tell what was found, step by step."""
    found = search(seed)
    if found.broken is not None:
        print(*found.broken.story.lines, sep="\n", end="\n\n")
    print(found)
    return int(found.broken is not None)


def soak(minutes: float) -> int:
    """Search with one seed after the other, until the time is over or something breaks."""
    programs = steps = 0
    started = time.monotonic()
    seed = secrets.randbelow(1_000_000_000)
    while (seconds := time.monotonic() - started) < minutes * 60:
        found = search(seed)
        programs, steps = programs + found.programs, steps + found.steps
        if found.broken is not None:
            print(f"\n{found}")
            return 1
        print(f"\r{seconds:6.0f} s  seed {seed}  {programs:,} programs  {steps:,} steps", end="", flush=True)
        seed += 1
    print("\nnothing broke")
    return 0


if __name__ == "__main__":
    sys.exit(main())
