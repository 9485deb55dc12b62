"""Which devices that ask for an address are Meross's."""

from typing import Final

from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo

PREFIXES: Final = ("48e1e9", "c4e7ae", "34298f1")
"""Of MACs; the same that the manifest lets Home Assistant look for."""

HOSTNAME: Final = "meross"
"""What all of them call themselves begins so, such as ``Meross_Smart_Plug``."""


def is_meross(info: DhcpServiceInfo) -> bool:
    """Return whether the MAC or the name is one of Meross's."""
    mac = info.macaddress.lower().replace(":", "")
    return mac.startswith(PREFIXES) or info.hostname.lower().startswith(HOSTNAME)
