"""The frames that a dock under test keeps: the newest ones, bounded by their number and by the size of their pictures.

Frames share pictures: the clock in front of a background makes a thousand frames of one file.
"""

from __future__ import annotations

from collections import Counter, deque

from .._screen.state import Background, ScreenState

KEPT = 10_000  # frames
KEPT_BYTES = 64_000_000  # of background files; the newest frame is kept whatever the size of its own


class KeptFrames:
    """Frames in order. Added on the app thread; looked at while that one is blocked."""

    def __init__(self) -> None:
        self._frames: deque[ScreenState] = deque()
        self._uses: Counter[int] = Counter()  # frames, by the id of their background: equal ones may be two in memory
        self._bytes = 0

    def add(self, frame: ScreenState) -> None:
        """Keep a frame; the oldest ones make room for it."""
        self._frames.append(frame)
        if frame.background is not None:
            self._use(frame.background, 1)
        while len(self._frames) > KEPT or (self._bytes > KEPT_BYTES and len(self._frames) > 1):
            background = self._frames.popleft().background
            if background is not None:
                self._use(background, -1)

    def all(self) -> list[ScreenState]:
        """Those that are kept."""
        return list(self._frames)

    def _use(self, background: Background, frames: int) -> None:
        before = self._uses[id(background)]
        self._uses[id(background)] += frames
        if not before:
            self._bytes += len(background.data)
        elif not before + frames:
            self._bytes -= len(background.data)
            del self._uses[id(background)]
