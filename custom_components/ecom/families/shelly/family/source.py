"""One Shelly as Home Assistant sees it, with what only this family has: memory and names."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util

from ....plug_adoption import adopt_device
from ....plug_source import Make, PlugSource
from ....plug_source import Switching as SharedSwitching
from ....plugs import Channel, Quantity
from ....runtime import EcomConfigEntry, InvalidAnswer
from ..client import ShellyClient
from ..coordinator import ShellyCoordinator
from ..flow.known import CORE, core_devices, core_entry, core_powers
from ..memory import MeterMemory, ShellyHistory, columns_of, component_of
from ..settings import CONF_APP_NAME, CONF_MAC, CONF_UID, address_of
from ..switching import LATENCY, Switching

ISSUE_CORE: Final = "shelly_core_has_device"


class ShellySource(PlugSource):
    """One device, pushed to for as long as its entry is loaded."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: EcomConfigEntry,
        client: ShellyClient,
        coordinator: ShellyCoordinator,
    ) -> None:
        """Take a client that is connected, and a coordinator that has read once."""
        self._client = client
        self._memories: dict[tuple[str, int], MeterMemory] = {}
        self._mac = str(entry.data[CONF_MAC])
        self._core_has_it = False
        switching = Switching(
            send=coordinator.switch, poll=coordinator.poll, state=coordinator.data
        )
        address = address_of(entry.data)
        super().__init__(
            hass,
            entry,
            uid=str(entry.data[CONF_UID]),
            coordinator=coordinator,
            make=Make(
                manufacturer="Shelly",
                mac=self._mac,
                configuration_url=f"{'https' if address.is_secure else 'http'}://{address}/",
            ),
            switching=SharedSwitching(command=switching.switch, latency=LATENCY),
        )
        self._follow_name()
        self._look_for_core()
        self._stop_looking = async_dispatcher_connect(
            hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
        )

    @override
    async def fix(self, issue: str, answer: Mapping[str, Any], about: str = "") -> None:
        """Take core's entities in the place of this entry, which then goes.

        The Site's meters keep their roles, and read core's sensors from then on.
        """
        if issue != ISSUE_CORE:
            return
        devices = core_devices(self._hass, self._mac)
        if not devices:
            raise InvalidAnswer("shelly_core_not_ready")
        powers = core_powers(self._hass, self._mac, self.state.channels)
        replace = {self.key(channel, Quantity.POWER): key for channel, key in powers.items()}
        await adopt_device(self._hass, devices, replace)
        # The repair's dialogue still looks at this entry until it has ended.
        self._hass.async_create_task(
            self._hass.config_entries.async_remove(self._entry.entry_id), eager_start=False
        )

    @override
    async def stop(self) -> None:
        """Hang up."""
        self._stop_looking()
        self.coordinator.clear_issue(ISSUE_CORE)
        await self._client.close()

    @override
    def _add_port(self, channel: Channel, quantity: Quantity) -> None:
        """Offer the port, and the device's memory of what it counts."""
        super()._add_port(channel, quantity)
        if columns := columns_of(channel.key, quantity):
            component = component_of(channel.key)
            if component not in self._memories:
                self._memories[component] = MeterMemory(self._client, *component, dt_util.utcnow)
            self.histories[self.key(channel.key, quantity)] = ShellyHistory(
                memory=self._memories[component], columns=columns
            )

    @callback
    @override
    def _follow(self) -> None:
        """Follow the name of the device as well."""
        self._follow_name()
        super()._follow()

    @callback
    def _follow_name(self) -> None:
        """Take a new name from Shelly's app, unless the entry has been given another one."""
        before, name = self._entry.data.get(CONF_APP_NAME), self.state.name
        if name is None or name == before:
            return
        title = name if self._entry.title == before else self._entry.title
        data = {**self._entry.data, CONF_APP_NAME: name}
        self._hass.config_entries.async_update_entry(self._entry, title=title, data=data)
        dr.async_get(self._hass).async_update_device(self._device_id, name=title)

    @callback
    def _entry_changed(self, _change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Look again when an entry of core's integration comes, goes or changes."""
        if entry.domain == CORE:
            self._look_for_core()

    @callback
    def _look_for_core(self) -> None:
        """Say so if Home Assistant's own integration reads the device as well."""
        found = core_entry(self._hass, self._mac) is not None
        if found and not self._core_has_it:
            self.coordinator.raise_issue(ISSUE_CORE, fixable=True)
        elif not found:
            self.coordinator.clear_issue(ISSUE_CORE)
        self._core_has_it = found
