"""Timers (dock SDK, `wakeup`)."""

from collections.abc import Callable as _Callable
from inspect import iscoroutinefunction as _iscoroutinefunction

from ._dock import current as _current

__all__ = ["Timer", "wakeup"]

_LONGEST = 10**13  # milliseconds, 317 years: a moment beyond them may have no date


class Timer:
    """Calls a function after a time, once or again and again."""

    def __init__(self, task: _Callable[[], object], time_ms: int, repeat_ms: int = 0) -> None:
        """Start a timer.

        The dock promises no order between timers that are due at the same moment; here it is that of starting. What is
        due comes before the screen is drawn. On the dock a timer to which the app keeps no reference may be collected
        at any time; here it goes on (`dl7450 check` finds such timers).

        Parameters:
            task: called without arguments, on the app thread when it is idle.
            time_ms: milliseconds until the first call; 0: as soon as the thread is idle.
            repeat_ms: milliseconds from one call to the next; 0: it is called once.

        Raises:
            TypeError: `task` cannot be called or is async, or a time is not a number.
            ValueError: a time is negative, or more than 10**13 (the SDK names no bound).
        """
        if not callable(task):
            raise TypeError(f"task must be a function without parameters, not {type(task).__name__}")
        if _iscoroutinefunction(task):
            raise TypeError("task must be a plain function, not an async one: nobody would await it")
        times: dict[str, object] = {"time_ms": time_ms, "repeat_ms": repeat_ms}
        for name, value in times.items():
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise TypeError(f"{name} must be a number of milliseconds, not {type(value).__name__}")
            if not value >= 0:
                raise ValueError(f"{name} must be 0 or more milliseconds, not {value}")
            if value > _LONGEST:
                raise ValueError(f"{name} must be at most {_LONGEST} milliseconds, which are 317 years")
        dock = _current.current_dock()
        self._timer = dock.call_sync(dock.timers.start, task, time_ms / 1000, repeat_ms / 1000)

    def cancel(self) -> None:
        """Stop the timer: once this returns, its task is not called. Safe at any time and more than once.

        From another thread than the app's, a call that has begun goes on.
        """
        self._timer.cancel()


def wakeup(task: _Callable[[], object], time_ms: int, repeat_ms: int = 0) -> Timer:
    """Start a timer and return it. The parameters are those of `Timer`."""
    return Timer(task, time_ms, repeat_ms)
