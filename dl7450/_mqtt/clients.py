"""`Clients`: the MQTT clients of one dock. paho-mqtt is imported when there is the first one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import trio
from opentelemetry import trace
from opentelemetry.trace import Link, TracerProvider

from .._trio.app_tasks import AppTasks
from .._trio.lifetime import Lifetime
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
        runs: one task at a time does.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.scope = trio.CancelScope()
        self.runs = trio.Lock()


class Clients:
    """Of one dock. Used on the Trio thread only.

    Attributes:
        tasks: clients that run, which may call the app.
        on_traffic: called with each message of clients that are made from now on: whether the app publishes it, its
            topic and the message.
    """

    def __init__(
        self,
        lifetime: Lifetime,
        network: Network,
        tracer_provider: TracerProvider | None,
        now: Callable[[], int],
        call_app: CallApp,
    ) -> None:
        self.tasks = AppTasks(lifetime)
        self.on_traffic: Callable[[bool, str, bytes], object] = lambda is_published, topic, message: None
        self._turns = lifetime.turns
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
        client = Client(Session(client_id, broker, self._network, tracing, self._call_app, self._turns))
        client.session.on_traffic = self.on_traffic
        self._clients[client] = None
        return client

    def connect(self, client: Client, on_connect: Callable[..., object], options: Options) -> None:
        """Have a client connect. One that runs already ends its connection and makes a new one."""
        setter = trace.get_current_span().get_span_context()
        client.scope.cancel("MqttClient.connect()")
        client.session.on_connect = on_connect
        client.session.links = [Link(setter)] if setter.is_valid else []
        client.scope = self.tasks.start_soon(self._run, client, options, name="dl7450 mqtt client")

    def stop(self) -> None:
        """End all clients: no callback of theirs is called any more."""
        self._give_up()
        self.tasks.cancel_all()

    async def unload(self) -> None:
        """The same, one after the other, each when the one before has cleaned up after itself: the app has ended."""
        self._give_up()
        await self.tasks.unload()

    def _give_up(self) -> None:
        for client in self._clients:
            client.session.give_up()
        self._clients.clear()

    @staticmethod
    async def _run(client: Client, options: Options) -> None:
        async with client.runs:  # the one before has left its connection
            await client.session.run(options)
