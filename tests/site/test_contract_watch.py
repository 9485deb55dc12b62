"""Prices that may be out of date, and hours that contradict the meter's own registers."""

from datetime import timedelta
from typing import Any

import pytest
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from custom_components.ecom.core.costs.rows import UNIT, Row
from custom_components.ecom.core.timeline import to_ms
from custom_components.ecom.site.contract_watch import ContractWatch
from custom_components.ecom.site.ledger_store import LedgerBatch
from tests.entities import add_sensor, registry_id
from tests.house import House, part

BASE = part("contract", "Ours", template="regulated_base", kva="6")
GRID = {"port": "entity:grid", "role": "grid"}


def issues(house: House) -> dict[str, Any]:
    """Return the open repairs, and what fills their texts in."""
    found = ir.async_get(house.hass).issues.values()
    return {str(each.translation_key): each.translation_placeholders for each in found}


async def test_regulated_prices_that_may_have_changed(house: House) -> None:
    """A few days after a usual change it is said, from the start on and once."""
    house.freezer.move_to("2027-01-30T12:00:00+00:00")
    site = await house.add_site(parts=[BASE])
    assert issues(house) == {}
    house.freezer.move_to("2027-03-01T12:00:00+00:00")
    await house.reload(site)
    assert issues(house) == {"tariff_out_of_date": {"contract": "Ours", "since": "2026-08-01"}}
    await house.unload(site)
    assert issues(house) == {}


async def test_prices_of_ones_own_are_ones_own_care(house: House) -> None:
    """Nobody else knows when they change."""
    house.freezer.move_to("2027-03-01T12:00:00+00:00")
    await house.add_site(parts=[part("contract", "Ours", template="flat", prices="0.2")])
    assert issues(house) == {}


async def test_a_contract_that_has_no_price(house: House) -> None:
    """It is said after a day without one, or once the sensor is gone, until it has one again."""
    house.freezer.move_to("2026-11-26T12:00:00+00:00")
    sensor = await add_sensor(house.hass, "spot", "EUR/kWh")
    sensor.shows(0.2, unit="EUR/kWh")
    follows = {"template": "dynamic", "curve": f"entity:{registry_id(sensor)}"}
    others = part("contract", "Others", template="flat", prices="0.2")
    site = await house.add_site(parts=[part("contract", "Ours", **follows), others])
    sensor.shows(None, unit="EUR/kWh")
    for _ in range(24):
        await house.later(hours=1)
    assert issues(house) == {}
    await house.later(hours=1)
    assert issues(house) == {"price_missing": {"contract": "Ours"}}
    sensor.shows(0.3, unit="EUR/kWh")
    await house.later(hours=1)
    assert issues(house) == {}
    er.async_get(house.hass).async_remove(sensor.entity_id)
    await house.later(hours=1)
    assert issues(house) == {"price_missing": {"contract": "Ours"}}
    await house.unload(site)
    assert issues(house) == {}


@pytest.mark.parametrize(
    ("amount", "against", "raised"),
    [
        (UNIT * 10, UNIT, {"bands_contradict": {"meter": "entity:grid", "share": "10"}}),
        (UNIT * 10, UNIT // 3, {}),
        (UNIT // 2, UNIT // 2, {}),
    ],
)
async def test_registers_that_count_at_other_hours(
    house: House, amount: int, against: int, raised: dict[str, Any]
) -> None:
    """It is said of a meter that does so for more than a little, each night."""
    await house.hass.config.async_set_time_zone("UTC")
    house.freezer.move_to("2026-11-26T00:20:00+00:00")
    site = await house.add_site(GRID)
    books = site.runtime_data.books
    minute = to_ms(dt_util.utcnow() - timedelta(days=2)) // 60_000
    row = Row(amount=amount, against=against)
    books.store.ledger.write(LedgerBatch(rows={"entity:grid#drawn": {(minute, "peak"): row}}))
    await house.later(minutes=6)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert issues(house) == raised
    watch = ContractWatch(house.hass, site, books)
    await watch.look(dt_util.utcnow() + timedelta(days=9))
    watch.close()


async def test_a_ledger_that_cannot_be_read(house: House) -> None:
    """Nothing is said of what is not known."""
    site = await house.add_site(GRID)
    books = site.runtime_data.books
    watch = ContractWatch(house.hass, site, books)
    await house.unload(site)
    await watch.look(dt_util.utcnow())
    assert issues(house) == {}
