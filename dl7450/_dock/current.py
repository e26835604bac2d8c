"""Which dock a call of the SDK belongs to.

The one whose app is running (a context variable), else the one that is open, else a default dock that the first use
starts: in a plain Python script `dl7450.http.get(url)` just works.

Importing this is light, so that importing a module of the SDK is: Trio, httpx and OpenTelemetry come with the first
use of a dock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dock import Dock


def current_dock() -> Dock:
    """The dock that a call made here and now belongs to.

    Raises:
        RuntimeError: several docks are open and the call does not come from an app of one of them.
    """
    from .dock import dock_of_app, open_docks

    dock = dock_of_app.get()
    if dock is not None:
        return dock
    docks = list(open_docks)
    if len(docks) == 1:
        return docks[0]
    if docks:
        raise RuntimeError(
            f"{len(docks)} docks are open, so it is unclear which one is meant: "
            "call this from an app that runs on one of them (dock.run_app), or use its own methods (dock.http)"
        )
    from .default_dock import default_dock

    return default_dock()


def current_dock_to_wait_for(call: str, instead: str) -> Dock:
    """The same for a call that waits, and so must not be made on the Trio thread.

    Parameters:
        call: what was called, such as `time.sleep()`.
        instead: what a Trio program does in its place.

    Raises:
        RuntimeError: this is the Trio thread, or as for `current_dock`.
    """
    from .._trio.threads import check_not_trio

    check_not_trio(call, instead)
    return current_dock()
