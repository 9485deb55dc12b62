"""What actions have in common: the Site, a period, and who may ask."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import probatio
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, SITE_UID
from ..core.timeline import HOUR, QUARTER, Resolution, ceil_quarter, floor_quarter
from ..site.runtime import SiteRuntime

ATTR_END: Final = "end"
ATTR_ENTITIES: Final = "entity_id"
ATTR_MEMBER: Final = "member"
ATTR_RESOLUTION: Final = "resolution"
ATTR_START: Final = "start"

MOST_ROWS: Final = 100_000
"""In one answer; that is a month of quarter-hours of thirty meters."""
LONGEST: Final = timedelta(days=3660)
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing was counted before."""
AHEAD: Final = timedelta(days=366)
"""Nothing is asked about what lies further in the future."""

SHORTEST: Final = {
    Resolution.QUARTER_HOUR: QUARTER,
    Resolution.HOUR: HOUR,
    Resolution.DAY: timedelta(hours=23),
    Resolution.MONTH: timedelta(days=28),
}
"""How short a slot of each resolution can be."""

PERIOD: Final = {
    probatio.Required(ATTR_START): cv.datetime,
    probatio.Optional(ATTR_END): cv.datetime,
}


def site_of(hass: HomeAssistant) -> SiteRuntime:
    """Return the Site, which must be there."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, SITE_UID)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_site")
    runtime = entry.runtime_data
    assert isinstance(runtime, SiteRuntime)  # noqa: S101 - the entry of that id has no other
    return runtime


def period_of(call: ServiceCall) -> tuple[datetime, datetime]:
    """Return a period of whole quarter-hours, until now if no end is given."""
    start = _utc(call.data[ATTR_START])
    end = _utc(call.data[ATTR_END]) if ATTR_END in call.data else dt_util.utcnow()
    if ATTR_END not in call.data and start >= end:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="start_in_future")
    if start >= end:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="end_before_start")
    if end > dt_util.utcnow() + AHEAD:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_such_time")
    if end - start > LONGEST:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="too_much")
    if start < EARLIEST:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_such_time")
    return floor_quarter(start), ceil_quarter(end)


def check_rows(start: datetime, end: datetime, resolution: Resolution, series: int) -> None:
    """See that an answer is not too long."""
    if (end - start) / SHORTEST[resolution] * series > MOST_ROWS:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="too_much")


def meters_of(site: SiteRuntime, entities: Sequence[str]) -> list[str]:
    """Return the meters that entities belong to, each once."""
    found: dict[str, None] = {}
    for entity_id in entities:
        meter = site.meter_of(entity_id)
        if meter is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_meter_of_entity",
                translation_placeholders={"entity": entity_id},
            )
        found[meter] = None
    return list(found)


def _utc(moment: datetime) -> datetime:
    """Return a moment in UTC; one without a zone is Home Assistant's local time."""
    try:
        return dt_util.as_utc(moment).astimezone(UTC)
    except (OverflowError, ValueError) as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_such_time"
        ) from err
