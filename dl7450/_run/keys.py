"""Keys of the terminal press the dock's buttons while an app runs: the arrows and Enter are the joystick.

One task owns the terminal: it lets the keys through one by one and unseen, and gives the terminal back as it was when
it ends, whatever ends it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from typing import Final

import trio

from .._device.gpio import event
from .._dock.dock import Dock
from .._dock.presses import press

_KEYS: Final = {b"A": "JOYSTICK_UP", b"B": "JOYSTICK_DOWN", b"C": "JOYSTICK_RIGHT", b"D": "JOYSTICK_LEFT"}
_ENTER: Final = "JOYSTICK_CENTER"
# An arrow is ESC [ A or, where a program left the terminal in its application mode, ESC O A.
_KEY: Final = re.compile(rb"\x1b[\[O]([ABCD])|[\r\n]")
_BEGUN: Final = re.compile(rb"\x1b[\[O]?\Z")  # over a slow line the rest of a key may come later
_CHUNK = 1024  # bytes
_PATIENCE = 1.0  # seconds until a process in the background looks whether it is back


def terminal() -> int | None:
    """The terminal that keys come from: standard input, if it is one and this process is in its foreground.

    None elsewhere, and on Windows, which has no such terminals.
    """
    try:
        number = sys.stdin.fileno()
        return number if os.isatty(number) and _is_in_foreground(number) else None
    except (AttributeError, OSError, ValueError):  # no standard input, or it is closed, or it is not a file
        return None


async def press_by_keys(dock: Dock, terminal: int) -> None:
    """Press the dock's buttons by the keys of a terminal, until it is closed or this is cancelled.

    Parameters:
        dock: whose buttons; what its board does not have is not pressed.
        terminal: its file descriptor.
    """
    gpio = dock.machine.gpio
    buttons = {_ENTER, *_KEYS.values()} & gpio.inputs()
    if not buttons:
        return
    with ExitStack() as stack:
        stack.enter_context(_keys_one_by_one(terminal))
        for button in buttons:
            stack.enter_context(dock.events.expect(event(button)))
        begun = b""
        while True:
            await trio.lowlevel.wait_readable(terminal)
            if not _is_in_foreground(terminal):  # after Ctrl-Z and `bg` the keys are the shell's: reading would stop us
                await trio.sleep(_PATIENCE)
                continue
            try:
                data = os.read(terminal, _CHUNK)
            except OSError:  # the terminal is gone, which SIGHUP tells, too
                return
            if not data:
                return
            data = begun + data
            for key in _KEY.finditer(data):
                button = _KEYS.get(key[1], _ENTER)
                if button in buttons:
                    dock.start_soon(press, gpio, button)
            begun = rest[0] if (rest := _BEGUN.search(data)) else b""


@contextmanager
def _keys_one_by_one(terminal: int) -> Generator[None]:
    """Have a terminal give each key at once and show none; Ctrl-C and Ctrl-Z work as before."""
    import termios
    import tty

    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSADRAIN)
        yield
    finally:
        # After Ctrl-Z and `bg` the terminal is the shell's, which has set it up for itself.
        with suppress(termios.error, OSError):  # it may be gone
            if _is_in_foreground(terminal):
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _is_in_foreground(terminal: int) -> bool:
    return os.tcgetpgrp(terminal) == os.getpgrp()
