"""The SDK's `dock`, `monitor`, `network` and `usb` modules, as an app sees them."""

import pytest
from trio.testing import MockClock

from dl7450 import dock, monitor, network, time, usb
from dl7450._device import edid
from dl7450._device.device import Device, HostChange, HostStatus, NetworkAddress, UsbDevice
from dl7450._device.edid import Edid
from tests._dock_app import result_of

DOCK_ID = "BC385DB7" * 8
DELL = edid.build(Edid(name="DELL U2720Q", width=3840, height=2160, serial_number=77))


async def test_an_app_sees_who_the_dock_is_and_what_is_plugged_in() -> None:
    device = Device(
        dock_id=DOCK_ID,
        edids=(b"", DELL, DELL[:-1] + b"\0"),
        network=NetworkAddress(ip="10.0.0.7", subnet="255.255.254.0", gateway="10.0.0.1", dns="10.0.0.2"),
        mac="02:00:5e:10:20:30",
        usb=(UsbDevice(0x046D, 0xC52B, "USB Receiver"),),
        host=(HostChange(0, HostStatus.CONNECTED),),
    )

    def app() -> object:
        info, lan = dock.DockInfo(), network.LAN()
        return (
            info.dock_id(),
            [(m.valid(), m.name(), m.preferred_mode(), m.serial_number()) for m in info.monitors()],
            info.host_status() == info.HOST_CONNECTED == dock.DockInfo.HOST_CONNECTED,
            (lan.ifconfig(), lan.mac(), lan.mac_address()),
            usb.find(),
        )

    nothing = (False, "", (0, 0), 0)
    assert await result_of(app, device) == (
        DOCK_ID,
        [nothing, (True, "DELL U2720Q", (3840, 2160), 77), nothing, nothing],
        True,
        (("10.0.0.7", "255.255.254.0", "10.0.0.1", "10.0.0.2"), "02:00:5e:10:20:30", "02:00:5e:10:20:30"),
        [(0x046D, 0xC52B, "USB Receiver")],
    )


def test_the_host_s_statuses_are_three_plain_numbers() -> None:
    info = dock.DockInfo
    statuses = [info.HOST_NOT_CONNECTED, info.HOST_CONNECTED, info.HOST_CONNECTION_SUSPENDED]
    assert (statuses, {type(status) for status in statuses}) == ([0, 1, 2], {int})


def test_a_monitor_is_made_of_bytes_of_any_kind() -> None:
    monitors = [monitor.Monitor(kind(DELL)) for kind in (bytes, bytearray, memoryview)]
    assert [m.name() for m in monitors] == ["DELL U2720Q"] * 3
    with pytest.raises(TypeError, match="edid must be bytes, bytearray or memoryview, not str"):
        monitor.Monitor("DELL")  # type: ignore[arg-type] # what the test is about


async def test_the_network_comes_up_while_an_app_waits(autojump_clock: MockClock) -> None:
    def app() -> list[str]:
        lan = network.LAN()
        seen = []
        for _ in range(3):
            seen.append(lan.ifconfig()[0])
            time.sleep(2)
        return seen

    device = Device(network=NetworkAddress(up_after=4))
    assert await result_of(app, device) == ["", "", "192.0.2.50"]


async def test_a_dock_without_a_network_has_a_mac_address_all_the_same() -> None:
    device = Device(network=None, mac="02:00:5e:10:20:30")
    app = lambda: (network.LAN().ifconfig(), network.LAN().mac())  # noqa: E731  an app in one line
    assert await result_of(app, device) == (("", "", "", ""), "02:00:5e:10:20:30")


async def test_suspending_the_host_takes_seconds_and_shows_in_its_status(autojump_clock: MockClock) -> None:
    info, control = dock.DockInfo(), dock.DockControl()  # as older apps make them: before everything else

    def app() -> list[int]:
        statuses = []
        for suspend in (True, False):
            control.suspend_host_connection(suspend)
            for _ in range(3):
                statuses.append(info.host_status())
                time.sleep(1)
        return statuses

    device = Device(host=(HostChange(0, HostStatus.CONNECTED),))
    connected, suspended = info.HOST_CONNECTED, info.HOST_CONNECTION_SUSPENDED
    assert await result_of(app, device) == [connected, connected, suspended, suspended, suspended, connected]


async def test_the_time_zone_stays_as_it_was_when_the_name_is_wrong() -> None:
    def app() -> str:
        control = dock.DockControl()
        control.set_timezone("Japan")
        with pytest.raises(ValueError, match="'Asia/Tokyo' is not a time zone of the dock: use one of CET"):
            control.set_timezone("Asia/Tokyo")
        with pytest.raises(TypeError, match="a time zone is a str, not NoneType: use one of CET"):
            control.set_timezone(None)  # type: ignore[arg-type] # what the test is about
        return time.strftime("%Z %z")

    assert await result_of(app) == "JST +0900"


async def test_a_suspension_is_asked_for_by_an_app_with_a_bool() -> None:
    control = dock.DockControl()
    with pytest.raises(RuntimeError, match=r"use dock\.machine\.suspend_host"):
        control.suspend_host_connection(True)
    with pytest.raises(TypeError, match="suspend must be True or False, not int"):
        control.suspend_host_connection(1)  # type: ignore[arg-type] # what the test is about
