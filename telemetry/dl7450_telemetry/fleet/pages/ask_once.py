"""`AskOnce`: what one page asks the store."""

from __future__ import annotations

import time
from typing import Any

from ..filters import Filters
from ..owner import Ask
from ..table import Table


class AskOnce:
    """Asks a store, and notes for how long; the same question is not asked again.

    Parameters:
        ask: asks the store.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._answers: dict[tuple[str, Filters, frozenset[tuple[str, Any]]], Table] = {}
        self._waiting = 0
        self._since = 0
        self._took = 0

    async def __call__(self, name: str, filters: Filters, **arguments: Any) -> Table:
        """The answer to a question, as `StoreOwner.ask` gives it."""
        question = (name, filters, frozenset(arguments.items()))
        if question in self._answers:
            return self._answers[question]
        if not self._waiting:  # questions that are asked at the same time count once
            self._since = time.perf_counter_ns()
        self._waiting += 1
        try:
            answer = await self._ask(name, filters, **arguments)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._took += time.perf_counter_ns() - self._since
        self._answers[question] = answer
        return answer

    @property
    def server_timing(self) -> str:
        """For the header `Server-Timing` (W3C), which browsers show among their developer tools."""
        return f"store;dur={self._took / 1e6:.1f}"
