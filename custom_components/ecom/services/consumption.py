"""What meters counted."""

import sqlite3
from datetime import datetime
from typing import Any, Final

import probatio
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv

from ..const import DOMAIN
from ..core.timeline import Resolution
from ..site.consumption import period_slots
from ..site.picture import Picture
from .asking import (
    ATTR_ENTITIES,
    ATTR_MEMBER,
    ATTR_RESOLUTION,
    PERIOD,
    check_rows,
    meters_of,
    period_of,
    site_of,
)
from .naming import member_named
from .rights import check_allowed, check_theirs, is_administrator, own_members, refusal

GET_CONSUMPTION: Final = "get_consumption"

CONSUMPTION: Final = probatio.Schema(
    {
        **PERIOD,
        probatio.Required(ATTR_RESOLUTION, default=Resolution.HOUR): probatio.Coerce(Resolution),
        probatio.Optional(ATTR_ENTITIES): cv.entity_ids,
        probatio.Optional(ATTR_MEMBER): cv.string,
    }
)


async def get_consumption(call: ServiceCall) -> ServiceResponse:
    """Return what meters counted in a period: named ones, a member's, or all and the site."""
    site = site_of(call.hass)
    picture = site.statements.picture()
    start, end = period_of(call)
    meters, whole = await _meters(call, picture, start, end)
    if not meters:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_meters")
    resolution: Resolution = call.data[ATTR_RESOLUTION]
    check_rows(start, end, resolution, len(meters))
    slots = period_slots(start, end, resolution)
    try:
        answer: dict[str, Any] = await site.consumption(meters, slots, site=whole)
    except sqlite3.Error as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="quarters_unreadable"
        ) from err
    return {"resolution": resolution.value, **answer}


async def _meters(
    call: ServiceCall, picture: Picture, start: datetime, end: datetime
) -> tuple[list[str], bool]:
    """Return the meters that are asked about, and whether that is the whole site.

    Somebody else's meter is refused where it is named, and left out where all are meant.
    """
    site = site_of(call.hass)
    named = dict.fromkeys(meters_of(site, call.data.get(ATTR_ENTITIES, ())))
    if ATTR_MEMBER in call.data:
        member = member_named(picture, call.data[ATTR_MEMBER])
        await check_allowed(picture, call, member)
        meters = picture.members[member].config.meters
        named |= dict.fromkeys(each for each in meters if each in picture.meters)
    await check_theirs(picture, call, named, start, end)
    if call.data.get(ATTR_ENTITIES) or ATTR_MEMBER in call.data:
        return [*named], False
    if await is_administrator(call):
        return site.asked(), True
    mine = await own_members(picture, call)
    found = [key for key in site.asked() if refusal(picture, mine, key, start, end) is None]
    return found, len(found) == len(site.asked())
