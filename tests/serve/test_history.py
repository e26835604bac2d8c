"""`History` keeps the newest events in bounded memory, and tells which kinds are new."""

from collections.abc import Callable

import trio.testing

from dl7450._screen.state import Background, ScreenState
from dl7450._serve import history as _history
from dl7450._serve.events import Frame, PaceChanged, Printed
from dl7450._serve.history import History
from dl7450._serve.pace import Pace


def frame(number: int, digest: str = "", size: int = 0) -> Frame:
    picture = Background(digest, "PNG", (1, 1), bytes(size)) if digest else None
    return Frame(at=number, number=number, screen=ScreenState(picture), trace_id="")


def test_the_newest_of_each_kind_are_kept() -> None:
    history = History()
    for number in range(1, 502):
        history.add(frame(number))
    history.add(Printed(at=0, text="hello"))
    numbers = [kept.number for kept in history.all(Frame)]
    assert numbers == list(range(302, 502))
    assert [history.frame(number) for number in (301, 302, 501, 502)] == [None, frame(302), frame(501), None]
    assert history.newest(PaceChanged) is None
    assert history.newest(Printed) == Printed(at=0, text="hello")


def test_pictures_that_are_too_large_together_push_old_frames_out() -> None:
    history, half = History(), _history.PICTURE_BYTES // 2
    for number in range(1, 100):
        history.add(frame(number, f"picture {number % 2}", half))  # two that take turns
    assert len(history.all(Frame)) == 99
    history.add(frame(100, "picture 2", half))
    assert [kept.number for kept in history.all(Frame)] == [99, 100]
    history.add(frame(101, "picture 3", 3 * half))  # more than there is room for is kept alone
    assert [kept.number for kept in history.all(Frame)] == [101]


async def test_who_waits_hears_of_a_change_and_of_what_kind_it_is() -> None:
    history = History(lambda tell: tell())
    known = history.version()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(history.wait_change, known)
        await trio.testing.wait_all_tasks_blocked()
        history.add(PaceChanged(at=0, pace=Pace.FAST))
    assert (history.version([PaceChanged]), history.version([Printed])) == (known + 1, 0)


async def test_nobody_is_woken_while_nobody_waits() -> None:
    woken = []

    def wake(tell: Callable[[], None]) -> None:
        woken.append(tell)
        tell()

    history = History(wake)
    history.add(Printed(at=0, text="before"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(history.wait_change, history.version())
        await trio.testing.wait_all_tasks_blocked()
        assert woken == []
        history.add(Printed(at=1, text="while"))
    history.add(Printed(at=2, text="after"))
    assert len(woken) == 1
