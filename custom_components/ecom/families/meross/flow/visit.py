"""Looks at a device once, with one key after the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from ....const import CONF_FAMILY, DOMAIN
from ....errors import InvalidAuth
from ....plugs import PlugState
from ..address import Address
from ..client import MerossClient
from ..coordinator import zone_named
from ..models import Identity
from ..reading import MerossReader
from ..settings import CONF_KEY, FAMILY


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A device that has answered to a key."""

    identity: Identity
    key: str
    state: PlugState

    @override
    def __repr__(self) -> str:
        """Show nothing of the key."""
        return f"Found({self.identity.model})"


async def visit(hass: HomeAssistant, address: Address, keys: Iterable[str]) -> Found:
    """Return the device at an address; raises EcomError, InvalidAuth if no key opens it."""
    refused: InvalidAuth | None = None
    for key in keys:
        client = MerossClient(async_get_clientsession(hass), address, key)
        reader = MerossReader(client, zone_named)
        try:
            who = await reader.identify()
        except InvalidAuth as err:
            refused = err
            continue
        await reader.read(dt_util.utcnow())
        return Found(identity=who, key=key, state=reader.state)
    raise refused or InvalidAuth("there is no key to try")


def known_keys(hass: HomeAssistant) -> list[str]:
    """Return the keys of the devices that are there, each once: an account has one."""
    return list(
        dict.fromkeys(
            entry.data[CONF_KEY]
            for entry in hass.config_entries.async_entries(DOMAIN)
            if entry.data.get(CONF_FAMILY) == FAMILY
        )
    )
