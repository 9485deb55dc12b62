"""A Home Assistant in which tests set up entries, let time pass, and look around."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed_exact,
)

from custom_components.ecom.const import DOMAIN, SITE_UID
from custom_components.ecom.runtime import EcomConfigEntry

PATIENCE = 10.0
"""Seconds of the real clock that a socket may take; it takes milliseconds."""


async def until(holds: Callable[[], object]) -> None:
    """Let the event loop turn until ``holds`` does; for real sockets only.

    Tests freeze the clock that asyncio looks at, so nothing here sleeps.
    """
    end = time.clock_gettime(time.CLOCK_MONOTONIC) + PATIENCE
    while not holds():
        assert time.clock_gettime(time.CLOCK_MONOTONIC) < end, "it never came"
        await asyncio.sleep(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """What a test does with Home Assistant, in the words of this domain."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory

    async def add(self, entry: MockConfigEntry) -> MockConfigEntry:
        """Add an entry and set it up, whether that works or not."""
        entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()
        return entry

    async def add_site(
        self, *meters: Mapping[str, Any], parts: Iterable[ConfigSubentryData] = ()
    ) -> MockConfigEntry:
        """Add the Site with meters, given as the data of their subentries, and other parts."""
        return await self.add(
            MockConfigEntry(
                domain=DOMAIN,
                unique_id=SITE_UID,
                title="Home",
                data={},
                subentries_data=[*(subentry(meter) for meter in meters), *parts],
            )
        )

    async def later(self, **delta: float) -> None:
        """Let time pass, and everything happen that is due by then."""
        self.freezer.tick(timedelta(**delta))
        async_fire_time_changed_exact(self.hass, dt_util.utcnow())
        await self.hass.async_block_till_done()

    async def unload(self, entry: EcomConfigEntry) -> None:
        """Unload an entry."""
        assert await self.hass.config_entries.async_unload(entry.entry_id)
        await self.hass.async_block_till_done()

    async def reload(self, entry: EcomConfigEntry) -> None:
        """Reload an entry, whether that works or not."""
        await self.hass.config_entries.async_reload(entry.entry_id)
        await self.hass.async_block_till_done()

    async def remove(self, entry: EcomConfigEntry) -> None:
        """Delete an entry, as a person does."""
        await self.hass.config_entries.async_remove(entry.entry_id)
        await self.hass.async_block_till_done()

    def entity_id(self, key: str, platform: Platform = Platform.SENSOR) -> str | None:
        """Return the id of the entity whose unique id is ``key``."""
        return er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, key)

    def state(self, key: str, platform: Platform = Platform.SENSOR) -> State:
        """Return the state of the entity whose unique id is ``key``."""
        entity_id = self.entity_id(key, platform)
        assert entity_id is not None, f"there is no entity {key}"
        state = self.hass.states.get(entity_id)
        assert state is not None, f"{entity_id} has no state"
        return state

    def shown(self, key: str, platform: Platform = Platform.SENSOR) -> str:
        """Return what the entity whose unique id is ``key`` shows."""
        return self.state(key, platform).state

    @property
    def site(self) -> tuple[str, str, str, str]:
        """Return what the Site shows: power, import, export and production."""
        power, imported, exported, production = (
            self.shown(f"{SITE_UID}/{key}") for key in ("power", "import", "export", "production")
        )
        return power, imported, exported, production

    @property
    def site_entries(self) -> list[EcomConfigEntry]:
        """Return the Site's entry, or none, or too many."""
        entries = self.hass.config_entries.async_entries(DOMAIN)
        return [entry for entry in entries if entry.unique_id == SITE_UID]

    @property
    def issues(self) -> set[str]:
        """Return the translation keys of ECOM's open repairs."""
        issues = ir.async_get(self.hass).issues.values()
        return {
            str(issue.translation_key)
            for issue in issues
            if issue.domain == DOMAIN and issue.active
        }

    async def close(self) -> None:
        """Unload everything, so that no timer, task or socket is left."""
        for entry in self.hass.config_entries.async_entries(DOMAIN):
            if entry.state in {ConfigEntryState.LOADED, ConfigEntryState.SETUP_RETRY}:
                await self.hass.config_entries.async_unload(entry.entry_id)
        await self.hass.async_block_till_done()


def subentry(meter: Mapping[str, Any]) -> ConfigSubentryData:
    """Return a meter's subentry as a new entry of the Site takes it."""
    return ConfigSubentryData(
        data={**meter},
        subentry_type="meter",
        title=str(meter["port"]),
        unique_id=f"meter:{meter['port']}",
    )


def part(kind: str, title: str, /, **data: Any) -> ConfigSubentryData:
    """Return a part of the Site that is no meter, such as a contract, by its title."""
    return ConfigSubentryData(data=data, subentry_type=kind, title=title, unique_id=None)


def meters_of(entry: EcomConfigEntry) -> Iterable[Mapping[str, Any]]:
    """Return the data of the Site's meters."""
    return [sub.data for sub in entry.subentries.values()]
