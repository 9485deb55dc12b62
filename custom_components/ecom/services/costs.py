"""What meters, contracts and members cost."""

import sqlite3
from datetime import datetime, tzinfo
from typing import Any, Final

import probatio
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv

from ..const import DOMAIN
from ..core.timeline import Resolution, Slot, from_ms, hour_around, slots, to_ms
from ..site.picture import Picture
from .asking import (
    ATTR_ENTITIES,
    ATTR_MEMBER,
    ATTR_RESOLUTION,
    PERIOD,
    check_rows,
    period_of,
    site_of,
)
from .naming import member_named, part_of
from .rights import check_administrator, check_theirs, is_administrator, own_members, refusal

GET_COSTS: Final = "get_costs"

COSTS: Final = probatio.Schema(
    {
        **PERIOD,
        probatio.Optional(ATTR_RESOLUTION): probatio.All(
            probatio.Coerce(Resolution),
            probatio.In((Resolution.HOUR, Resolution.DAY, Resolution.MONTH)),
        ),
        probatio.Optional(ATTR_ENTITIES): cv.entity_ids,
        probatio.Optional(ATTR_MEMBER): cv.string,
    }
)


async def get_costs(call: ServiceCall) -> ServiceResponse:
    """Return what was used in a period and what that cost; without a resolution, in all."""
    site = site_of(call.hass)
    picture = site.statements.picture()
    start, end = _hours(*period_of(call), picture.zone)
    parts = await _parts(call, picture, start, end)
    if not parts:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="nothing_billed")
    resolution: Resolution | None = call.data.get(ATTR_RESOLUTION)
    period = [Slot(start=start, end=end)]
    if resolution is not None:
        check_rows(start, end, resolution, len(parts))
        period = [*slots(start, end, resolution, picture.zone)]
    try:
        found: list[Any] = await site.statements.costs(picture, period, parts)
    except sqlite3.Error as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="quarters_unreadable"
        ) from err
    return {"resolution": resolution, "costs": found}


def _hours(start: datetime, end: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return a period of whole hours: shorter times the ledger does not part."""
    first, _ = hour_around(to_ms(start), zone)
    _, last = hour_around(to_ms(end) - 1, zone)
    return from_ms(first), from_ms(last)


async def _parts(call: ServiceCall, picture: Picture, start: datetime, end: datetime) -> list[str]:
    """Return the ids of what is asked about, each once; all that may be, if nothing is named."""
    parts: dict[str, None] = {}
    for entity_id in call.data.get(ATTR_ENTITIES, ()):
        parts[part_of(call.hass, site_of(call.hass), picture, entity_id)] = None
    if ATTR_MEMBER in call.data:
        parts[member_named(picture, call.data[ATTR_MEMBER])] = None
    if any(part in picture.contracts for part in parts):
        await check_administrator(call)  # What a contract supplied is the whole building's.
    await check_theirs(picture, call, parts, start, end)
    if parts:
        return [*parts]
    billed = [key for key, meter in picture.meters.items() if meter.billed or meter.paid]
    if await is_administrator(call):
        return billed
    mine = await own_members(picture, call)
    return [key for key in billed if refusal(picture, mine, key, start, end) is None]
