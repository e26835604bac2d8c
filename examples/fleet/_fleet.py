"""All docks, on all processors: what the fleet exports, in an order that the number of processors does not change."""

from __future__ import annotations

import gc
import multiprocessing
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ._life import live
from ._plan import DAY, Plan, plans

GROUP = 10  # docks whose exports of one day go together in one request, as behind a collector


@dataclass(frozen=True)
class Fleet:
    """A fleet to be simulated.

    Attributes:
        docks: how many.
        days: for how long.
        seed: decides everything.
        end: when the simulated time ends, in whole seconds since 1970.
    """

    docks: int
    days: float
    seed: int
    end: int

    @property
    def watched(self) -> float:
        """Its length in seconds."""
        return self.days * DAY

    @property
    def began(self) -> int:
        """When it began, in seconds since 1970."""
        return self.end - round(self.watched)


class Request(NamedTuple):
    """An OTLP request of several docks: `traces` or `metrics`, and its bytes."""

    signal: str
    body: bytes


def simulate(fleet: Fleet, processes: int) -> Iterator[tuple[int, list[Request]]]:
    """Let all docks live.

    Returns:
        For one group of docks after the other: how many they are, and what they export.
    """
    all_docks = list(plans(fleet.docks, fleet.days, fleet.seed))
    groups = [all_docks[first : first + GROUP] for first in range(0, len(all_docks), GROUP)]
    # Not forked: the program that feeds the receiver has threads.
    with multiprocessing.get_context("spawn").Pool(processes, _prepare) as pool:
        for group, requests in zip(groups, pool.imap(partial(_live_together, fleet), groups), strict=True):
            yield len(group), requests


def _prepare() -> None:
    gc.freeze()
    gc.set_threshold(50_000)  # what a dock leaves is garbage as a whole


def _live_together(fleet: Fleet, group: Sequence[Plan]) -> list[Request]:
    together: dict[tuple[int, str], list[bytes]] = defaultdict(list)
    for plan in group:
        for moment, signal, body in live(plan, fleet.began, fleet.watched):
            together[int(moment // DAY), signal].append(body)
    # Protobuf: the bytes of two messages, one after the other, are one message with the lists of both.
    return [Request(signal, b"".join(bodies)) for (_, signal), bodies in sorted(together.items())]
