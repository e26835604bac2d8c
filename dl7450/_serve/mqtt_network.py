"""`MqttNetwork`: where the MQTT clients of a served dock find their brokers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..http._network import Address, Connection, Network
from ..testing._mqtt_broker import MqttBroker


class MqttNetwork:
    """The way to the real brokers, or to one in memory that is at every address. For the dock's Trio thread.

    Through the broker in memory a page can send, too. To a real one, another client of it does, such as
    `mosquitto_pub`: who may, and what subscribers get, is that broker's own affair.

    Attributes:
        broker: the one in memory.
        is_in_memory: whether it is the one that clients find when they connect.
    """

    def __init__(self, network: Network, elapsed: Callable[[], float]) -> None:
        """
        Parameters:
            network: the way to the real ones.
            elapsed: seconds since the dock was opened.
        """
        self.broker = MqttBroker(lambda function, *arguments: function(*arguments), elapsed)
        self.is_in_memory = False
        self._network = network

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        return await self._way.resolve(host, port)

    async def connect(self, address: Address) -> Connection:
        return await self._way.connect(address)

    @property
    def _way(self) -> Network:
        return self.broker if self.is_in_memory else self._network
