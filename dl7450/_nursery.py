"""A nursery that raises one exception as itself, and several as a group."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import trio


@asynccontextmanager
async def open_plain_nursery() -> AsyncGenerator[trio.Nursery]:
    """Like `trio.open_nursery`, but a group that holds a single exception is raised as that exception.

    That there is a nursery is this library's affair: `except ValueError` around `open_dock` has to work.
    """
    try:
        async with trio.open_nursery() as nursery:
            yield nursery
    except BaseExceptionGroup as group:
        only = _only_exception(group)
        if only is None:
            raise
        context = only.__context__
        try:
            raise only
        finally:
            only.__context__ = context  # the group is no news


def _only_exception(error: BaseException) -> BaseException | None:
    while isinstance(error, BaseExceptionGroup):
        if len(error.exceptions) != 1:
            return None
        error = error.exceptions[0]
    return error
