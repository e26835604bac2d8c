"""Presses of the buttons on a dock's pins: those that its description has, and short ones by hand."""

from __future__ import annotations

from contextlib import ExitStack

import trio

from .._device.gpio import PRESS_SECONDS, Gpio, event
from .._device.machine import Machine
from .events import Events


async def press(gpio: Gpio, pin: str) -> None:
    """Press a button for `PRESS_SECONDS`; meanwhile pressed again, it is released after the last of the presses."""
    gpio.hold(pin)
    try:
        await trio.sleep(PRESS_SECONDS)
    finally:
        gpio.release(pin)


async def press_as_described(machine: Machine, events: Events) -> None:
    """Press the buttons of a machine, each at its moment; those whose moment is past have been pressed.

    One task changes the pins, at the moments themselves and in order: what a timer of the same moment reads must
    repeat.
    """
    powered_on = trio.current_time() - machine.elapsed
    presses = [press for press in machine.device.presses if press.at >= machine.elapsed]
    held: list[str] = []
    try:
        with ExitStack() as to_come:
            expected = {press: to_come.enter_context(ExitStack()) for press in presses}
            for press, expectation in expected.items():
                expectation.enter_context(events.expect(event(press.pin)))
            changes = [(press.at, True, press) for press in presses]
            changes += [(press.at + PRESS_SECONDS, False, press) for press in presses]
            for at, is_begin, press in sorted(changes, key=lambda change: change[:2]):
                await trio.sleep_until(powered_on + at)
                if is_begin:
                    machine.gpio.hold(press.pin)
                    held.append(press.pin)
                    expected[press].close()
                else:
                    machine.gpio.release(press.pin)
                    held.remove(press.pin)
    finally:
        for pin in held:  # the dock closes, and its machine may get another one
            machine.gpio.release(pin)
