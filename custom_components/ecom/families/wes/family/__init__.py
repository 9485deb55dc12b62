"""The WES family: opens servers and looks after what is stored of them."""

import logging
from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store

from ....const import CONF_SCHEMA, DOMAIN
from ....errors import CannotConnect, Unsupported
from ....runtime import Discovery, EcomConfigEntry, FamilyFlow, Source
from ..client import WesClient
from ..coordinator import ISSUE_SILENT
from ..flow import WesFlow
from ..models import WesState
from ..settings import CONF_MAC, CONF_METER_IDS, SCHEMA, Settings
from ..stored import load
from .source import WesSource, WesStore

_LOGGER = logging.getLogger(__name__)

STORE_VERSION: Final = 1


class WesFamily:
    """Cartelectronic WES servers."""

    key: Final = "wes"
    platforms: Final = (Platform.SENSOR, Platform.BINARY_SENSOR, Platform.SWITCH)
    flow: Final[type[FamilyFlow]] = WesFlow

    def claims(self, discovery: Discovery) -> bool:
        """Claim nothing: the server announces itself in no known way."""
        del discovery
        return False

    async def open(self, hass: HomeAssistant, entry: EcomConfigEntry) -> Source:
        """Read the server once, load what was stored, and begin to poll."""
        settings = Settings.of(entry.data, entry.options)
        client = WesClient(settings.address, settings.username, settings.password)
        try:
            return await _open(hass, entry, client, settings)
        except BaseException:
            await client.close()
            raise

    async def migrate(self, hass: HomeAssistant, entry: EcomConfigEntry) -> bool:
        """Accept today's data; there is no older schema."""
        del hass
        return bool(entry.data[CONF_SCHEMA] <= SCHEMA)

    async def forget(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Delete what was stored for a server that was removed, and its last repair."""
        ir.async_delete_issue(hass, DOMAIN, f"{ISSUE_SILENT}_{entry.entry_id}")
        await _store(hass, entry).async_remove()


async def _open(
    hass: HomeAssistant, entry: EcomConfigEntry, client: WesClient, settings: Settings
) -> WesSource:
    """Return a source whose first page has been read."""

    async def verify() -> None:
        await _identify(entry, client)

    mac = await _identify(entry, client)
    admin = await client.is_admin()
    store = _store(hass, entry)
    state = _loaded(settings, await store.async_load() or {})
    source = WesSource(hass, entry, client=client, store=store, state=state, admin=admin)
    source.coordinator.identify = verify
    try:
        await source.coordinator.first_read()
        if mac is None or mac != entry.data.get(CONF_MAC):
            _check_meters(entry, state)
    except BaseException:
        await source.coordinator.async_shutdown()
        raise
    if mac is not None:
        _adopt_mac(hass, entry, mac)
    source.note_meters()
    source.start()
    return source


async def _identify(entry: EcomConfigEntry, client: WesClient) -> str | None:
    """Return the server's MAC, if it tells it; raise CannotConnect if it is another server's.

    Addresses wander between the servers of a building, and to other devices,
    which are not to be sent a password.
    """
    try:
        await client.identify()
    except Unsupported as err:
        raise CannotConnect(str(err)) from err
    mac, known = await client.mac(), entry.data.get(CONF_MAC)
    if None not in (mac, known) and mac != known:
        raise CannotConnect("another WES answers at this address")
    return mac


def _adopt_mac(hass: HomeAssistant, entry: EcomConfigEntry, mac: str) -> None:
    """Make a MAC that is seen for the first time the entry's unique id.

    The keys of its ports and entities stay as they are.
    """
    unique_id = f"wes:{mac}"
    other = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, unique_id)
    if entry.data.get(CONF_MAC) is None and other in (None, entry):
        data = {**entry.data, CONF_MAC: mac}
        hass.config_entries.async_update_entry(entry, unique_id=unique_id, data=data)


def _check_meters(entry: EcomConfigEntry, state: WesState) -> None:
    """Raise CannotConnect if the page names meters, and none of this server's."""
    if state.is_foreign(set(entry.data[CONF_METER_IDS])):
        raise CannotConnect("another WES answers at this address")


def _loaded(settings: Settings, stored: dict[str, Any]) -> WesState:
    """Return the state that was stored; one that cannot be understood begins anew."""
    state = WesState(settings)
    try:
        load(state, stored)
    except ArithmeticError, AttributeError, KeyError, TypeError, ValueError:
        _LOGGER.warning("What was stored of a WES is damaged; its counters begin anew")
        return WesState(settings)
    return state


def _store(hass: HomeAssistant, entry: EcomConfigEntry) -> WesStore:
    return Store(hass, STORE_VERSION, f"{DOMAIN}.wes.{entry.entry_id}")
