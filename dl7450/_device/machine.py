"""`Machine`: a device while its dock is open, and what changes about it.

What changes is the time zone, by the app, and in dock time the host and the network. The host's status is a function of
time, not the work of a task: an app that looks at the very moment of a change sees it, in every run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

import trio

from .device import Device, HostChange, HostStatus, NetworkAddress
from .gpio import Gpio
from .i2c.bus import I2cBus

# The SDK says "several seconds" and "quite long".
SUSPEND_SECONDS = 2.0

# What a change does to the status of the host. A status that is not a key stays as it is.
_Effect: TypeAlias = Mapping[HostStatus, HostStatus]
_SUSPEND: _Effect = {HostStatus.CONNECTED: HostStatus.SUSPENDED}
_RESUME: _Effect = {HostStatus.SUSPENDED: HostStatus.CONNECTED}


def _becomes(status: HostStatus) -> _Effect:
    return dict.fromkeys(HostStatus, status)


class Machine:
    """A device in dock time. Its host is changed on the dock's Trio thread; any thread may read.

    Attributes:
        device: its description; another one, as a whole, when a monitor or a USB device is plugged in or out.
        timezone: one of the dock's names (`timezones.NAMES`).
        store: what is in its store; by default what the manufacturer put there.
        gpio: its pins.
        i2c: its I2C bus.
    """

    def __init__(self, device: Device, clock: trio.abc.Clock) -> None:
        """Power the device on.

        Parameters:
            device: its description.
            clock: dock time is this clock's, from now on.
        """
        self.device = device
        self.timezone = device.timezone
        self.store = device.store
        self._clock = clock
        self._started = clock.current_time()
        self._network = device.network
        self._host_is_as_described = True
        self.gpio = Gpio(device.gpio, lambda: self.elapsed)
        self.i2c = I2cBus(device.i2c, self.gpio, lambda: self.elapsed)
        # One tuple, replaced as a whole, so that a reader on another thread never sees half a change: the status before
        # the first change, and the changes in the order of time.
        changes = sorted(device.host, key=lambda change: change.at)
        self._host_timeline: tuple[HostStatus, tuple[tuple[float, _Effect], ...]] = (
            HostStatus.NOT_CONNECTED,
            tuple((change.at, _becomes(change.status)) for change in changes),
        )

    def snapshot(self) -> Device:
        """A description of it as it is now; what was not changed is as it was described.

        Of a host that was changed it has the status now, from the beginning, and the changes that are still to come.

        Raises:
            ValueError: there is something on its I2C bus that no description has.
        """
        return replace(
            self.device,
            host=self.device.host if self._host_is_as_described else self._host_from_now_on(),
            network=self._network,
            i2c=self.i2c.parts(),
            store=self.store,
            timezone=self.timezone,
        )

    @property
    def host_status(self) -> HostStatus:
        """The status of the host now."""
        return self._host_status_at(self.elapsed)

    def set_host_status(self, status: HostStatus) -> None:
        """Plug the host in or out, or suspend it, now; changes that are due later still come."""
        self._change_host(0.0, _becomes(status))

    def suspend_host(self, suspend: bool) -> None:
        """Suspend or resume the connection to the host; acts after `SUSPEND_SECONDS` of dock time.

        A host that is not connected then cannot be suspended, and one that is unplugged and plugged in again is
        connected (dock SDK, `DockControl.suspend_host_connection`).
        """
        self._change_host(SUSPEND_SECONDS, _SUSPEND if suspend else _RESUME)

    @property
    def address(self) -> NetworkAddress | None:
        """The dock's network address, None until the network is up."""
        return self._network if self._network and self.elapsed >= self._network.up_after else None

    def set_network(self, network: NetworkAddress | None) -> None:
        """Plug the network in or out."""
        self._network = network

    @property
    def elapsed(self) -> float:
        """Seconds since it was powered on."""
        # To the nanosecond, or ten times 0.1 s would be less than 1 s and a change at that moment be missed.
        return round(self._clock.current_time() - self._started, 9)

    def _host_status_at(self, now: float) -> HostStatus:
        status, changes = self._host_timeline
        for at, effect in changes:
            if at > now:
                break
            status = effect.get(status, status)
        return status

    def _host_from_now_on(self) -> tuple[HostChange, ...]:
        now = self.elapsed
        moments = [0.0, *(at for at, _ in self._host_timeline[1] if at > now)]
        return tuple(HostChange(at, self._host_status_at(max(at, now))) for at in dict.fromkeys(moments))

    def _change_host(self, delay: float, effect: _Effect) -> None:
        self._host_is_as_described = False
        now = self.elapsed
        # What is past is folded into the status, or a day of suspending and resuming would pile up.
        pending = [change for change in self._host_timeline[1] if change[0] > now]
        changes = sorted([*pending, (round(now + delay, 9), effect)], key=lambda change: change[0])
        self._host_timeline = (self._host_status_at(now), tuple(changes))
