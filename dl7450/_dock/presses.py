"""Presses of the buttons on a dock's pins: those that its description has, and short ones by hand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import trio

from .._device.gpio import PRESS_SECONDS, Gpio, Press, event
from .events import Events


async def press(gpio: Gpio, pin: str) -> None:
    """Press a button for `PRESS_SECONDS`; meanwhile pressed again, it is released after the last of the presses."""
    gpio.hold(pin)
    try:
        await trio.sleep(PRESS_SECONDS)
    finally:
        gpio.release(pin)


async def press_as_described(gpio: Gpio, presses: Sequence[Press], events: Events) -> None:
    """Press buttons, each at its moment from now.

    One task changes the pins, at the moments themselves and in order: what a timer of the same moment reads must
    repeat.
    """
    opened = trio.current_time()
    with ExitStack() as to_come:
        expected = {press: to_come.enter_context(ExitStack()) for press in presses}
        for press, expectation in expected.items():
            expectation.enter_context(events.expect(event(press.pin)))
        changes = [(press.at, True, press) for press in presses]
        changes += [(press.at + PRESS_SECONDS, False, press) for press in presses]
        for at, is_begin, press in sorted(changes, key=lambda change: change[:2]):
            await trio.sleep_until(opened + at)
            if is_begin:
                gpio.hold(press.pin)
                expected[press].close()
            else:
                gpio.release(press.pin)
