"""Reads one device at its pace, and tells Home Assistant what is true."""

from datetime import tzinfo
from typing import Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...plugs import PlugState
from ...polling import PollingCoordinator
from ...runtime import EcomConfigEntry
from .reading import INTERVAL, MerossReader

ISSUE_SILENT: Final = "meross_silent"


class MerossCoordinator(PollingCoordinator[PlugState]):
    """Polls one device; its reader knows what is due."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry, reader: MerossReader) -> None:
        """Take what reads the device; ``start`` begins to."""
        super().__init__(
            hass,
            entry,
            name=f"Meross {entry.title}",
            data=reader.state,
            interval=INTERVAL,
            silent=ISSUE_SILENT,
        )
        self._reader = reader

    @override
    async def first_read(self) -> None:
        """Ask who it is and read once, for the set-up; raises what the client raises."""
        await self._reader.identify()
        await super().first_read()

    @override
    async def verify(self) -> None:
        """Ask who it is: an address may belong to another device by now.

        A device that encrypts says in no other way that its key is another one.
        """
        await self._reader.identify()

    @override
    async def read(self) -> None:
        """Take one round of answers; raises EcomError."""
        now = dt_util.utcnow()
        await self._reader.read(now)
        self.publish(now)

    @callback
    def told(self) -> None:
        """Show at once what the device said after a command."""
        self.async_set_updated_data(self.data)


async def zone_named(name: str) -> tzinfo | None:
    """Return a time zone, None if nobody knows it; its file is read aside."""
    try:
        return await dt_util.async_get_time_zone(name)
    except ValueError, OSError:
        return None
