"""What can be changed about a dock's machine while its app runs: plain functions for `ServedDock.ask`.

They go through the calls of the machine that a YAML file's events and the pytest plugin use, so the app sees a change,
and is called for it, as on the dock. What no dock can be raises `ValueError`, which names the fix.
"""

from __future__ import annotations

from dataclasses import replace

from .._device import edid, timezones
from .._device.device import NetworkAddress, UsbDevice, host_status
from .._device.edid import Edid
from .._device.gpio import check_press
from .._device.i2c.mcp9808 import Mcp9808
from .._device.i2c.parts import I2cPart, check_register
from .._device.i2c.pca9538 import Pca9538
from .._device.i2c.register_map import RegisterMap
from .._dock.presses import press
from .program import DockProgram


def plug_network(program: DockProgram, address: NetworkAddress) -> None:
    """Plug the network in, with an address that the dock has whenever it is plugged in from now on."""
    machine = program.machine
    machine.device = replace(machine.device, network=address)
    machine.set_network(address)
    program.tell_change("the network is plugged in")


def unplug_network(program: DockProgram) -> None:
    """Unplug the network."""
    program.machine.set_network(None)
    program.tell_change("the network is unplugged")


def set_host(program: DockProgram, name: str) -> None:
    """Have the host be `connected`, `suspended` or `none`."""
    program.machine.set_host_status(host_status(name))
    program.tell_change("the host is gone" if name == "none" else f"the host is {name}")


def set_timezone(program: DockProgram, name: str) -> None:
    """Have the dock be in another time zone."""
    program.machine.timezone = timezones.zone(name).key
    program.tell_change(f"the time zone is {name}")


def plug_monitor(program: DockProgram, output: int, monitor: Edid | None) -> None:
    """Plug a monitor into an output, from 0, in place of one that is there; None: unplug that."""
    machine = program.machine
    edids = list(machine.device.edids)
    if not 0 <= output < len(edids):
        raise ValueError(f"a dock has the outputs 1 to {len(edids)}, not {output + 1}")
    edids[output] = edid.build(monitor) if monitor else b""
    machine.device = replace(machine.device, edids=tuple(edids))
    program.tell_change(f"output {output + 1}: {monitor.name or 'a monitor' if monitor else 'nothing'}")


def plug_usb(program: DockProgram, device: UsbDevice) -> None:
    """Plug a USB device in."""
    machine = program.machine
    machine.device = replace(machine.device, usb=(*machine.device.usb, device))
    program.tell_change(f"{device.name} is plugged in")


def unplug_usb(program: DockProgram, device: UsbDevice) -> None:
    """Unplug a USB device; one that is not there any more is gone already."""
    machine = program.machine
    devices = list(machine.device.usb)
    if device in devices:
        devices.remove(device)
    machine.device = replace(machine.device, usb=tuple(devices))
    program.tell_change(f"{device.name} is unplugged")


def press_button(program: DockProgram, pin: str) -> None:
    """Press a button of the board shortly."""
    gpio = program.machine.gpio
    check_press(pin, gpio.pins.values())
    if program.dock is None:
        raise ValueError("the app is being started, press again")
    program.dock.start_soon(press, gpio, pin)
    program.tell_change(f"{pin} is pressed")


def hold_button(program: DockProgram, pin: str) -> None:
    """Press a button of the board until it is released."""
    gpio = program.machine.gpio
    check_press(pin, gpio.pins.values())
    if gpio.is_active(pin):
        raise ValueError(f"{pin} is pressed already: nothing would happen")
    gpio.hold(pin)
    program.tell_change(f"{pin} is held")


def release_button(program: DockProgram, pin: str) -> None:
    """Release a button that is held."""
    program.machine.gpio.release(pin)
    program.tell_change(f"{pin} is released")


def plug_i2c(program: DockProgram, part: I2cPart) -> None:
    """Plug a device into the I2C bus."""
    program.machine.i2c.plug(part)
    program.tell_change(f"{part.address:#04x} is plugged in")


def unplug_i2c(program: DockProgram, address: int) -> None:
    """Take a device away from the I2C bus."""
    i2c = program.machine.i2c
    if isinstance(i2c.device(address), Pca9538):
        raise ValueError(f"{address:#04x} serves the dock's own pins: it is soldered in")  # noqa: TRY004  the number is wrong
    i2c.unplug(address)
    program.tell_change(f"{address:#04x} is unplugged")


def set_temperature(program: DockProgram, address: int, degrees: float) -> None:
    """Have a thermometer on the I2C bus measure another temperature."""
    device = program.machine.i2c.device(address)
    if not isinstance(device, Mcp9808):
        raise ValueError(f"the I2C device {address:#04x} is not a thermometer")  # noqa: TRY004  the number is wrong
    device.temperature = degrees
    program.tell_change(f"{address:#04x} measures {degrees:g} °C")


def set_register(program: DockProgram, address: int, register: int, data: bytes) -> None:
    """Have a register of an I2C device hold other bytes, also one that the app can only read."""
    device = program.machine.i2c.device(address)
    if type(device) is not RegisterMap:
        raise ValueError(f"the I2C device {address:#04x} is more than its registers")
    check_register(register, data)
    device.registers[register] = data
    program.tell_change(f"{address:#04x}, register {register:#04x}: {data.hex()}")


def set_value(program: DockProgram, key: str, value: str | None) -> None:
    """Put a value into the store; None: take it out."""
    if not key:
        raise ValueError("a value of the store has a key: name one")
    machine = program.machine
    values = {**machine.store.values, key: value}
    machine.store = replace(machine.store, values={key: value for key, value in values.items() if value is not None})
    program.tell_change(f"{key} = {value}" if value is not None else f"{key} is taken out of the store")


async def choose_broker(program: DockProgram, is_in_memory: bool) -> None:
    """Have MQTT clients find the broker in memory, or the real ones; the app is started anew, with new clients."""
    if program.mqtt.is_in_memory != is_in_memory:
        program.mqtt.is_in_memory = is_in_memory
        program.tell_change("the MQTT broker is in memory" if is_in_memory else "the MQTT brokers are the real ones")
        await program.restart("another MQTT broker")


def publish(program: DockProgram, topic: str, message: bytes, qos: int, retain: bool) -> None:
    """Publish a message through the broker in memory."""
    if not program.mqtt.is_in_memory:
        raise ValueError("what a real broker gets it gets from its own clients: choose the broker in memory")
    if not topic or set("+#\0") & set(topic):
        raise ValueError("a message has a topic, without + and #: name one")
    if qos not in {0, 1, 2}:
        raise ValueError("the quality of service is 0, 1 or 2")
    program.mqtt.broker.publish(topic, message, qos=qos, retain=retain)
    program.tell_change(f"a message to {topic}")
