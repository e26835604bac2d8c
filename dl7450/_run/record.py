"""`RunRecord`: what happens, and happened, while an app runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .._screen.state import ScreenState
from .._screen.text_faults import TextFaults
from ..http._client import REQUESTS_MAX, HttpStatistics

if TYPE_CHECKING:
    from .._dock.dock import Dock

_ENDED = ("completed", "failed", "rejected", "cancelled")
KEPT_TEXTS, KEPT_ERRORS = 1_000, 100  # a clock shows 86,400 texts a day


@dataclass
class RunRecord:
    """What happens, and happened, while an app runs. Any thread may look.

    Attributes:
        missing: the texts that are expected, and were not part of anything on the screen so far.
        frames: how many frames were rendered.
        texts: what was on the screen in a frame, in the order of its first appearance; the newest 1,000 (the values
            mean nothing: this is an ordered set).
        text_faults: text that leaves the screen or lies over other text, in words; the first 100.
        errors: what the app raised: the name and the message; the first 100.
        error_count: how many there were.
        app_has_ended: what it raised has ended it, and the run goes on only to show that.
    """

    missing: Sequence[str] = ()
    frames: int = 0
    texts: dict[str, None] = field(default_factory=dict)
    text_faults: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    error_count: int = 0
    app_has_ended: bool = False
    _looking: TextFaults = field(default_factory=TextFaults)
    _dock: Dock | None = None
    _started: float = 0.0
    _earlier: Counter[str] = field(default_factory=Counter)  # requests of the docks of earlier apps
    _ended: float | None = None

    @property
    def seconds(self) -> float:
        """How long it has run, in dock time."""
        if self._dock is None:
            return 0.0
        return (self._dock.clock.current_time() if self._ended is None else self._ended) - self._started

    @property
    def requests(self) -> HttpStatistics:
        """The requests of all apps."""
        now = HttpStatistics(REQUESTS_MAX, 0) if self._dock is None else self._dock.http.statistics()
        return replace(now, **{name: getattr(now, name) + count for name, count in self._earlier.items()})

    def add_frame(self, frame: ScreenState) -> list[str]:
        """Note a frame, its texts and its faults; return the faults that are new."""
        self.frames += 1
        for text in frame.texts():
            if text not in self.texts:
                self.texts[text] = None
                self.missing = [expected for expected in self.missing if expected not in text]
                if len(self.texts) > KEPT_TEXTS:
                    del self.texts[next(iter(self.texts))]
        faults = self._looking.look(frame)
        self.text_faults += faults
        return faults

    def add_error(self, error: BaseException) -> None:
        """Note what the app raised."""
        self.error_count += 1
        if self.error_count <= KEPT_ERRORS:
            self.errors.append(f"{type(error).__name__}: {error}")

    def begin(self, dock: Dock) -> None:
        """Follow this dock from now on: the first one of the run, or that of the next app."""
        if self._dock is None:
            self._started = dock.started
        else:
            before = self._dock.http.statistics()
            self._earlier.update({name: getattr(before, name) for name in _ENDED})
        self._dock = dock

    def end(self) -> None:
        """Keep the moment: the run is over."""
        if self._dock is not None:
            self._ended = self._dock.clock.current_time()
