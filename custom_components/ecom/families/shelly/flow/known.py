"""Which Shelly devices Home Assistant's own integration has."""

from collections.abc import Iterable
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

CORE: Final = "shelly"
"""The domain of Home Assistant's own integration."""


@callback
def core_entry(hass: HomeAssistant, mac: str) -> ConfigEntry | None:
    """Return the entry of core's integration that reads the device with a MAC, None if none."""
    wanted = dr.format_mac(mac)
    entries = hass.config_entries.async_entries(CORE, include_ignore=False, include_disabled=False)
    return next((each for each in entries if dr.format_mac(each.unique_id or "") == wanted), None)


@callback
def core_devices(hass: HomeAssistant, mac: str) -> list[str]:
    """Return the ids of the devices that core's integration made of it, its channels included.

    Empty while core has not set it up yet.
    """
    entry = core_entry(hass, mac)
    if entry is None:
        return []
    registry = dr.async_get(hass)
    found: Iterable[dr.DeviceEntry | dr.ChildDeviceEntry] = (
        *dr.async_entries_for_config_entry(registry, entry.entry_id),
        *dr.async_child_entries_for_config_entry(registry, entry.entry_id),
    )
    return [device.id for device in found]
