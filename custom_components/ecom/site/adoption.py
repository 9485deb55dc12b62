"""How the Site takes up meters, and lets one read another port from now on."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback

from ..const import CONF_METERS, CONF_REPLACE, DOMAIN, SITE_UID
from .meters import (
    CONF_ENERGY,
    CONF_EXPORTED,
    CONF_PORT,
    CONF_SWITCH,
    CONF_TITLE,
    SUBENTRY_METER,
)

STATED: Final = (CONF_ENERGY, CONF_EXPORTED, CONF_SWITCH)
"""What a meter states of the ports beside its own."""


def meter_uid(port: str) -> str:
    """Return the unique id of a meter subentry: they span all types of the entry."""
    return f"{SUBENTRY_METER}:{port}"


def meter_on(site: ConfigEntry[Any], port: str) -> ConfigSubentry | None:
    """Return the Site's meter that reads a port, None if there is none."""
    meters = (sub for sub in site.subentries.values() if sub.unique_id == meter_uid(port))
    return next(meters, None)


@callback
def adopt_meters(hass: HomeAssistant, proposals: Iterable[Mapping[str, Any]]) -> None:
    """Add the meters that a new source proposed and the user confirmed.

    Nothing happens without a Site, nor for a port that is a meter already.
    """
    site = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, SITE_UID)
    if site is None:
        return
    for proposal in proposals:
        if meter_on(site, proposal[CONF_PORT]):
            continue
        hass.config_entries.async_add_subentry(
            site,
            ConfigSubentry(
                subentry_type=SUBENTRY_METER,
                title=proposal[CONF_TITLE],
                unique_id=meter_uid(proposal[CONF_PORT]),
                data=MappingProxyType(
                    {key: value for key, value in proposal.items() if key != CONF_TITLE}
                ),
            ),
        )


@callback
def take_up(hass: HomeAssistant, site: ConfigEntry[Any], request: Mapping[str, Any] | None) -> None:
    """Do what the Site was asked when it was created, or would have been.

    ``request`` holds ``meters``, which are proposals, and ``replace``, which
    maps keys of ports to those that shall be read instead.
    """
    asked = request or {}
    proposals = {meter[CONF_PORT]: meter for meter in asked.get(CONF_METERS, ())}
    for old, new in asked.get(CONF_REPLACE, {}).items():
        if old != new and (meter := meter_on(site, old)) is not None:
            _replace(hass, site, meter, new, proposals.get(new, {}))
    adopt_meters(hass, proposals.values())


def _replace(
    hass: HomeAssistant,
    site: ConfigEntry[Any],
    meter: ConfigSubentry,
    port: str,
    proposal: Mapping[str, Any],
) -> None:
    """Let a meter read another port; its title, role and phases stay.

    Where that port has a meter already, that one stays, and this one goes.
    """
    if meter_on(site, port):
        hass.config_entries.async_remove_subentry(site, meter.subentry_id)
        return
    # What counted or switched the old port has nothing to do with the new one.
    kept = {key: value for key, value in meter.data.items() if key not in STATED}
    stated = {key: proposal[key] for key in STATED if key in proposal}
    hass.config_entries.async_update_subentry(
        site, meter, data={**kept, CONF_PORT: port, **stated}, unique_id=meter_uid(port)
    )
