r"""`Session`: one MQTT client. It connects, is lost, and tries again, as the dock's does.

    connect() --> trying --accepted--> connected        on_connect(0), and the delay starts over
                    ^  \                   |
                    |   `--refused--> over |            on_connect(1 to 5): no further try
                    |                      |
                    '-- waits <-- lost ----'            on_connect(-1): could not connect, or was lost

It waits 1, 2, 4, 8, 16, 32 seconds, then 60 every time (Eclipse Paho's C library, whose numbers the dock's are).

One task runs a client; while it is connected, a second one in it sends. The `Engine` keeps the session over the
connections: what is published meanwhile goes out with the next one.

An app that is slower than its broker is waited for: when it has not been told what came so far, no more is read, and
TCP has the broker wait. Nothing is lost, and the broker's own bound holds, as with Paho's C library, which calls the
application between two reads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import trio
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span

from .._trio.turns import Turns
from ..http._curl import FailedRequest
from ..http._exchange import Exchange
from ..http._network import Network, close
from .arguments import Broker, Options
from .backlog import Backlog
from .connection import open_connection
from .engine import PACKET_MAX, PINGREQ, Accepted, Engine, Message, ProtocolError, Published, Refused, Subscribed
from .errors import MqttCode
from .tracing import MqttTracing
from .websocket import AT_ONCE

CONNECT_TIMEOUT = 30.0  # seconds until the broker has to have taken the connection (Paho's connectTimeout)
RETRY_MAX = 60.0  # seconds
WAITING_MAX = 1000  # things that an app has not been told yet, and bytes of them: then no more is read
WAITING_SIZE_MAX = PACKET_MAX
_CHUNK = 65_536  # bytes


class CallApp(Protocol):
    """Has a callback of an app called when the app thread is idle."""

    def __call__(
        self,
        event: str,
        callback: Callable[..., object],
        arguments: Callable[[], tuple[object, ...]],
        links: Sequence[Link],
        still_wanted: Callable[[], bool],
        parent: Context = ...,
        done: Callable[[], None] = ...,
    ) -> None:
        """
        Parameters:
            event: what happened, for the span.
            callback: of the app.
            arguments: makes what it is called with.
            links: to the span that asked for the callback.
            still_wanted: says at the last moment whether the callback may be called.
            parent: the context whose span is that of what happened.
            done: called when the callback has returned, or is not called.
        """
        ...


def retry_delay(failures: int) -> float:
    """Seconds until the next try after so many that failed one after the other."""
    return min(2.0 ** min(failures - 1, 6), RETRY_MAX)


class Session:
    """Of one client. Used on the Trio thread only.

    Attributes:
        on_connect: called with a code and an empty dict.
        on_message: called with a topic and a bytearray.
        on_subscribe: called with an identifier and a list.
        on_traffic: for whoever looks on; called with each message: whether the app publishes it, its topic and the
            message.
    """

    def __init__(
        self,
        client_id: str,
        broker: Broker,
        network: Network,
        tracing: MqttTracing,
        call_app: CallApp,
        turns: Turns,
    ) -> None:
        self.on_connect: Callable[..., object] | None = None
        self.on_message: Callable[..., object] | None = None
        self.on_subscribe: Callable[..., object] | None = None
        self.on_traffic: Callable[[bool, str, bytes], object] = lambda is_published, topic, message: None
        self.links: list[Link] = []  # to the span that asked for the connection
        self._broker = broker
        self._network = network
        self._tracing = tracing
        self._call_app = call_app
        self._engine = Engine(client_id)
        self._turns = turns
        self._as_receiver, self._as_sender = turns.number(), turns.number()  # the places of its two tasks
        self._heard = True  # the app is told what happens
        self._published: dict[int, Span] = {}  # messages that are under way
        self._processing: dict[Span, None] = {}  # of messages that the app has not processed, in order
        self._attempt: tuple[Span, Exchange] | None = None
        self._something_to_send = trio.Event()
        self._backlog = Backlog(WAITING_MAX, WAITING_SIZE_MAX)
        self._sent = self._received = -math.inf  # moments of Trio's clock

    def publish(self, topic: str, message: bytes, qos: int) -> int:
        """Publish a message now, or when there is a connection. Returns its identifier, or a negative code."""
        self.on_traffic(True, topic, message)
        span = self._tracing.start_publish(topic, message, qos)
        mid = self._engine.publish(topic, message, qos)
        if mid < 0:
            self._tracing.end_publish(span, MqttCode(mid).name)
        else:
            self._published[mid] = span
            self._something_to_send.set()
            self._tell_events()
        return mid

    def subscribe(self, subscriptions: list[tuple[str, int]]) -> int:
        """Ask for messages. Returns the identifier of the request, or a negative code."""
        mid = self._engine.subscribe(subscriptions)
        self._something_to_send.set()
        return mid

    async def run(self, options: Options) -> None:
        """Connect and stay connected, until the broker refuses."""
        failures = 0
        while True:
            await self._turns.wait(self._as_receiver)
            was_accepted, code = await self._connect_once(options)
            self._tell_connect(code)
            if code > 0:
                return
            failures = 1 if was_accepted else failures + 1
            await trio.sleep(retry_delay(failures))

    def give_up(self) -> None:
        """The app has ended: it is told nothing any more, and what was not handed over will not be."""
        self._heard = False
        for span in [*self._published.values(), *self._processing]:
            self._tracing.cancel(span)
        self._published.clear()
        self._processing.clear()

    async def _connect_once(self, options: Options) -> tuple[bool, int]:
        """Try a connection and live on it.

        Returns:
            Whether it was taken, and why it ended: the broker's refusal (1 to 5) or `FAILURE`.
        """
        exchange = Exchange(self._tracing.now)
        self._attempt = self._tracing.start_connect(self.links), exchange
        was_accepted, code, error = False, int(MqttCode.FAILURE), "lost"
        try:
            with trio.move_on_after(CONNECT_TIMEOUT) as patience:
                try:
                    stream = await open_connection(self._network, self._broker, options, exchange)
                except FailedRequest as failed:
                    error = failed.failure.name
                else:
                    try:
                        code = await self._live(stream, options, patience)
                    finally:
                        was_accepted = self._engine.accepted
                        self._engine.end()
                        await close(stream)
            await self._turns.wait(self._as_receiver)
            if patience.cancelled_caught:
                error = "timeout"
            if code > 0:
                error = MqttCode(code).name
            self._end_attempt(error)
        finally:
            if self._attempt is not None:  # cancelled
                self._tracing.cancel_connect(*self._attempt)
                self._attempt = None
        return was_accepted, code

    async def _live(self, stream: trio.abc.Stream, options: Options, patience: trio.CancelScope) -> int:
        """Speak MQTT on a stream until it is lost. Returns why it ended."""
        code = int(MqttCode.FAILURE)
        try:
            async with trio.open_nursery() as nursery:
                await self._turns.wait(self._as_receiver)
                await stream.send_all(self._engine.begin(options))
                self._sent = self._received = trio.current_time()
                nursery.start_soon(self._send, stream, options.keep_alive or math.inf)
                while code < 0 and (data := await stream.receive_some(_CHUNK)):
                    self._received = trio.current_time()
                    for start in range(0, len(data), AT_ONCE):
                        await self._turns.wait(self._as_receiver)
                        try:
                            self._engine.receive(data[start : start + AT_ONCE])
                        finally:
                            code = self._tell_events()
                        self._something_to_send.set()
                        if self._engine.accepted:
                            patience.deadline = math.inf
                        if code > 0:
                            break
                        if self._backlog.is_full:
                            await self._backlog.wait_room()
                            self._received = trio.current_time()  # what came meanwhile is still to be read
                        if start + AT_ONCE < len(data):
                            await trio.lowlevel.checkpoint()
                nursery.cancel_scope.cancel("the connection has ended")
        except* (ProtocolError, trio.BrokenResourceError, trio.TooSlowError):
            pass
        return code

    async def _send(self, stream: trio.abc.Stream, keep_alive: float) -> None:
        """Send what there is to send, and a sign of life after so many seconds without anything (section 3.1.2.10).

        Raises:
            trio.TooSlowError: the broker takes nothing, or did not answer the last sign of life.
        """
        pinged = False
        while True:
            await self._turns.wait(self._as_sender)
            self._something_to_send = trio.Event()
            if data := self._engine.outgoing():
                with trio.fail_after(keep_alive):
                    await stream.send_all(data)
                self._sent = trio.current_time()
                continue
            with trio.move_on_at(self._sent + keep_alive) as silence:
                await self._something_to_send.wait()
            if not silence.cancelled_caught:
                continue
            await self._turns.wait(self._as_sender)
            if pinged and self._received < self._sent and not self._backlog.is_full:  # else it may be what is not read
                raise trio.TooSlowError
            pinged = True
            with trio.fail_after(keep_alive):
                await stream.send_all(PINGREQ)
            self._sent = trio.current_time()

    def _tell_events(self) -> int:
        """Tell the app what has happened. Returns the code of a refusal, `FAILURE` if there is none."""
        for event in self._engine.take_events():
            match event:
                case Accepted():
                    self._end_attempt(None)
                    self._tell_connect(MqttCode.SUCCESS)
                case Refused(code):
                    return code
                case Published(mid):
                    if (span := self._published.pop(mid, None)) is not None:
                        self._tracing.end_publish(span)
                case Subscribed():
                    self._tell_subscribe(event)
                case Message():
                    self._tell_message(event)
        return MqttCode.FAILURE

    def _tell_connect(self, code: int) -> None:
        self._tell("mqtt connect", self.on_connect, lambda: (int(code), {}))

    def _tell_subscribe(self, answer: Subscribed) -> None:
        self._tell("mqtt subscribe", self.on_subscribe, lambda: (answer.mid, [*answer.granted]))

    def _tell(
        self, event: str, callback: Callable[..., object] | None, arguments: Callable[[], tuple[object, ...]]
    ) -> None:
        if callback is not None:
            self._call_app(event, callback, arguments, self.links, self._is_heard, done=self._backlog.add(0))

    def _tell_message(self, message: Message) -> None:
        if self.on_message is None:
            return
        self.on_traffic(False, message.topic, message.payload)
        span = self._tracing.start_process(message.topic, message.payload, message.qos)
        self._processing[span] = None
        told = self._backlog.add(len(message.topic) + len(message.payload))

        def processed() -> None:
            told()
            if span in self._processing:
                self._processing.pop(span, None)  # it may be given up meanwhile, on the Trio thread
                self._tracing.end_process(span)

        self._call_app(
            "mqtt message",
            self.on_message,
            lambda: (message.topic, bytearray(message.payload)),
            self.links,
            self._is_heard,
            trace.set_span_in_context(span, Context()),
            done=processed,
        )

    def _is_heard(self) -> bool:
        return self._heard

    def _end_attempt(self, error: str | None) -> None:
        if self._attempt is not None:
            self._tracing.end_connect(*self._attempt, error)
            self._attempt = None
