"""`Deployable`: what the API does with a dock. Whoever runs docks hands them in as such objects."""

from __future__ import annotations

from typing import Protocol

from .._device.device import FactoryStore


class Deployable(Protocol):
    """A dock that takes code, messages and a store from the cloud."""

    async def replace_code(self, code: bytes) -> None:
        """Stop the app that runs, and start this one; return when it has been started."""
        ...

    async def replace_store(self, store: FactoryStore, code: bytes) -> None:
        """Put this into the store, in place of all that was there, and run this code as `replace_code` does."""
        ...

    async def send_message(self, message: bytes) -> None:
        """Hand a message to the app."""
        ...
