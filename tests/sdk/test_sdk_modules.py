"""What the dock's modules offer as a whole: all that the dock has, and no more."""

from pathlib import Path
from types import ModuleType

import pytest

from dl7450 import (
    datastore,
    dock,
    framebuf,
    gpio,
    http,
    i2c,
    image,
    monitor,
    network,
    open_dock,
    splashscreen,
    time,
    usb,
    vision_client,
    wakeup,
)
from dl7450._device.device import Device, FactoryStore


def public(thing: object) -> set[str]:
    # pytest adds names that are not identifiers to the modules of its plugins' packages.
    return {name for name in dir(thing) if name.isidentifier() and not name.startswith("_")}


@pytest.mark.parametrize(
    ("thing", "names"),
    [
        (datastore, {"CodeStore", "ImageStore", "KvStore"}),
        (datastore.CodeStore, {"info"}),
        (datastore.ImageStore, {"list", "get", "get_token"}),
        (datastore.KvStore, {"list", "get"}),
        (dock, {"DockInfo", "DockControl"}),
        (
            dock.DockInfo,
            {
                "dock_id",
                "monitors",
                "host_status",
                "HOST_NOT_CONNECTED",
                "HOST_CONNECTED",
                "HOST_CONNECTION_SUSPENDED",
            },
        ),
        (dock.DockControl, {"set_timezone", "suspend_host_connection"}),
        (
            framebuf,
            {
                "FrameBuffer",
                "GS2_HMSB",
                "GS4_HMSB",
                "GS8",
                "MONO_HLSB",
                "MONO_HMSB",
                "MONO_VLSB",
                "MVLSB",
                "RGB565",
            },
        ),
        (
            framebuf.FrameBuffer,
            {
                "blit",
                "ellipse",
                "fill",
                "fill_rect",
                "hline",
                "line",
                "pixel",
                "poly",
                "rect",
                "scroll",
                "text",
                "vline",
            },
        ),
        (gpio, {"DigitalInput", "DigitalOutput", "create"}),
        (gpio.DigitalInput, {"active_high", "read"}),
        (gpio.DigitalOutput, {"active_high", "write"}),
        (i2c, {"Bus", "I2C", "I2cError", "i2c"}),
        (i2c.Bus, {"I2C0", "I2C1"}),
        (i2c.I2C, {"read", "write"}),
        (i2c.I2cError, {"errno", *public(Exception)}),
        (image, {"BMP", "ImageToken", "NONE", "PNG"}),
        (image.ImageToken, set()),
        (monitor, {"Monitor"}),
        (monitor.Monitor, {"name", "preferred_mode", "serial_number", "valid"}),
        (network, {"LAN"}),
        (network.LAN, {"ifconfig", "mac", "mac_address"}),
        (splashscreen, {"Alignment", "Splashscreen"}),
        (splashscreen.Splashscreen, {"add_text_box", "remove_text_box", "set_background"}),
        (usb, {"find"}),
        (
            time,
            {
                "gmtime",
                "localtime",
                "mktime",
                "sleep",
                "sleep_ms",
                "sleep_us",
                "strftime",
                "strptime",
                "ticks_add",
                "ticks_cpu",
                "ticks_diff",
                "ticks_ms",
                "ticks_us",
                "time",
                "time_ns",
            },
        ),
        (http, {"Response", "get", "get_async", "post", "post_async"}),
        (http.Response, {"body", "headers", "status_code"}),
        (vision_client, {"VisionClient"}),
        (vision_client.VisionClient, {"on_message", "send_message"}),
        (wakeup, {"Timer", "wakeup"}),
        (wakeup.Timer, {"cancel"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, ModuleType | type) else "",
)
def test_an_app_finds_what_the_dock_has_and_no_more(thing: object, names: set[str]) -> None:
    assert public(thing) == names
    if isinstance(thing, ModuleType):
        assert set(thing.__all__) == names


async def test_an_app_file_uses_the_dock_s_modules(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(
        """\
import datastore, monitor, network, time, usb
from dock import DockControl, DockInfo

DockControl().set_timezone(datastore.KvStore().get("timezone"))
info = DockInfo()
seen = {
    "outputs": [m.preferred_mode() for m in info.monitors() if isinstance(m, monitor.Monitor)],
    "address": network.LAN().ifconfig()[0],
    "usb": usb.find(),
    "hour": time.localtime(0)[3],
    "host": info.host_status(),
}
expected = {
    "outputs": [(1920, 1080), (0, 0), (0, 0), (0, 0)],
    "address": "192.0.2.50",
    "usb": [],
    "hour": 9,
    "host": DockInfo.HOST_NOT_CONNECTED,
}
assert seen == expected, seen
"""
    )
    async with open_dock(device=Device(store=FactoryStore(values={"timezone": "Japan"}))) as opened:
        await opened.run_app(app)
