"""The tree of tasks: its lines, and the signal that prints it."""

import os
import re
import signal
import threading
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

import pytest
import trio

from dl7450_telemetry import format_task_tree, task_tree_on_signal
from dl7450_telemetry.trio import _tasks as _trio_tasks

SOURCE = Path(__file__).read_text().splitlines()


def at(mark: str) -> str:
    """The place in this file whose line ends with the mark."""
    [number] = [number for number, line in enumerate(SOURCE, start=1) if line.endswith(f"# {mark}")]
    return f"{__file__}:{number}"


async def fetch(seconds: float) -> None:
    with trio.fail_after(seconds):
        await trio.Event().wait()  # fetch


async def start(nursery: trio.Nursery) -> None:
    await nursery.start(serve, name="server")  # start


async def serve(task_status: trio.TaskStatus[None]) -> None:
    async with trio.open_nursery():
        await trio.sleep_forever()  # open


async def iterate() -> None:
    async for _ in generate():  # iterate
        pass


async def generate() -> AsyncGenerator[None, None]:
    yield
    await trio.sleep_forever()  # generate


async def grow(trees: list[str]) -> None:
    async with trio.open_nursery() as nursery:
        nursery.cancel_scope.deadline = 60
        nursery.cancel_scope.shield = True
        nursery.start_soon(fetch, 2.5, name="fetcher")
        nursery.start_soon(iterate, name="iterating")
        nursery.start_soon(start, nursery, name="starter")
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(fetch, 1, name="new")
        async with trio.open_nursery() as inner:
            inner.start_soon(trio.sleep_forever, name="victim")
            inner.cancel_scope.cancel()
            trees.append(format_task_tree(trio.lowlevel.current_task()))  # running
        nursery.cancel_scope.cancel()


async def test_every_task_is_a_line_under_its_nursery_with_where_it_waits_and_its_deadline(
    mock_clock: trio.testing.MockClock,
) -> None:
    trees: list[str] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(grow, trees, name="root")

    sleep = trio.sleep_forever.__code__
    assert trees[0].splitlines() == [
        f"root: runs at {at('running')} (grow), cancelled",
        "├─ nursery, deadline in 60.000 s, shielded",
        f"│  ├─ fetcher: waits in Event.wait at {at('fetch')} (fetch), deadline in 2.500 s",
        f"│  ├─ iterating: waits in sleep_forever at {at('generate')} (generate), deadline in 60.000 s",
        f"│  ├─ new: starts at {__file__}:{fetch.__code__.co_firstlineno} (fetch), deadline in 60.000 s",
        f"│  └─ starter: waits in Nursery.start at {at('start')} (start), deadline in 60.000 s",
        "│     └─ nursery",
        f"│        └─ server (starting): waits in sleep_forever at {at('open')} (serve), deadline in 60.000 s",
        "│           └─ nursery",
        "└─ nursery, cancelled",
        f"   └─ victim: starts at {sleep.co_filename}:{sleep.co_firstlineno} (sleep_forever), cancelled",
    ]


async def test_the_whole_run_is_shown_with_trio_s_own_tasks() -> None:
    lines = format_task_tree().splitlines()
    assert lines[0].startswith("<init>: waits in ")
    assert any("<TrioToken.run_sync_soon task>: waits in " in line for line in lines)
    assert any(f"{trio.lowlevel.current_task().name}: runs at {__file__}" in line for line in lines)


async def test_a_task_that_has_exited_says_so() -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.lowlevel.checkpoint, name="gone")
        [task] = nursery.child_tasks
    assert format_task_tree(task) == "gone: has exited\n"


def test_without_a_run_there_is_no_tree() -> None:
    with pytest.raises(RuntimeError, match="must be called from async context"):
        format_task_tree()


async def test_the_signal_prints_the_tree_at_once_even_while_a_task_keeps_the_loop(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with task_tree_on_signal():
        signal.raise_signal(signal.SIGUSR1)  # interrupted
    printed = capfd.readouterr().err
    assert f"runs at {at('interrupted')} (" in printed
    assert re.sub(r"runs at .*", "", printed) == re.sub(r"runs at .*", "", format_task_tree())


async def test_any_signal_can_be_chosen_and_its_handler_comes_back(capfd: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGUSR2)
    with task_tree_on_signal(signal.SIGUSR2):
        os.kill(os.getpid(), signal.SIGUSR2)
    assert "<init>" in capfd.readouterr().err
    assert signal.getsignal(signal.SIGUSR2) is before


async def test_a_tree_that_cannot_be_made_does_not_hit_the_code_that_was_interrupted(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> str:
        raise LookupError("half-built")

    monkeypatch.setattr(_trio_tasks, "format_task_tree", fail)
    with task_tree_on_signal():
        signal.raise_signal(signal.SIGUSR1)
    assert capfd.readouterr().err.endswith("LookupError: half-built\n")


def test_the_signal_needs_a_run() -> None:
    with pytest.raises(RuntimeError, match=r"enter it inside trio.run\(\)"), task_tree_on_signal():
        pass


def test_the_signal_needs_the_main_thread() -> None:
    errors: list[str] = []

    async def main() -> None:
        try:
            with task_tree_on_signal():
                pass
        except RuntimeError as error:
            errors.append(str(error))

    thread = threading.Thread(target=partial(trio.run, main))
    thread.start()
    thread.join()
    assert errors == ["Python handles signals on the main thread only: call trio.run() there"]
