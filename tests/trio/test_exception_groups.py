"""One exception is raised as itself; several stay a group; cancellations are one."""

from collections.abc import Awaitable, Callable

import pytest
import trio

from dl7450._trio.exception_groups import ctrl_c_first, open_plain_nursery, ungrouped


async def fails(error: Exception) -> None:
    raise error


async def test_what_one_task_raises_is_raised_as_it_is_with_its_own_context() -> None:
    error = ValueError("mine")

    async def program() -> None:
        async with open_plain_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            nursery.start_soon(fails, error)

    with pytest.raises(ValueError, match=r"^mine$") as raised:
        await program()
    assert raised.value is error
    assert error.__context__ is None


async def test_a_group_that_a_task_raises_stays_the_group_that_it_is() -> None:
    mine = ExceptionGroup("mine", [ValueError("one")])

    async def program() -> None:
        async with open_plain_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            nursery.start_soon(fails, mine)

    with pytest.raises(ExceptionGroup) as raised:
        await program()
    assert repr(raised.value) == repr(mine)  # Trio made another one of it


def test_a_group_with_ctrl_c_in_it_is_ctrl_c_with_the_group_as_its_cause() -> None:
    group = BaseExceptionGroup("outer", [BaseExceptionGroup("inner", [KeyboardInterrupt()]), ValueError()])
    with pytest.raises(KeyboardInterrupt) as raised, ctrl_c_first():
        raise group
    assert raised.value.__cause__ is group
    other = ExceptionGroup("no Ctrl-C", [ValueError()])
    with pytest.raises(ExceptionGroup) as left, ctrl_c_first():
        raise other
    assert left.value is other


async def test_several_errors_stay_a_group() -> None:
    async def fails_when_cancelled() -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise KeyError("second")

    async def program() -> None:
        async with open_plain_nursery() as nursery:
            nursery.start_soon(fails_when_cancelled)
            await trio.testing.wait_all_tasks_blocked()
            raise ValueError("first")

    with pytest.raises(ExceptionGroup) as raised:
        await program()
    assert {type(error) for error in raised.value.exceptions} == {ValueError, KeyError}


async def cancelled() -> None:
    with ungrouped():
        async with trio.open_nursery() as outer, trio.open_nursery() as inner:
            for nursery in (outer, inner):
                nursery.start_soon(trio.sleep_forever)


async def cancelled_beside_an_error() -> None:
    async def cleans_up_badly() -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise ValueError("clean-up")

    with ungrouped():
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            nursery.start_soon(cleans_up_badly)


@pytest.mark.parametrize(("afn", "raised"), [(cancelled, trio.Cancelled), (cancelled_beside_an_error, ValueError)])
async def test_cancellations_are_one_and_step_back_behind_an_error(
    afn: Callable[[], Awaitable[None]], raised: type[BaseException], nursery: trio.Nursery
) -> None:
    seen: list[type[BaseException]] = []

    async def watch() -> None:
        try:
            await afn()
        except (trio.Cancelled, ValueError) as error:
            seen.append(type(error))
            if isinstance(error, trio.Cancelled):
                raise

    async with trio.open_nursery() as scope:
        scope.start_soon(watch)
        await trio.testing.wait_all_tasks_blocked()
        scope.cancel_scope.cancel()
    assert seen == [raised]


async def test_a_nursery_that_is_cancelled_from_inside_raises_nothing() -> None:
    async with open_plain_nursery() as nursery:
        nursery.start_soon(trio.sleep_forever)
        nursery.cancel_scope.cancel()
