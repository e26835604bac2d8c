"""The dock's Ethernet interface (dock SDK, `network`)."""

from ._dock import current as _current

__all__ = ["LAN"]


class LAN:
    """The dock's Ethernet interface."""

    def ifconfig(self) -> tuple[str, str, str, str]:
        """The IP address, subnet mask, gateway and DNS server; empty strings until the network is up."""
        address = _current.current_dock().machine.address
        if address is None:
            return "", "", "", ""
        return address.ip, address.subnet, address.gateway, address.dns

    def mac(self) -> str:
        """The MAC address, as `02:00:5e:10:20:30`; the SDK does not say how the dock writes it."""
        return _current.current_dock().device.mac_address

    def mac_address(self) -> str:
        """The same as `mac()`: the name that some apps use."""
        return self.mac()
