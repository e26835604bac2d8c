"""Runs a scenario through libcurl and through the dock, each against a server of its own, and compares."""

import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import trio

from tests.conformance._certificates import server_context
from tests.conformance._dock import ask_dock
from tests.conformance._oracle import ask_libcurl
from tests.conformance._outcome import Answer, Outcome, on_the_wire
from tests.conformance._scenario import HOSTS, SILENT, Scenario, Style
from tests.conformance._server import FaultServer, closed_port, fault_server, full_backlog, full_port

Ask = Callable[[Scenario, FaultServer], Awaitable[tuple[Answer, ...]]]
LONGEST = 30  # seconds: no scenario may take so long; a client that does has missed its deadline


@dataclass(frozen=True)
class Verdict:
    """What both made of a scenario."""

    scenario: Scenario
    libcurl: Outcome
    dock: dict[Style, Outcome]

    @property
    def as_expected(self) -> bool:
        """Every style agrees with libcurl and with the table, or differs exactly as the table says."""
        return all(
            self.scenario.fits(outcome.statuses) and (outcome == self.libcurl or bool(self.scenario.difference))
            for outcome in self.dock.values()
        )


class Resolver(trio.abc.HostnameResolver):
    """Knows the names of the table and asks the system for the others."""

    async def getaddrinfo(
        self,
        host: bytes | None,
        port: bytes | str | int | None,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """As `socket.getaddrinfo`."""
        ask = partial(socket.getaddrinfo, family=family, type=type, proto=proto, flags=flags)
        addresses = HOSTS.get((host or b"").decode())
        if addresses is None:
            return await trio.to_thread.run_sync(ask, host, port)
        return [found for address in addresses for found in ask(address, port)]

    async def getnameinfo(self, sockaddr: Any, flags: int) -> tuple[str, str]:
        """As `socket.getnameinfo`."""
        raise NotImplementedError("no scenario looks a name up by its address")


async def compare(scenario: Scenario) -> Verdict:
    """Run `scenario` through libcurl and, in each of its styles, through a dock."""
    trio.socket.set_custom_hostname_resolver(Resolver())
    outcomes: dict[Style | None, Outcome] = {}

    async def note(style: Style | None, ask: Ask) -> None:
        outcomes[style] = await _outcome(scenario, ask)

    with trio.fail_after(LONGEST):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(note, None, ask_libcurl)
            for style in scenario.styles:  # one dock at a time: the SDK's functions use the open one
                await note(style, partial(ask_dock, style=style))
    return Verdict(scenario, outcomes.pop(None), {style: outcomes[style] for style in scenario.styles})


async def _outcome(scenario: Scenario, ask: Ask) -> Outcome:
    given = {name for call in scenario.calls for name in call.headers or ()}
    async with _place(scenario) as server:
        with full_backlog(SILENT, server.port) if _meets_silence(scenario) else nullcontext():
            answers = await ask(scenario, server)
            if scenario.settled:
                await server.scripts_over()
        return Outcome(answers, on_the_wire(server.log.requests, server.port, given))


def _meets_silence(scenario: Scenario) -> bool:
    return any(f"//{name}:" in call.url for call in scenario.calls for name in HOSTS if SILENT in HOSTS[name])


def _place(scenario: Scenario) -> AbstractAsyncContextManager[FaultServer]:
    match scenario.place:
        case "closed":
            return closed_port(scenario.host)
        case "full":
            return full_port(scenario.host)
        case "open":
            tls = None if scenario.tls is None else server_context(scenario.tls)
            return fault_server(*scenario.scripts, tls=tls, host=scenario.host)
