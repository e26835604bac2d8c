"""What is around the dock: its network, host, time zone, monitors and USB devices; and all of it as YAML."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import trio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..._device import edid, timezones
from ..._device.device import HOST_STATUS_NAMES, OUTPUTS, Device, NetworkAddress, UsbDevice
from ..._device.device_yaml import save_device
from ..._device.edid import Edid
from .. import world
from ..events import AppStarted, WorldChanged
from ..program import DockProgram
from ..served_dock import ServedDock
from . import Form, Panel

_MODES = ("1920x1080", "2560x1440", "3840x2160", "1280x720", "1080x1920")
_ADDRESSES = ("ip", "subnet", "gateway", "dns")


@dataclass(frozen=True)
class _Now:
    """What is around the dock now.

    Attributes:
        network: `up`, `unplugged`, or `waits` for its address.
        address: what it has, or gets when it is plugged in.
        monitors: by their outputs, from 1.
    """

    network: str
    address: NetworkAddress
    host: str
    timezone: str
    monitors: Mapping[int, Edid]
    usb: tuple[UsbDevice, ...]


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """What is there now, and what there is to choose from."""
    now = await dock.ask(_now)
    return {
        "now": now,
        "outputs": range(1, OUTPUTS + 1),
        "free": next((output for output in range(1, OUTPUTS) if output not in now.monitors), OUTPUTS),
        "hosts": {"connected": "connected", "suspended": "suspended", "none": "gone"},
        "timezones": timezones.NAMES,
        "addresses": _ADDRESSES,
        "modes": _MODES,
        "store": dock.store,
        "newest": dock.history.newest(WorldChanged),
    }


def _now(program: DockProgram) -> _Now:
    machine = program.machine
    plugged = machine.snapshot().network
    return _Now(
        network="up" if machine.address else "waits" if plugged else "unplugged",
        address=plugged or machine.device.network or NetworkAddress(),
        host=next(name for name, status in HOST_STATUS_NAMES.items() if status is machine.host_status),
        timezone=machine.timezone,
        monitors=dict(_monitors(machine.device.edids)),
        usb=machine.device.usb,
    )


def _monitors(edids: tuple[bytes, ...]) -> Iterator[tuple[int, Edid]]:
    for output, data in enumerate(edids, start=1):
        with suppress(ValueError):  # nothing is plugged there
            yield output, edid.parse(data)


async def set_network(dock: ServedDock, form: Form) -> None:
    """Plug the network in with the form's addresses, or as it was; `plugged` is `no` to unplug it."""
    if form.get("plugged") == "no":
        await dock.ask(world.unplug_network)
        return
    now = await dock.ask(_now)
    given = {name: form[name].strip() for name in _ADDRESSES if name in form}
    await dock.ask(world.plug_network, NetworkAddress(**{**vars(now.address), **given}))


async def set_host(dock: ServedDock, form: Form) -> None:
    """Have the host be as the form's `status` says."""
    await dock.ask(world.set_host, form.get("status", ""))


async def set_timezone(dock: ServedDock, form: Form) -> None:
    """Have the dock be in the form's `timezone`."""
    await dock.ask(world.set_timezone, form.get("timezone", ""))


async def plug_monitor(dock: ServedDock, form: Form) -> None:
    """Plug a monitor of the form's `name` and `mode` into its `output`."""
    output = _output(form)
    mode = re.fullmatch(r"\s*([0-9]{1,5})\s*[x\N{MULTIPLICATION SIGN}]\s*([0-9]{1,5})\s*", form.get("mode", ""))
    if mode is None:
        raise ValueError("the mode must be a width and a height in pixels, such as 1920x1080")
    monitor = Edid(name=form.get("name", "").strip(), width=int(mode[1]), height=int(mode[2]), serial_number=output + 1)
    await dock.ask(world.plug_monitor, output, monitor)


async def unplug_monitor(dock: ServedDock, form: Form) -> None:
    """Unplug the monitor of the form's `output`."""
    await dock.ask(world.plug_monitor, _output(form), None)


async def plug_usb(dock: ServedDock, form: Form) -> None:
    """Plug a USB device in."""
    await dock.ask(world.plug_usb, _usb(form))


async def unplug_usb(dock: ServedDock, form: Form) -> None:
    """Unplug a USB device."""
    await dock.ask(world.unplug_usb, _usb(form))


async def save(dock: ServedDock, _: Form) -> None:
    """Write the machine as it is now into the file that it came from."""
    if dock.store is None:
        raise ValueError("this dock has no file of its own: start dl7450 serve with --store, or download it")
    await dock.save(dock.store)
    await dock.ask(DockProgram.tell_change, f"saved in {dock.store.name}")


async def download(dock: ServedDock, _: Request) -> Response:
    """The machine as it is now: a YAML file, or with pictures a ZIP archive of all files."""
    machine = await dock.ask(lambda program: program.machine.snapshot())
    try:
        name, data = await trio.to_thread.run_sync(_packed, machine, dock.name)
    except ValueError as error:
        raise HTTPException(400, f"{error}.") from None
    media_type = "application/zip" if name.endswith(".zip") else "application/yaml"
    return Response(data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _packed(machine: Device, name: str) -> tuple[str, bytes]:
    """The files of a machine, as one file: its name, and what is in it."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", name)
    with TemporaryDirectory(prefix="dl7450-") as folder:
        save_device(machine, Path(folder, f"{name}.yaml"))
        files = sorted(Path(folder).iterdir())
        if len(files) == 1:
            return files[0].name, files[0].read_bytes()
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as into:
            for file in files:
                into.write(file, file.name)
        return f"{name}.zip", archive.getvalue()


def _output(form: Form) -> int:
    """The number of an output, from 0."""
    text = form.get("output", "")
    if not re.fullmatch("[0-9]{1,3}", text):
        raise ValueError("the output must be a number from 1")
    return int(text) - 1


def _usb(form: Form) -> UsbDevice:
    ids = []
    for key in ("vendor", "product"):
        text = form.get(key, "").strip().lower().removeprefix("0x")
        if not re.fullmatch("[0-9a-f]{1,4}", text):
            raise ValueError(f"the {key} of a USB device is up to four hexadecimal digits, such as 046d")
        ids.append(int(text, 16))
    name = form.get("name", "").strip()
    if not name:
        raise ValueError("a USB device has a name: give it one")
    return UsbDevice(ids[0], ids[1], name)


PANEL = Panel(
    name="world",
    title="Around the dock",
    tab="World",
    place=30,
    kinds=(WorldChanged, AppStarted),
    ticks=True,
    show=show,
    actions={
        "network": set_network,
        "host": set_host,
        "timezone": set_timezone,
        "plug-monitor": plug_monitor,
        "unplug-monitor": unplug_monitor,
        "plug-usb": plug_usb,
        "unplug-usb": unplug_usb,
        "save": save,
    },
    answers={"dock.yaml": download},
)
