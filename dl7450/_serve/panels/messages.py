"""Messages to the app and from it: those of MQTT, and those of the vendor's cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from .. import world
from ..events import AppStarted, MqttMessage, WorldChanged
from ..program import MESSAGE_BYTES, DockProgram
from ..served_dock import ServedDock
from . import Form, Panel

_LATELY = 10  # messages
_MOST_SHOWN = 200  # characters of a message

_VISION = {"text": b"t", "as it is": b"", "hexadecimal": b""}


@dataclass(frozen=True)
class _Mqtt:
    """What the broker in memory knows."""

    is_in_memory: bool
    connected: list[str]
    subscriptions: dict[str, int]


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """The brokers, and the newest messages."""
    mqtt = await dock.ask(_now)
    return {
        "mqtt": mqtt,
        "topic": next(iter(mqtt.subscriptions), ""),  # to send to
        "lately": [(each, _text(each.start)) for each in reversed(dock.history.all(MqttMessage)[-_LATELY:])],
        "vision": list(_VISION),
    }


async def choose_broker(dock: ServedDock, form: Form) -> None:
    """Have MQTT clients find the form's `broker`: `real` or `memory`."""
    broker = form.get("broker", "")
    if broker not in {"real", "memory"}:
        raise ValueError("the broker must be real or memory")
    await dock.ask_async(world.choose_broker, broker == "memory")


async def publish(dock: ServedDock, form: Form) -> None:
    """Publish the form's `message` to its `topic`, with its `qos`, and `retain` it."""
    qos = form.get("qos", "0")
    message = form.get("message", "").encode()
    await dock.ask(
        world.publish, form.get("topic", "").strip(), message, int(qos) if qos in set("012") else -1, "retain" in form
    )


async def send_vision(dock: ServedDock, form: Form) -> None:
    """Send the form's `message` as the vendor's cloud does, written as its `kind` says."""
    kind, text = form.get("kind", ""), form.get("message", "")
    if kind not in _VISION:
        raise ValueError(f"the message must be written as {', '.join(_VISION)}")
    try:
        message = bytes.fromhex(text) if kind == "hexadecimal" else _VISION[kind] + text.encode()
    except ValueError:
        raise ValueError("the message must be hexadecimal digits, such as 74 6f 6b") from None
    await dock.send_message(message)
    await dock.ask(DockProgram.tell_change, "a message of the vendor's cloud")


def _now(program: DockProgram) -> _Mqtt:
    broker = program.mqtt.broker
    return _Mqtt(
        is_in_memory=program.mqtt.is_in_memory,
        connected=broker.connected,
        subscriptions=broker.subscriptions,
    )


def _text(start: bytes) -> str:
    """A message as text, or its bytes in hexadecimal."""
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        is_cut = error.reason == "unexpected end of data" and len(start) == MESSAGE_BYTES
        text = start[: error.start].decode() if is_cut else start.hex(" ")
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


PANEL = Panel(
    name="messages",
    title="Messages",
    tab="Messages",
    place=60,
    kinds=(WorldChanged, AppStarted, MqttMessage),
    ticks=True,
    show=show,
    actions={"broker": choose_broker, "publish": publish, "vision": send_vision},
)
