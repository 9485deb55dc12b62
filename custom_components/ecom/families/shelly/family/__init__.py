"""The Shelly family: opens devices, and looks after what is left of them."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ....const import CONF_SCHEMA, DOMAIN
from ....errors import CannotConnect, Unsupported
from ....plug_source import PLATFORMS
from ....runtime import Discovery, EcomConfigEntry, FamilyFlow, Source
from ..client import ShellyClient
from ..coordinator import ISSUE_SILENT, ShellyCoordinator
from ..flow import ShellyFlow
from ..settings import CONF_MAC, CONF_PASSWORD, KEY, SCHEMA, address_of
from .source import ShellySource


class ShellyFamily:
    """Shelly plugs, switches and meters of the second generation and later."""

    key: Final = KEY
    platforms: Final = PLATFORMS
    flow: Final[type[FamilyFlow]] = ShellyFlow

    def claims(self, discovery: Discovery) -> bool:
        """Claim nothing: core's integration finds each device already."""
        del discovery
        return False

    async def open(self, hass: HomeAssistant, entry: EcomConfigEntry) -> Source:
        """Connect, read everything once, and stay connected."""
        client = ShellyClient(
            async_get_clientsession(hass),
            address_of(entry.data),
            entry.data[CONF_PASSWORD],
            entry.data[CONF_MAC],
        )
        coordinator = ShellyCoordinator(hass, entry, client)
        try:
            await coordinator.first_read()
            source = ShellySource(hass, entry, client, coordinator)
        except BaseException as err:
            await coordinator.async_shutdown()
            await client.close()
            if isinstance(err, Unsupported):
                # Something else has its address now; the device may come back to it.
                raise CannotConnect(str(err)) from err
            raise
        coordinator.start()
        return source

    async def migrate(self, hass: HomeAssistant, entry: EcomConfigEntry) -> bool:
        """Accept today's data; there is no older schema."""
        del hass
        return bool(entry.data[CONF_SCHEMA] <= SCHEMA)

    async def forget(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Take back the last repair of a device that was removed; nothing is stored of it."""
        ir.async_delete_issue(hass, DOMAIN, f"{ISSUE_SILENT}_{entry.entry_id}")
