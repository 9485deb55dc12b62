"""Actions by which a person states what a counter showed: readings, and exchanges."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

import probatio
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.costs.exchange import ExchangeError
from ..core.costs.readings import Read, ReadingsError, Swap
from ..core.costs.rows import UNIT
from ..core.quarters import SCALES
from ..core.timeline import to_ms
from ..site.imported import AlreadyCounted, Target
from ..site.pasts import DRAWN, FED, is_made
from ..site.runtime import SiteRuntime
from .asking import EARLIEST, site_of

IMPORT_READINGS: Final = "import_readings"
RECORD_EXCHANGE: Final = "record_meter_exchange"

ATTR_AT: Final = "at"
ATTR_CLOSING: Final = "closing"
ATTR_ENTITY: Final = "entity_id"
ATTR_EXCHANGE: Final = "exchange"
ATTR_INDEX: Final = "index"
ATTR_METER: Final = "meter"
ATTR_OPENING: Final = "opening"
ATTR_READINGS: Final = "readings"
ATTR_REGISTER: Final = "register"
ATTR_REPLACE: Final = "replace"

HIGHEST: Final = 10**9
"""In kWh or m³: no counter shows more."""

MOST_READINGS: Final = 200_000
"""In one call: five years of quarter-hours."""

_METER: Final = {
    probatio.Optional(ATTR_ENTITY): cv.entity_id,
    probatio.Optional(ATTR_METER): cv.string,
    probatio.Optional(ATTR_REGISTER): cv.string,
}
READINGS: Final = probatio.Schema(
    {
        **_METER,
        probatio.Required(ATTR_READINGS): list,
        probatio.Optional(ATTR_REPLACE, default=False): cv.boolean,
    }
)
EXCHANGE: Final = probatio.Schema(
    {
        **_METER,
        probatio.Required(ATTR_AT): cv.datetime,
        probatio.Required(ATTR_CLOSING): object,
        probatio.Required(ATTR_OPENING): object,
    }
)


async def import_readings(call: ServiceCall) -> ServiceResponse:
    """Bring the readings of a meter into the books: what it counted, and what that costs."""
    site = site_of(call.hass)
    meter_id = meter_of(call, site)
    target = target_of(call, site, meter_id)
    readings = await call.hass.async_add_executor_job(read, call.data[ATTR_READINGS])
    if readings and readings[-1].at > to_ms(dt_util.utcnow()):
        _turn_away("reading_in_future", number=str(len(readings)))
    try:
        brought = await site.books.imports.bring(target, readings, over=call.data[ATTR_REPLACE])
    except ReadingsError as err:
        _turn_away(err.key, number=str(err.number))
    except AlreadyCounted:
        _turn_away("readings_overlap", meter=site.title_of(meter_id))
    await site.books.external.write([target.account])
    return {
        "meter": site.title_of(meter_id),
        "readings": len(readings),
        "amount": brought.amount / UNIT,
        "rows": brought.rows,
    }


async def record_exchange(call: ServiceCall) -> None:
    """Note that a counter was exchanged, where the old one ended and the new one began."""
    site = site_of(call.hass)
    meter_id = meter_of(call, site)
    target = target_of(call, site, meter_id)
    at = moment_of(call.data[ATTR_AT])
    if at is None or at > dt_util.utcnow():
        _turn_away("no_such_time")
    closing, opening = (number_of(call.data[name]) for name in (ATTR_CLOSING, ATTR_OPENING))
    if closing is None or opening is None:
        _turn_away("exchange_no_number")
    if is_made(target.key):
        _turn_away("exchange_without_counter", meter=site.title_of(meter_id))
    each = UNIT // SCALES[target.kind]
    indexes = float(closing * each), float(opening * each)
    try:
        await site.books.ledger.exchange(target.key, at, *indexes)
    except ExchangeError as err:
        _turn_away(str(err.args[0]))
    except KeyError:
        _turn_away("exchange_not_followed", meter=site.title_of(meter_id))


def meter_of(call: ServiceCall, site: SiteRuntime) -> str:
    """Return the meter that a call names, by an entity or by its title."""
    if (ATTR_ENTITY in call.data) == (ATTR_METER in call.data):
        _turn_away("one_meter_needed")
    if ATTR_ENTITY in call.data:
        meter = site.meter_of(call.data[ATTR_ENTITY])
        if meter is None:
            _turn_away("no_meter_of_entity", entity=call.data[ATTR_ENTITY])
        return meter
    title: str = call.data[ATTR_METER]
    found = [key for key in site.asked() if site.title_of(key).casefold() == title.casefold()]
    if len(found) != 1:
        _turn_away("no_such_meter", meter=title)
    return found[0]


def target_of(call: ServiceCall, site: SiteRuntime, meter_id: str) -> Target:
    """Return what of a meter a call is about: what is drawn, fed in, or one band of it."""
    register = call.data.get(ATTR_REGISTER)
    direction, band = (FED, None) if register == FED else (DRAWN, register)
    target = site.books.target(meter_id, direction, band)
    if target is None and register is not None:
        _turn_away("no_such_register", meter=site.title_of(meter_id), register=register)
    if target is None:
        _turn_away("meter_not_counted", meter=site.title_of(meter_id))
    return target


def read(stated: Sequence[Any]) -> list[Read]:
    """Return readings as they are stated, in kWh or m³; raises ServiceValidationError."""
    if len(stated) > MOST_READINGS:
        _turn_away("readings_too_many", most=str(MOST_READINGS))
    return [*_read(stated)]


def _read(stated: Sequence[Any]) -> Iterator[Read]:
    for number, each in enumerate(stated, 1):
        known = each if isinstance(each, Mapping) else {}
        at, index = moment_of(known.get(ATTR_AT)), number_of(known.get(ATTR_INDEX))
        if at is None or at < EARLIEST:
            _turn_away("reading_without_time", number=str(number))
        if index is None or known.keys() - {ATTR_AT, ATTR_INDEX, ATTR_EXCHANGE}:
            _turn_away("reading_without_index", number=str(number))
        yield Read(at=to_ms(at), index=scaled(index), swap=_swap(known, number))


def _swap(known: Mapping[str, Any], number: int) -> Swap | None:
    if ATTR_EXCHANGE not in known:
        return None
    stated = known[ATTR_EXCHANGE]
    parts = stated if isinstance(stated, Mapping) else {}
    closing, opening = (number_of(parts.get(name)) for name in (ATTR_CLOSING, ATTR_OPENING))
    if closing is None or opening is None:
        _turn_away("reading_exchange_incomplete", number=str(number))
    return Swap(closing=scaled(closing), opening=scaled(opening))


def scaled(index: Decimal) -> int:
    """Return kWh or m³ in the whole units of the ledger."""
    return round(index * UNIT)


def number_of(value: object) -> Decimal | None:
    """Return what a counter can show, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation, ValueError:  # A whole number may be too long to be written.
        return None
    return found if found.is_finite() and 0 <= found <= HIGHEST else None


def moment_of(value: object) -> datetime | None:
    """Return a moment in UTC, None for what is none; one without a zone is local."""
    found = dt_util.parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(found, datetime):
        return None
    try:
        return dt_util.as_utc(found)
    except OverflowError, ValueError:
        return None


def _turn_away(key: str, **placeholders: str) -> NoReturn:
    """Say to the caller what cannot be."""
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
