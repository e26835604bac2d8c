"""Which dock stands where, and runs which release when. Plain values, decided by the seed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

HOUR = 3600.0
DAY = 24 * HOUR
FETCHES_EVERY = 6 * HOUR  # by each dock; twice as often takes twice as long to simulate

# The share of the docks that each site has.
SITES = {"lisbon": 0.30, "porto": 0.25, "madrid": 0.20, "zurich": 0.15, "oslo": 0.10}
BOARD_SHARE = 0.2  # of the docks: they run the app `board`, the others `signage`

# Each app's releases, and when a dock gets them, as a part of the time that the fleet is watched.
ROLLOUTS = {"signage": (("1.2.0", 0.0), ("1.3.0", 0.45)), "board": (("2.0.4", 0.0), ("2.1.0", 0.55))}
ROLLOUT_LASTS = 0.1  # of that time, from the first dock to the last one
EARLY = {"signage": "1.4.0", "board": "2.2.0"}  # on a few docks from the start
EARLY_SHARE = 0.06
OLD_SHARE = 0.6  # of the docks: they are not updated in this time

SILENT_DOCKS = 0.008  # of the docks fall silent one by one
SILENT_SITE = "oslo"  # and a part of this site at once
SILENT_PART = 0.12
SILENT_FROM = 0.9  # of the time
SILENT_EARLIEST = 0.4  # of it, for those that fall silent alone


@dataclass(frozen=True)
class Stay:
    """A release on a dock, from when to when; in seconds since the fleet began to be watched."""

    release: str
    start: float
    end: float


@dataclass(frozen=True)
class Plan:
    """What one dock is to do.

    Attributes:
        number: from 0 on.
        dock_id: 64 hexadecimal digits, as a dock has them.
        site: where it stands.
        app: what it runs.
        stays: its releases, in order; it is silent after the last one.
        seed: of everything that happens by chance in its life.
    """

    number: int
    dock_id: str
    site: str
    app: str
    stays: tuple[Stay, ...]
    seed: str


def plans(docks: int, days: float, seed: int) -> Iterator[Plan]:
    """The plans of all docks.

    Parameters:
        docks: how many there are.
        days: how long they are watched.
        seed: decides everything.
    """
    for number in range(docks):
        chance = Random(f"fleet/{seed}/{number}")
        site = chance.choices(list(SITES), list(SITES.values()))[0]
        app = "board" if chance.random() < BOARD_SHARE else "signage"
        dock_id = hashlib.sha256(f"dock/{seed}/{number}".encode()).hexdigest().upper()
        stays = _stays(app, _end(site, days * DAY, chance), days * DAY, chance)
        yield Plan(number, dock_id, site, app, stays, f"life/{seed}/{number}")


def _end(site: str, watched: float, chance: Random) -> float:
    """When a dock falls silent, if it does."""
    alone, together = chance.random(), chance.random()
    if site == SILENT_SITE and together < SILENT_PART:
        return SILENT_FROM * watched
    return watched * chance.uniform(SILENT_EARLIEST, SILENT_FROM) if alone < SILENT_DOCKS else watched


def _stays(app: str, end: float, watched: float, chance: Random) -> tuple[Stay, ...]:
    (first, _), (second, share) = ROLLOUTS[app]
    begin = chance.uniform(0, min(FETCHES_EVERY, SILENT_EARLIEST * watched))
    if chance.random() < EARLY_SHARE:
        return (Stay(EARLY[app], begin, end),)
    updated = watched * (share + chance.uniform(0, ROLLOUT_LASTS))
    if chance.random() < OLD_SHARE or updated >= end:
        return (Stay(first, begin, end),)
    return Stay(first, begin, updated), Stay(second, updated, end)
