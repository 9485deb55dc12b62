"""The servers that are there already: their accounts, their ids, where they are."""

from typing import Final

from homeassistant.core import HomeAssistant

from ....const import CONF_FAMILY, DOMAIN
from ....runtime import EcomConfigEntry
from ..client import Address
from ..settings import (
    CONF_MAC,
    CONF_METER_IDS,
    CONF_PASSWORD,
    CONF_UID,
    CONF_USERNAME,
    address_of,
)
from ..visit import Account, Found

KEY: Final = "wes"


def accounts(hass: HomeAssistant) -> list[Account]:
    """Return the accounts of the servers that are there, each once."""
    entries = hass.config_entries.async_entries(DOMAIN)
    return list(
        dict.fromkeys(
            Account(entry.data[CONF_USERNAME], entry.data[CONF_PASSWORD])
            for entry in entries
            if entry.data.get(CONF_FAMILY) == KEY and entry.data.get(CONF_USERNAME)
        )
    )


def is_known(hass: HomeAssistant, found: Found, address: Address) -> bool:
    """Return whether an entry has this server, whatever it was known by then."""
    for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        if entry.data.get(CONF_FAMILY) != KEY:
            continue
        mac = entry.data.get(CONF_MAC)
        if mac and found.mac:
            if mac == found.mac:
                return True
        elif set(entry.data[CONF_METER_IDS]) & set(found.meter_ids) or (_is_at(entry, address)):
            return True
    return False


def is_taken(hass: HomeAssistant, entry: EcomConfigEntry, address: Address) -> bool:
    """Return whether another server's entry has the address: two would read one device."""
    return any(
        other.entry_id != entry.entry_id
        and other.data.get(CONF_FAMILY) == KEY
        and _is_at(other, address)
        for other in hass.config_entries.async_entries(DOMAIN)
    )


def has_uid(hass: HomeAssistant, uid: str | None) -> bool:
    """Return whether the keys of another server begin with this id, whatever it is now."""
    entries = hass.config_entries.async_entries(DOMAIN)
    return any(uid is not None and entry.data.get(CONF_UID) == uid for entry in entries)


def is_same(entry: EcomConfigEntry, found: Found) -> bool:
    """Return whether it is the entry's server; one that nothing identifies is believed."""
    mac = entry.data.get(CONF_MAC)
    if mac and found.mac:
        return bool(mac == found.mac)
    known = set(entry.data[CONF_METER_IDS])
    return not known or not found.meter_ids or bool(known & set(found.meter_ids))


def _is_at(entry: EcomConfigEntry, address: Address) -> bool:
    """Return whether an entry's server has this address, whatever its M2M port."""
    there = address_of(entry.data, entry.options)
    return (there.host, there.http_port) == (address.host, address.http_port)
