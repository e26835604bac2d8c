"""All docks, on all processors: what the fleet exports, in an order that the number of processors does not change."""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from multiprocessing.pool import AsyncResult
from typing import NamedTuple

from ._life import live
from ._plan import DAY, Plan, plans

WEEK = 7 * DAY
GROUP = 20  # docks whose exports of one week go together in one request, as behind a collector
AHEAD = 2  # groups a process, made or being made, for which nobody has asked yet


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
    made: deque[tuple[int, AsyncResult[list[Request]]]] = deque()
    # Not forked: the program that feeds the receiver has threads. When the block is left, all processes are ended.
    with multiprocessing.get_context("spawn").Pool(processes, _prepare) as pool:
        for group in _groups(plans(fleet.docks, fleet.days, fleet.seed)):
            made.append((len(group), pool.apply_async(_live_together, (fleet, group))))
            if len(made) == AHEAD * processes:
                docks, requests = made.popleft()
                yield docks, requests.get()
        for docks, requests in made:
            yield docks, requests.get()


def _groups(all_docks: Iterable[Plan]) -> Iterator[list[Plan]]:
    docks = iter(all_docks)
    while group := list(islice(docks, GROUP)):
        yield group


def _prepare() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    gc.freeze()
    gc.set_threshold(50_000)  # what a dock leaves is garbage as a whole


def _live_together(fleet: Fleet, group: Sequence[Plan]) -> list[Request]:
    together: dict[tuple[int, str], list[bytes]] = defaultdict(list)
    for plan in group:
        for moment, name, body in live(plan, fleet.began, fleet.watched):
            together[int(moment // WEEK), name].append(body)
    # Protobuf: the bytes of two messages, one after the other, are one message with the lists of both.
    return [Request(name, b"".join(bodies)) for (_, name), bodies in sorted(together.items())]
