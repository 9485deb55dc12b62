"""Finds what a call names: a part of the Site by its name, or by one of its entities."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..site.picture import Picture
from ..site.runtime import SiteRuntime


def part_of(hass: HomeAssistant, site: SiteRuntime, picture: Picture, entity_id: str) -> str:
    """Return the id of the meter, contract or member that an entity belongs to."""
    entity = er.async_get(hass).async_get(entity_id)
    part = None if entity is None else entity.config_subentry_id
    if part in picture.meters or part in picture.members or part in picture.contracts:
        return str(part)
    meter = site.meter_of(entity_id)
    if meter is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_part_of_entity",
            translation_placeholders={"entity": entity_id},
        )
    return meter


def member_named(picture: Picture, name: str) -> str:
    """Return the id of a member by its name, as a person writes it; only if that is one."""
    wanted = name.strip().casefold()
    found = [key for key, each in picture.members.items() if each.name.strip().casefold() == wanted]
    if len(found) != 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="member_ambiguous" if found else "no_such_member",
            translation_placeholders={"member": name},
        )
    return found[0]
