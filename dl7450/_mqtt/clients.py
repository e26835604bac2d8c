"""`Clients`: the MQTT clients of one dock. paho-mqtt is imported when there is the first one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import trio
from opentelemetry import trace
from opentelemetry.trace import Link, TracerProvider

from .._trio.lifetime import Lifetime
from .._trio.pending import Pending
from ..http._network import Network
from .arguments import Broker, Options
from .tracing import MqttTracing

if TYPE_CHECKING:
    from .session import CallApp, Session


class Client:
    """What an app's `MqttClient` is on the Trio thread.

    Attributes:
        session: the client itself.
        scope: around the task that runs it.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.scope = trio.CancelScope()


class Clients:
    """Of one dock. Used on the Trio thread only.

    Attributes:
        pending: clients that run, which may call the app.
    """

    def __init__(
        self,
        lifetime: Lifetime,
        network: Network,
        tracer_provider: TracerProvider | None,
        now: Callable[[], int],
        call_app: CallApp,
    ) -> None:
        self.pending = Pending()
        self._lifetime = lifetime
        self._network = network
        self._tracer_provider = tracer_provider
        self._now = now
        self._call_app = call_app
        self._clients: dict[Client, None] = {}  # that run, in order

    def add(self, broker: Broker, client_id: str) -> Client:
        """Make a client; `connect` has it run.

        Raises:
            ImportError: paho-mqtt is not installed.
        """
        try:
            from .session import Session
        except ImportError as error:
            raise ImportError(f"mqtt needs {error.name}: pip install 'dl7450[mqtt]'", name=error.name) from error
        tracing = MqttTracing(self._tracer_provider, self._now, broker, client_id)
        return Client(Session(client_id, broker, self._network, tracing, self._call_app))

    def connect(self, client: Client, on_connect: Callable[..., object], options: Options) -> None:
        """Have a client connect. One that runs already ends its connection and makes a new one."""
        setter = trace.get_current_span().get_span_context()
        client.scope.cancel("MqttClient.connect()")
        client.scope = trio.CancelScope()
        client.session.on_connect = on_connect
        client.session.links = [Link(setter)] if setter.is_valid else []
        self.pending.begin()
        self._clients[client] = None
        self._lifetime.nursery.start_soon(self._run, client, client.scope, options, name="dl7450 mqtt client")

    def stop(self) -> None:
        """End all clients: no callback of theirs is called any more."""
        for client in self._clients:
            client.session.forget_callbacks()
            client.scope.cancel("the app has ended")

    async def unload(self) -> None:
        """The same, and wait until they have ended: the app is unloaded."""
        self.stop()
        await self.pending.wait_none()

    async def _run(self, client: Client, scope: trio.CancelScope, options: Options) -> None:
        try:
            with scope:
                await client.session.run(options)
        finally:
            if client.scope is scope:  # nobody has connected it again
                self._clients.pop(client, None)
                client.session.give_up()
            self.pending.end()
