"""Which frames of a dock under test are kept."""

import pytest

from dl7450._screen.state import Background, ScreenState
from dl7450.testing import _kept_frames
from dl7450.testing._kept_frames import KeptFrames


def frame(name: str, size: int) -> ScreenState:
    return ScreenState(Background(name, "PNG", (1, 1), bytes(size)))


def test_the_oldest_frames_go_when_there_are_too_many_or_their_pictures_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_kept_frames, "KEPT", 5)
    monkeypatch.setattr(_kept_frames, "KEPT_BYTES", 100)
    first, second, third, huge, empty = frame("1", 60), frame("2", 40), frame("3", 50), frame("4", 101), ScreenState()
    frames = KeptFrames()
    for shown, kept in [
        (first, [first]),
        (second, [first, second]),
        (first, [first, second, first]),  # the same picture again takes no more
        (empty, [first, second, first, empty]),
        (third, [empty, third]),
        (second, [empty, third, second]),
        (huge, [huge]),
        (first, [first]),
        *[(empty, [first, *[empty] * count]) for count in range(1, 5)],
        (empty, [empty] * 5),
        (first, [*[empty] * 4, first]),
    ]:
        frames.add(shown)
        assert frames.all() == kept
