"""One exception is raised as itself and not as a group of one.

That there are nurseries is this library's affair: `except ValueError` around `open_dock` has to work, and whoever asks
whether a request was cancelled wants to be told `Cancelled`, not a group of them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import NoReturn

import trio


@asynccontextmanager
async def open_plain_nursery() -> AsyncGenerator[trio.Nursery]:
    """Like `trio.open_nursery`, but what it raises is `ungrouped`."""
    with ungrouped():
        async with trio.open_nursery() as nursery:
            yield nursery


@contextmanager
def ctrl_c_first() -> Generator[None]:
    """Raise a group that holds a `KeyboardInterrupt` as one, with the group as its cause.

    Whoever pressed Ctrl-C expects that, whatever else failed on the way out.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        if group.subgroup(KeyboardInterrupt) is None:
            raise
        raise KeyboardInterrupt from group


@contextmanager
def ungrouped() -> Generator[None]:
    """Raise a nursery's group of one exception as that exception, and one of nothing but cancellations as one of them.

    A cancellation beside a single other exception is dropped: its cancel scope has nothing to do with that one. A
    group inside the group is left as it is: somebody raised it, and expects it.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        raise_ungrouped(group)


def raise_ungrouped(group: BaseExceptionGroup[BaseException]) -> NoReturn:
    """What `ungrouped` does, for an `except` clause: it costs nothing where nothing is raised."""
    only = _only_exception(group)
    if only is None:
        raise group
    context = only.__context__
    try:
        raise only
    finally:
        only.__context__ = context  # keep the original one: `raise` would chain it to the group that was unwrapped


def _only_exception(group: BaseExceptionGroup[BaseException]) -> BaseException | None:
    cancelled = [_as_cancelled(error) for error in group.exceptions]
    others = [error for error, as_cancelled in zip(group.exceptions, cancelled, strict=True) if not as_cancelled]
    if not others:
        return cancelled[0]
    return others[0] if len(others) == 1 else None


def _as_cancelled(error: BaseException) -> trio.Cancelled | None:
    """A cancellation, or the first one of a group of nothing else."""
    if isinstance(error, BaseExceptionGroup):
        parts = [_as_cancelled(part) for part in error.exceptions]
        return parts[0] if all(parts) else None
    return error if isinstance(error, trio.Cancelled) else None
