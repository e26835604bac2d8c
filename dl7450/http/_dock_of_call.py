"""Which dock a call of `dl7450.http` belongs to: the question, without the answer (pure).

The functions that an app calls need a dock, and the dock needs the engine in this folder. So that the engine does not
need the dock in turn, the answer is handed in: `dl7450/__init__.py` says where it is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ._client import HttpClient


class DockOfCall(Protocol):
    """What the functions of `dl7450.http` need of a dock. `Dock` says what its methods do."""

    @property
    def http(self) -> HttpClient: ...


class DockFinder(Protocol):
    """Finds the dock that a call made here and now belongs to."""

    def __call__(self) -> DockOfCall: ...


_finder: DockFinder | None = None


def hand_in(finder: DockFinder) -> None:
    """Say how the dock of a call is found."""
    global _finder  # noqa: PLW0603  one per process
    _finder = finder


def dock_of_call() -> DockOfCall:
    """The dock that a call made here and now belongs to."""
    assert _finder is not None  # `dl7450` is imported before any of its modules
    return _finder()
