"""What meters counted."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

import probatio
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv

from ..const import DOMAIN
from ..core.timeline import Resolution
from ..site.consumption import period_slots
from .asking import (
    ATTR_ENTITIES,
    ATTR_RESOLUTION,
    PERIOD,
    check_rows,
    meters_of,
    period_of,
    site_of,
)

GET_CONSUMPTION: Final = "get_consumption"

CONSUMPTION: Final = probatio.Schema(
    {
        **PERIOD,
        probatio.Required(ATTR_RESOLUTION, default=Resolution.HOUR): probatio.Coerce(Resolution),
        probatio.Optional(ATTR_ENTITIES): cv.entity_ids,
    }
)


async def get_consumption(call: ServiceCall) -> ServiceResponse:
    """Return what the meters counted in a period; without entities, of all and of the site."""
    site = site_of(call.hass)
    start, end = period_of(call)
    entities: Sequence[str] | None = call.data.get(ATTR_ENTITIES)
    meters = site.asked() if entities is None else meters_of(site, entities)
    if not meters:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_meters")
    resolution: Resolution = call.data[ATTR_RESOLUTION]
    check_rows(start, end, resolution, len(meters))
    slots = period_slots(start, end, resolution)
    try:
        answer: dict[str, Any] = await site.consumption(meters, slots, site=entities is None)
    except sqlite3.Error as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="quarters_unreadable"
        ) from err
    return {"resolution": resolution.value, **answer}
