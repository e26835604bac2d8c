"""The device: its defaults, its host in dock time, and what no dock can be."""

from collections.abc import Callable

import pytest
from trio.testing import MockClock

from dl7450._device import edid
from dl7450._device.device import (
    DEFAULT_MONITOR,
    Device,
    FactoryStore,
    HostChange,
    HostStatus,
    NetworkAddress,
    host_status,
)
from dl7450._device.machine import Machine

NOT_CONNECTED, CONNECTED, SUSPENDED = HostStatus.NOT_CONNECTED, HostStatus.CONNECTED, HostStatus.SUSPENDED


def powered(*host: HostChange) -> tuple[Machine, MockClock]:
    """A machine whose dock opened at 100 s on the clock."""
    clock = MockClock()
    clock.jump(100)
    return Machine(Device(host=host), clock), clock


def statuses(machine: Machine, clock: MockClock, seconds: int) -> list[HostStatus]:
    """The status of the host now and at each of the following seconds."""
    seen = [machine.host_status]
    for _ in range(seconds):
        clock.jump(1)
        seen.append(machine.host_status)
    return seen


def test_a_dock_that_nobody_described_has_one_monitor_and_a_network() -> None:
    assert Device() == Device(
        dock_id="0B3EEC31FC6421956E00876B19F0DB5B2CA47C21EFEC38714432CDBD1A1A119E",
        edids=(edid.build(DEFAULT_MONITOR), b"", b"", b""),
        host=(),
        network=NetworkAddress(
            ip="192.0.2.50", subnet="255.255.255.0", gateway="192.0.2.1", dns="192.0.2.1", up_after=0
        ),
        mac=None,
        usb=(),
        store=FactoryStore(images={}, values={}, code=None),
        timezone="UTC",
    )


def test_a_mac_address_that_nobody_chose_is_local_and_belongs_to_the_dock_id() -> None:
    assert [Device(dock_id=digit * 64).mac_address for digit in "0A"] == [
        "02:60:e0:5b:d1:b1",
        "02:d5:3e:da:7a:63",
    ]
    assert Device(mac="02:00:5e:10:20:30").mac_address == "02:00:5e:10:20:30"


def test_the_host_changes_at_the_very_moment_in_dock_time() -> None:
    machine, clock = powered(HostChange(3, SUSPENDED), HostChange(1, CONNECTED), HostChange(4, NOT_CONNECTED))
    assert statuses(machine, clock, 4) == [NOT_CONNECTED, CONNECTED, CONNECTED, SUSPENDED, NOT_CONNECTED]


def test_a_moment_that_is_a_sum_of_fractions_is_not_missed() -> None:
    machine, clock = powered(HostChange(1, CONNECTED))
    for _ in range(10):
        clock.jump(0.1)
    assert machine.host_status is CONNECTED


def test_a_change_at_0_is_how_the_host_is_from_the_start() -> None:
    machine, _ = powered(HostChange(0, CONNECTED))
    assert machine.host_status is CONNECTED


def test_suspending_and_resuming_take_two_seconds() -> None:
    machine, clock = powered(HostChange(0, CONNECTED))
    machine.suspend_host(True)
    assert statuses(machine, clock, 3) == [CONNECTED, CONNECTED, SUSPENDED, SUSPENDED]
    machine.suspend_host(False)
    assert statuses(machine, clock, 2) == [SUSPENDED, SUSPENDED, CONNECTED]


def test_requests_act_in_the_order_they_were_made() -> None:
    machine, clock = powered(HostChange(0, CONNECTED))
    machine.suspend_host(True)
    machine.suspend_host(False)
    clock.jump(1)
    machine.suspend_host(True)
    assert statuses(machine, clock, 2) == [CONNECTED, CONNECTED, SUSPENDED]


