"""What a Shelly's entry holds in its data; there are no options."""

from collections.abc import Mapping
from typing import Any, Final

from .address import Address

KEY: Final = "shelly"
SCHEMA: Final = 1

CONF_APP_NAME: Final = "app_name"
CONF_HOST: Final = "host"
CONF_MAC: Final = "mac"
CONF_PASSWORD: Final = "password"  # noqa: S105 - the name of a field
CONF_PORT: Final = "port"
CONF_UID: Final = "uid"


def uid_of(mac: str) -> str:
    """Return the unique id of the device with a MAC, 12 hex digits in upper case."""
    return f"{KEY}:{mac}"


def address_of(data: Mapping[str, Any]) -> Address:
    """Return where the device of an entry is."""
    return Address(host=data[CONF_HOST], port=data[CONF_PORT])
