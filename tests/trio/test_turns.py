"""Turns: what they cost where nobody takes any; the order of an app's requests is in `tests/dock/test_order.py`."""

from trio.testing import assert_no_checkpoints

from dl7450._trio.turns import Turns


async def test_on_a_real_clock_nobody_waits_for_a_turn() -> None:
    turns = Turns()
    with assert_no_checkpoints():
        await turns.wait()
        async with turns.in_turn():
            pass
