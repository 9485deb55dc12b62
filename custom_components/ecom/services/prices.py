"""What a unit costs, and when."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import probatio
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.tariffs.pricing import PriceSlice
from ..core.tariffs.tariff import Tariff
from ..core.timeline import Resolution, Slot, slots
from ..site.contract_preview import UNITS
from .asking import ATTR_ENTITIES, ATTR_RESOLUTION, PERIOD, check_rows, period_of, site_of

GET_PRICES: Final = "get_prices"
ATTR_CONTRACT: Final = "contract"

PRICES: Final = probatio.Schema(
    {
        **PERIOD,
        probatio.Optional(ATTR_RESOLUTION): probatio.All(
            probatio.Coerce(Resolution),
            probatio.In((Resolution.QUARTER_HOUR, Resolution.HOUR)),
        ),
        probatio.Optional(ATTR_CONTRACT): cv.string,
        probatio.Optional(ATTR_ENTITIES): cv.entity_ids,
    }
)


async def get_prices(call: ServiceCall) -> ServiceResponse:
    """Return the prices of contracts in a period: by name, of meters, or all of them.

    Without a resolution there is a row for each time in which a price holds; with one, a
    row for each slot, whose price is the mean over its time.
    """
    site = site_of(call.hass)
    start, end = period_of(call)
    titles = site.books.billing.titles
    wanted = _chosen(call, titles, site.contract_of_entity)
    if not wanted:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_contracts")
    resolution: Resolution | None = call.data.get(ATTR_RESOLUTION)
    check_rows(start, end, resolution or Resolution.QUARTER_HOUR, len(wanted))
    found = [(titles[key], site.books.billing.tariffs[key]) for key in wanted]

    def answers() -> list[Any]:
        return [_answer(*each, start, end, resolution) for each in found]

    return {"contracts": await call.hass.async_add_executor_job(answers)}


def _chosen(
    call: ServiceCall,
    titles: Mapping[str, str],
    contract_of_entity: Callable[[str], str | None],
) -> list[str]:
    """Return the contracts that are asked for, by id."""
    if (name := call.data.get(ATTR_CONTRACT)) is not None:
        found = [key for key, title in titles.items() if title.casefold() == name.casefold()]
        if not found:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_such_contract",
                translation_placeholders={"contract": name},
            )
        return found
    entities = call.data.get(ATTR_ENTITIES)
    if not entities:
        return [*titles]
    chosen: dict[str, None] = {}
    for entity_id in entities:
        key = contract_of_entity(entity_id)
        if key is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_contract_of_entity",
                translation_placeholders={"entity": entity_id},
            )
        chosen[key] = None
    return [*chosen]


def _answer(
    title: str, tariff: Tariff, start: datetime, end: datetime, resolution: Resolution | None
) -> dict[str, Any]:
    contract = tariff.contract
    if resolution is None:
        rows = [_row(each) for each in tariff.slices(start, end)]
    else:
        zone = dt_util.get_default_time_zone()
        rows = [_slot(tariff, slot) for slot in slots(start, end, resolution, zone)]
    return {
        "contract": title,
        "fluid": contract.fluid.value,
        "direction": contract.direction.value,
        "currency": contract.currency,
        "unit": UNITS[contract.fluid],
        "prices": rows,
    }


def _row(each: PriceSlice) -> dict[str, Any]:
    row: dict[str, Any] = {
        "start": _local(each.start),
        "end": _local(each.end),
        "band": each.band,
        "price": None if each.price is None else float(each.price),
        "provisional": each.provisional,
    }
    if each.tiers:
        row["tiers"] = [
            {
                "up_to": None if tier.upper is None else float(tier.upper),
                "price": float(tier.price),
            }
            for tier in each.tiers
        ]
    return row


def _slot(tariff: Tariff, slot: Slot) -> dict[str, Any]:
    """Return a slot with its mean price, None if a part of that is not known."""
    parts = [*tariff.slices(slot.start, slot.end)]
    total = sum(
        float(part.price) * (part.end - part.start).total_seconds()
        for part in parts
        if part.price is not None
    )
    known = all(part.price is not None for part in parts)
    return {
        "start": _local(slot.start),
        "end": _local(slot.end),
        "band": parts[0].band if len({part.band for part in parts}) == 1 else None,
        "price": round(total / (slot.end - slot.start).total_seconds(), 9) if known else None,
        "provisional": any(part.provisional for part in parts),
    }


def _local(moment: datetime) -> str:
    return dt_util.as_local(moment).isoformat()
