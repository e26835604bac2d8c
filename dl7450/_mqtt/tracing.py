"""The spans of an MQTT client, by OpenTelemetry's semantic conventions for messaging; MQTT itself carries no context.

| span | kind | from | to |
|---|---|---|---|
| `connect` | CLIENT | a connection is tried | the broker has taken or refused it, or it could not be made |
| `publish TOPIC` | PRODUCER | the app publishes | the message was sent (QoS 0) or acknowledged |
| `process TOPIC` | CONSUMER | a message has come | the app's callback has returned |
"""

from __future__ import annotations

from collections.abc import Callable

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, TracerProvider

from .._version import __version__
from ..http._exchange import Exchange
from .arguments import Broker


class MqttTracing:
    """Makes the spans of one client."""

    def __init__(
        self, tracer_provider: TracerProvider | None, now: Callable[[], int], broker: Broker, client_id: str
    ) -> None:
        """
        Parameters:
            tracer_provider: makes the spans.
            now: nanoseconds since 1970.
            broker: of the client.
            client_id: its name.
        """
        self.now = now
        self._tracer = trace.get_tracer("dl7450.mqtt", __version__, tracer_provider)
        self._attributes: dict[str, str | int] = {
            "messaging.system": "mqtt",
            "messaging.client.id": client_id,
            "server.address": broker.host,
            "server.port": broker.port,
        }

    def start_connect(self, links: list[Link]) -> Span:
        """A connection is tried. The link is to the span that asked for it."""
        return self._tracer.start_span(
            "connect", Context(), SpanKind.CLIENT, self._attributes, links, start_time=self.now()
        )

    def end_connect(self, span: Span, exchange: Exchange, error: str | None) -> None:
        """The connection was taken, or not.

        Parameters:
            exchange: what happened on the way: its phases become spans, too.
            error: what was the matter, None if nothing was.
        """
        self._describe(span, exchange)
        self._end(span, error)

    def cancel_connect(self, span: Span, exchange: Exchange) -> None:
        """The client ended while it tried."""
        self._describe(span, exchange)
        self.cancel(span)

    def start_publish(self, topic: str, message: bytes, qos: int) -> Span:
        """The app publishes; its current span is the parent."""
        return self._start("publish", "send", SpanKind.PRODUCER, None, topic, message, qos)

    def end_publish(self, span: Span, error: str | None = None) -> None:
        """The message has been handed over, or cannot be."""
        self._end(span, error)

    def start_process(self, topic: str, message: bytes, qos: int) -> Span:
        """A message has come for the app."""
        return self._start("process", "process", SpanKind.CONSUMER, Context(), topic, message, qos)

    def end_process(self, span: Span) -> None:
        """The app has processed the message."""
        self._end(span, None)

    def cancel(self, span: Span) -> None:
        """What the span is about was given up, which is not an error."""
        span.set_attribute("dl7450.cancelled", True)
        self._end(span, None)

    def _start(
        self,
        operation: str,
        kind_of_operation: str,
        kind: SpanKind,
        parent: Context | None,
        topic: str,
        message: bytes,
        qos: int,
    ) -> Span:
        return self._tracer.start_span(
            f"{operation} {topic}",
            parent,
            kind,
            {
                **self._attributes,
                "messaging.operation.name": operation,
                "messaging.operation.type": kind_of_operation,
                "messaging.destination.name": topic,
                "messaging.message.body.size": len(message),
                "dl7450.mqtt.qos": qos,
            },
            start_time=self.now(),
        )

    def _describe(self, span: Span, exchange: Exchange) -> None:
        if exchange.peer is not None:
            span.set_attributes({"network.peer.address": exchange.peer[0], "network.peer.port": exchange.peer[1]})
        for phase in exchange.phases:
            child = self._tracer.start_span(phase.name, trace.set_span_in_context(span), start_time=phase.start)
            if phase.cancelled_by is not None:
                child.set_attribute("dl7450.cancelled", True)
            elif phase.error is not None:
                child.set_attribute("error.type", phase.error)
                child.set_status(StatusCode.ERROR, phase.reason)
            child.end(phase.end)

    def _end(self, span: Span, error: str | None) -> None:
        if error is not None:
            span.set_attribute("error.type", error)
            span.set_status(StatusCode.ERROR)
        span.end(self.now())
