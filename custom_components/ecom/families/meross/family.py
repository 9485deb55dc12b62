"""The Meross family: opens devices and looks after what is stored of them."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ...const import CONF_SCHEMA, DOMAIN
from ...errors import CannotConnect, InvalidAuth
from ...plug_source import PLATFORMS, Make, PlugSource
from ...plug_source import Switching as Outlets
from ...plugs import Quantity
from ...ports import HistoryPort, HourEnergy
from ...runtime import Discovery, EcomConfigEntry, FamilyFlow, Source
from .client import MerossClient
from .coordinator import ISSUE_SILENT, MerossCoordinator, zone_named
from .energy import Energy
from .flow import MerossFlow
from .flow.discovery import is_meross
from .history import hour_energies
from .models import HourSlot
from .reading import MerossReader
from .settings import CONF_KEY, CONF_MAC, CONF_UID, CONF_UUID, FAMILY, SCHEMA, address_of
from .switching import LATENCY, Switching

_LOGGER = logging.getLogger(__name__)

STORE_VERSION: Final = 1
SAVE_SOON: Final = timedelta(seconds=5)
SAVE_EVERY: Final = timedelta(minutes=5)

CLOCK_LIMIT: Final = timedelta(minutes=2)
"""A device whose clock is off by more remembers hours that are not ours."""

type MerossStore = Store[dict[str, Any]]


class MerossFamily:
    """Meross plugs, strips and meters."""

    key: Final = FAMILY
    platforms: Final[tuple[Platform, ...]] = PLATFORMS
    flow: Final[type[FamilyFlow]] = MerossFlow

    def claims(self, discovery: Discovery) -> bool:
        """Claim what asks for an address and is of Meross by its MAC or its name."""
        _, info = discovery
        return isinstance(info, DhcpServiceInfo) and is_meross(info)

    async def open(self, hass: HomeAssistant, entry: EcomConfigEntry) -> Source:
        """Read the device once, go on from the totals that were stored, and begin to poll."""
        client = MerossClient(
            async_get_clientsession(hass),
            address_of(entry.data),
            entry.data[CONF_KEY],
            uuid=entry.data[CONF_UUID],
            mac=entry.data[CONF_MAC],
        )
        store = _store(hass, entry)
        reader = MerossReader(client, zone_named, _loaded(await store.async_load() or {}))
        coordinator = MerossCoordinator(hass, entry, reader)
        try:
            await coordinator.first_read()
        except BaseException:
            await coordinator.async_shutdown()
            raise
        source = MerossSource(hass, entry, reader=reader, coordinator=coordinator, store=store)
        coordinator.start()
        return source

    async def migrate(self, hass: HomeAssistant, entry: EcomConfigEntry) -> bool:
        """Accept today's data; there is no older schema."""
        del hass
        return bool(entry.data[CONF_SCHEMA] <= SCHEMA)

    async def forget(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Delete what was stored for a device that was removed, and its last repair."""
        ir.async_delete_issue(hass, DOMAIN, f"{ISSUE_SILENT}_{entry.entry_id}")
        await _store(hass, entry).async_remove()


class MerossHistory:
    """What a device remembers of the hours of one channel."""

    def __init__(self, reader: MerossReader, number: int) -> None:
        """Take what reads the device, and the channel."""
        self._reader = reader
        self._number = number

    async def hours(self, start: datetime, end: datetime) -> Sequence[HourEnergy]:
        """Return the hours in ``[start, end)`` that are over and that the device knows.

        Those of its hourly ring are exact. Of days alone, hours that nobody has read are
        estimated: see ``hour_energies``. Nothing is told by a device whose clock is wrong.
        Raises CannotConnect or DeviceError.
        """
        now = dt_util.utcnow()
        device_now = self._reader.clock.now
        if device_now is None or abs(device_now - self._reader.read_at) > CLOCK_LIMIT:
            return []
        slots = await self._slots()
        exact = {slot.key: float(slot.energy_wh) for slot in slots}
        last = min(end, now.replace(minute=0, second=0, microsecond=0))
        missed = self._reader.energy.of(self._number).missed
        return hour_energies(start.astimezone(UTC), last, exact=exact, missed=missed)

    async def _slots(self) -> Sequence[HourSlot]:
        try:
            return (await self._reader.client.hours()).get(self._number, [])
        except InvalidAuth as err:
            raise CannotConnect(str(err)) from err


class MerossSource(PlugSource):
    """One device, read and switched for as long as its entry is loaded."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: EcomConfigEntry,
        *,
        reader: MerossReader,
        coordinator: MerossCoordinator,
        store: MerossStore,
    ) -> None:
        """Take what has read the device once."""
        switching = Switching(reader, clock=dt_util.utcnow, told=coordinator.told)
        super().__init__(
            hass,
            entry,
            uid=entry.data[CONF_UID],
            coordinator=coordinator,
            make=Make(manufacturer="Meross", mac=entry.data[CONF_MAC]),
            switching=Outlets(command=switching.switch, latency=LATENCY),
        )
        self.reader = reader
        self._store = store
        self._saved_at: datetime | None = None
        self._saving = False
        self._stop_saving = coordinator.async_add_listener(self._remember)
        self._remember()

    @override
    async def stop(self) -> None:
        """Store the totals."""
        self._stop_saving()
        await self._store.async_save(self._dump())

    @callback
    def _remember(self) -> None:
        """Offer the memory of new channels, and store soon what was read, now and then."""
        for channel, number in self.reader.numbers.items():
            key = self.key(channel, Quantity.ENERGY)
            if key in self.ports and key not in self.histories:
                self.histories[key] = self._history(number)
        if self._saving or not self.reader.energy.totals:
            return
        self._saving = True
        now = dt_util.utcnow()
        due = now if self._saved_at is None else self._saved_at + SAVE_EVERY
        delay = max(due - now, SAVE_SOON)
        self._store.async_delay_save(self._dump, delay.total_seconds())

    def _history(self, number: int) -> HistoryPort:
        return MerossHistory(self.reader, number)

    def _dump(self) -> dict[str, Any]:
        self._saving, self._saved_at = False, dt_util.utcnow()
        return self.reader.energy.dump()


def _loaded(stored: dict[str, Any]) -> Energy:
    """Return the totals that were stored; what cannot be understood begins anew."""
    energy = Energy()
    try:
        energy.load(stored)
    except ArithmeticError, AttributeError, KeyError, OSError, TypeError, ValueError:
        _LOGGER.warning("What was stored of a Meross device is damaged; its total begins anew")
        return Energy()
    return energy


def _store(hass: HomeAssistant, entry: EcomConfigEntry) -> MerossStore:
    return Store(hass, STORE_VERSION, f"{DOMAIN}.meross.{entry.entry_id}")
