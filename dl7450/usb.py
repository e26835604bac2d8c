"""What is plugged into the dock's USB ports (dock SDK, `usb`)."""

from ._dock import current as _current

__all__ = ["find"]


def find() -> list[tuple[int, int, str]]:
    """The connected USB devices, each as vendor id, product id and readable name."""
    devices = _current.current_dock().device.usb
    return [(device.vendor_id, device.product_id, device.name) for device in devices]
