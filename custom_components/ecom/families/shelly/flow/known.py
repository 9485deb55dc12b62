"""Which Shelly devices Home Assistant's own integration has, and what it made of them."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

CORE: Final = "shelly"
"""The domain of Home Assistant's own integration."""

_CHANNEL: Final = re.compile(r"([a-z]+)(\d+)([abc]?)")
_POWERS: Final = {
    "switch": "switch:{number}-power",
    "meter": "pm1:{number}-power_pm1",
    "clamp": "em1:{number}-power_em1",
    "em": "em:{number}-{phase}_act_power",
}
"""How core's ids of power sensors go on after the MAC, by the kind of a channel's key."""


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


@callback
def core_powers(hass: HomeAssistant, mac: str, channels: Iterable[str]) -> Mapping[str, str]:
    """Return the keys of core's power sensors, as ports of the Site, by our channels' keys."""
    entry, registry = core_entry(hass, mac), er.async_get(hass)
    found: dict[str, str] = {}
    if entry is None:
        return found
    for channel in channels:
        unique_id = f"{entry.unique_id}-{_power_of(channel)}"
        entity_id = registry.async_get_entity_id(Platform.SENSOR, CORE, unique_id)
        entity = registry.async_get(entity_id) if entity_id else None
        if entity is not None:
            found[channel] = f"entity:{entity.id}"
    return found


def _power_of(channel: str) -> str:
    parts = _CHANNEL.fullmatch(channel)
    if parts is None or parts[1] not in _POWERS:
        return ""
    return _POWERS[parts[1]].format(number=parts[2], phase=parts[3] or "total")
