"""What the entry of a Meross device holds: who it is, where it is, and its owner's key."""

from collections.abc import Mapping
from typing import Any, Final

from .address import Address
from .models import Identity

FAMILY: Final = "meross"
SCHEMA: Final = 1

CONF_HOST: Final = "host"
CONF_KEY: Final = "key"
CONF_MAC: Final = "mac"
CONF_UID: Final = "uid"
CONF_UUID: Final = "uuid"


def uid_of(identity: Identity) -> str:
    """Return the unique id of a device's entry, with which its ports' keys begin."""
    return f"{FAMILY}:{identity.serial}"


def address_of(data: Mapping[str, Any]) -> Address:
    """Return where an entry's device is; its port stands with its host."""
    return Address.parse(data[CONF_HOST])
