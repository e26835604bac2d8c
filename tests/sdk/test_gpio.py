"""The SDK's `gpio` module, as an app sees it."""

from collections.abc import Callable
from typing import Any

import pytest
import trio
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from trio.testing import MockClock

import dl7450
from dl7450 import gpio, time, wakeup
from dl7450._device.device import Device
from dl7450._device.gpio import Direction, Pin, Press
from dl7450._device.machine import Machine
from dl7450._dock.current import current_dock
from tests._dock_app import result_of

BOARD = Device(
    gpio=(
        Pin("low", active_high=False),
        Pin("high", active_high=True),
        Pin("led", Direction.OUT, active_high=True),
        Pin("relay", Direction.OUT, active_high=False),
    )
)


def pressed(*presses: Press) -> Device:
    return Device(gpio=BOARD.gpio, presses=presses)


async def test_the_board_of_the_vendor_is_a_joystick_that_nobody_presses() -> None:
    names = ["JOYSTICK_CENTER", "JOYSTICK_UP", "JOYSTICK_DOWN", "JOYSTICK_LEFT", "JOYSTICK_RIGHT"]

    def app() -> list[object]:
        pins = [gpio.create(name) for name in names]
        return [(type(pin), pin.read(), pin.active_high()) for pin in pins]

    assert await result_of(app) == [(gpio.DigitalInput, 1, False)] * 5


async def test_an_output_is_written_as_active_or_not_whatever_the_level_is() -> None:
    def app() -> None:
        led, relay = gpio.create("led"), gpio.create("relay")
        assert (led.active_high(), relay.active_high()) == (True, False)
        led.write(1)
        relay.write(True)
        relay.write(0)

    async with dl7450.open_dock(device=BOARD) as dock:
        pins = dock.machine.gpio
        assert (pins.level("led"), pins.level("relay")) == (0, 1)
        await dock.run_app(app)
        assert [write[1:] for write in pins.writes] == [("led", 1), ("relay", 1), ("relay", 0)]
        assert (pins.level("led"), pins.level("relay")) == (1, 1)


@pytest.mark.parametrize("value", [2, -1, None, "1"])
async def test_an_output_takes_1_and_0_only(value: Any) -> None:
    def app() -> None:
        with pytest.raises(ValueError, match="write 1 to make led active and 0 to make it inactive, not "):
            gpio.create("led").write(value)

    await result_of(app, BOARD)


async def a_coroutine() -> None: ...


create: Any = gpio.create  # called as no type checker would allow


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda: create("LED"), "'LED' is not a pin of the dock's board: it has low, high, led, relay"),
        (lambda: create([]), r"\[\] is not a pin of the dock's board"),
        (lambda: create("led", print), "led is an output, which calls nobody: leave the callback out"),
        (lambda: create("low", 5), "callback must be a function without parameters, not int"),
        (lambda: create("low", a_coroutine), "callback must be a plain function, not an async one"),
    ],
)
async def test_misuse_is_refused_with_the_fix(misuse: Callable[[], object], message: str) -> None:
    def app() -> None:
        with pytest.raises(TypeError, match=message):
            misuse()

    await result_of(app, BOARD)


def test_what_is_made_directly_is_no_pin() -> None:
    digital_input, output = gpio.DigitalInput("low", True, print), gpio.DigitalOutput("led", False)
    assert (digital_input.read(), digital_input.active_high(), output.active_high()) == (-1, True, False)
    output.write(1)
    with pytest.raises(ValueError, match="write 1 to make led active"):
        output.write(2)


async def test_a_press_calls_when_the_pin_becomes_active_and_a_release_does_not(autojump_clock: MockClock) -> None:
    calls: list[tuple[float, str, int]] = []

    def app() -> None:
        for name in ("low", "high"):
            pin = gpio.create(name, lambda name=name: calls.append((trio_time(), name, pin_of[name].read())))
            pin_of[name] = pin

    def trio_time() -> float:
        return dock.clock.current_time()

    pin_of: dict[str, gpio.DigitalInput] = {}
    device = pressed(Press(5, "high"), Press(3, "low"), Press(3.05, "low"), Press(5, "low"))
    async with dl7450.open_dock(device=device) as dock:
        await dock.run_app(app)  # until the last press: nothing can call the app then
        assert trio.current_time() == 5
        assert calls == [(3, "low", 0), (5, "high", 1), (5, "low", 0)]


async def test_an_app_that_does_not_listen_is_not_kept_by_presses(autojump_clock: MockClock) -> None:
    async with dl7450.open_dock(device=pressed(Press(3, "low"), Press(9, "high"))) as dock:
        await dock.run_app(lambda: gpio.create("low", lambda: None))
        assert trio.current_time() == 3


async def test_a_timer_of_the_same_moment_sees_the_press(autojump_clock: MockClock) -> None:
    levels: list[int] = []

    def app() -> None:
        pin = gpio.create("high")
        wakeup.wakeup(lambda: levels.append(pin.read()), 2900, 50)

    async with dl7450.open_dock(device=pressed(Press(3, "high"))) as dock:
        with trio.move_on_after(3.2):
            await dock.run_app(app)
    assert levels == [0, 0, 1, 1, 0, 0]


async def test_presses_while_the_app_is_busy_are_queued(autojump_clock: MockClock) -> None:
    """All objects of a pin are called, in the order in which they were created."""
    calls: list[str] = []

    def app() -> None:
        gpio.create("low", lambda: calls.append("first"))
        gpio.create("low", lambda: calls.append("second"))
        time.sleep(10)
        calls.append("rested")

    async with dl7450.open_dock(device=pressed(Press(1, "low"), Press(2, "low"))) as dock:
        await dock.run_app(app)
    assert calls == ["rested", "first", "second", "first", "second"]


async def test_a_press_is_a_trace_of_its_own_with_a_link_to_who_listens(
    autojump_clock: MockClock, tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    def on_press() -> None: ...

    async with dl7450.open_dock(device=pressed(Press(1, "low")), tracer_provider=tracer_provider) as dock:
        await dock.run_app(lambda: gpio.create("low", on_press))
    app, callback = exporter.get_finished_spans()
    assert (callback.name, callback.parent, [link.context for link in callback.links]) == (
        "dl7450.callback",
        None,
        [app.context],
    )
    assert dict(callback.attributes or {}) == {
        "code.function.name": f"{__name__}.{on_press.__qualname__}",
        "dl7450.event": "gpio low",
    }


async def test_nothing_is_called_when_the_dock_has_closed(autojump_clock: MockClock) -> None:
    calls: list[str] = []
    async with dl7450.open_dock(device=pressed(Press(1, "low"))) as dock:
        await dock.start_app(lambda: gpio.create("low", lambda: calls.append("late")))
    await trio.sleep(5)
    assert (calls, trio.current_time()) == ([], 5)


async def test_a_machine_goes_on_on_another_dock(autojump_clock: MockClock) -> None:
    """A press that the first dock did not see the end of is over, and what is past is not done again."""
    calls: list[float] = []
    machine = Machine(pressed(Press(1, "low"), Press(3, "low")), trio.lowlevel.current_clock())
    for wait in (1.05, 5):
        with trio.move_on_after(wait):
            async with dl7450.open_dock(device=machine) as dock:
                await dock.start_app(
                    lambda: gpio.create("low", lambda: calls.append(current_dock().clock.current_time()))
                )
                await trio.sleep_forever()
        assert machine.gpio.level("low") == 1
    assert calls == [1, 3]
