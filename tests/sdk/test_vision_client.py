"""The SDK's `vision_client` module, as an app sees it."""

from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import dl7450
from dl7450 import vision_client
from dl7450.testing import TestDock
from tests._dock_app import result_of


async def test_each_client_gets_each_message_as_bytes_of_its_own(
    tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    messages: list[bytearray] = []

    def on_message(message: bytearray) -> None:
        messages.append(message)
        message.extend(b"!")

    def app() -> None:
        replaced = vision_client.VisionClient()
        replaced.on_message(lambda _: messages.append(bytearray(b"never")))
        replaced.on_message(on_message)
        vision_client.VisionClient().on_message(on_message)

    async with dl7450.open_dock(tracer_provider=tracer_provider) as dock:
        await dock.run_app(app)
        dock.send_message(memoryview(b"tHello"))
        await dock.wait_app_over()
    assert messages == [bytearray(b"tHello!"), bytearray(b"tHello!")]
    callbacks = [span for span in exporter.get_finished_spans() if span.name == "dl7450.callback"]
    assert [(span.attributes or {})["dl7450.event"] for span in callbacks] == ["vision message"] * 2


async def test_misuse_is_refused() -> None:
    async def a_coroutine(message: bytearray) -> None: ...

    def app() -> None:
        client: Any = vision_client.VisionClient()
        with pytest.raises(TypeError, match="callback must be a function that takes the message, not NoneType"):
            client.on_message(None)
        with pytest.raises(TypeError, match="callback must be a plain function, not an async one"):
            client.on_message(a_coroutine)
        client.send_message(b"as on the dock, nothing happens")

    await result_of(app)


def test_what_a_callback_raises_is_raised_where_a_test_sends(dock: TestDock) -> None:
    dock.run_app(lambda: vision_client.VisionClient().on_message(lambda message: message.decode("ascii")))
    with pytest.raises(UnicodeDecodeError):
        dock.vision.send(b"t\xff")
    with pytest.raises(TypeError, match="message must be bytes, bytearray or memoryview, not str"):
        dock.vision.send("tHello")  # type: ignore[arg-type] # what the test is about
