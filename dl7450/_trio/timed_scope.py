"""`TimedScope`: a cancel scope that knows whether it was cancelled or its deadline has passed."""

from __future__ import annotations

import trio


class TimedScope:
    """A cancel scope with a deadline, and whether somebody has cancelled it. Cancelled on the Trio thread only.

    `Cancelled.source` does not tell: it may come from a scope further in whose deadline passed at the same moment.

    Attributes:
        scope: the cancel scope.
        cancelled: somebody has cancelled it.
    """

    __slots__ = ("cancelled", "scope")

    def __init__(self) -> None:
        self.scope = trio.CancelScope()
        self.cancelled = False

    def cancel(self, reason: str) -> None:
        """Cancel what is inside, with a reason for those who look at it."""
        self.cancelled = True
        self.scope.cancel(reason)
