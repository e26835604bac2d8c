"""One exception is raised as itself and not as a group of one.

That there are nurseries is this library's affair: `except ValueError` around `open_dock` has to work, and whoever asks
whether a request was cancelled wants to be told `Cancelled`, not a group of them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import trio


@asynccontextmanager
async def open_plain_nursery() -> AsyncGenerator[trio.Nursery]:
    """Like `trio.open_nursery`, but what it raises is `ungrouped`."""
    with ungrouped():
        async with trio.open_nursery() as nursery:
            yield nursery


@contextmanager
def ungrouped() -> Generator[None]:
    """Raise a group that holds one exception as that exception, and nothing but cancellations as one of them.

    A cancellation beside a single other exception is dropped: its cancel scope has nothing to do with that one.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        only = _only_exception(group)
        if only is None:
            raise
        context = only.__context__
        try:
            raise only
        finally:
            only.__context__ = context  # the group is no news


def _only_exception(group: BaseExceptionGroup[BaseException]) -> BaseException | None:
    cancelled, others = group.split(trio.Cancelled)
    leaves = list(_leaves(others or cancelled or group))
    return leaves[0] if others is None or len(leaves) == 1 else None


def _leaves(error: BaseException) -> Generator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error