@pytest.mark.parametrize("suspend", [True, False])
def test_a_host_that_is_not_connected_is_neither_suspended_nor_resumed(suspend: bool) -> None:
    machine, clock = powered()
    machine.suspend_host(suspend)
    assert statuses(machine, clock, 3) == [NOT_CONNECTED] * 4


def test_unplugging_ends_a_suspension() -> None:
    machine, clock = powered(HostChange(0, SUSPENDED), HostChange(1, NOT_CONNECTED), HostChange(2, CONNECTED))
    assert statuses(machine, clock, 2) == [SUSPENDED, NOT_CONNECTED, CONNECTED]


def test_a_status_set_by_hand_holds_until_the_next_change_that_was_due() -> None:
    machine, clock = powered(HostChange(1, NOT_CONNECTED), HostChange(4, SUSPENDED))
    clock.jump(2)
    machine.set_host_status(CONNECTED)
    assert statuses(machine, clock, 2) == [CONNECTED, CONNECTED, SUSPENDED]


def test_changes_that_are_past_do_not_pile_up() -> None:
    machine, clock = powered(HostChange(0, CONNECTED))
    for _ in range(10):
        machine.suspend_host(True)
        machine.suspend_host(False)
        clock.jump(10)
    machine.suspend_host(True)
    assert len(machine._host_timeline[1]) == 1


def test_the_network_is_up_after_a_while() -> None:
    network = NetworkAddress(up_after=2.5)
    clock = MockClock()
    machine = Machine(Device(network=network), clock)
    seen = [machine.address]
    for _ in range(2):
        clock.jump(1.25)
        seen.append(machine.address)
    assert seen == [None, None, network]


def test_a_dock_without_a_network_never_has_an_address() -> None:
    assert Machine(Device(network=None), MockClock()).address is None


def test_two_machines_of_one_device_do_not_see_each_others_changes() -> None:
    device = Device(host=(HostChange(0, CONNECTED),))
    first, second = Machine(device, MockClock()), Machine(device, MockClock())
    first.set_host_status(NOT_CONNECTED)
    first.set_network(None)
    first.timezone = "Japan"
    assert (first.host_status, first.address, first.timezone) == (NOT_CONNECTED, None, "Japan")
    assert (second.host_status, second.address, second.timezone) == (CONNECTED, NetworkAddress(), "UTC")


@pytest.mark.parametrize("name", ["connected", "none", "suspended"])
def test_the_names_of_the_host_statuses_are_those_of_the_command_line(name: str) -> None:
    assert host_status(name) is {"connected": CONNECTED, "none": NOT_CONNECTED, "suspended": SUSPENDED}[name]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (
            lambda: Device(dock_id="dock 1"),
            "'dock 1' is not a dock id: use 64 hexadecimal digits, such as the SHA-256 sum of a name",
        ),
        (lambda: Device(edids=(b"",) * 5), "a dock has 4 outputs, not 5: leave a monitor out"),
        (
            lambda: Device(mac="02-00-5e-10-20-30"),
            "'02-00-5e-10-20-30' is not a MAC address: write it as 02:00:5e:10:20:30",
        ),
        (lambda: NetworkAddress(ip="10.0.0"), "'10.0.0' is not an IPv4 address: write it as 192.0.2.50"),
        (lambda: NetworkAddress(subnet="0.0.0.255"), "'0.0.0.255' is not a netmask: write it as 255.255.255.0"),
        (lambda: NetworkAddress(subnet="24"), "'24' is not an IPv4 address: write it as 192.0.2.50"),
        (lambda: host_status("off"), "'off' is not a host status: use connected, none or suspended"),
    ],
)
def test_what_no_dock_can_be_is_refused_with_what_to_use(make: Callable[[], object], reason: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole message is compared below
        make()
    assert str(caught.value) == reason


def test_a_time_zone_is_checked_at_once() -> None:
    with pytest.raises(ValueError, match="'Europe/London' is not a time zone of the dock: use one of CET, CST6CDT"):
        Device(timezone="Europe/London")
