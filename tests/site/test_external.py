"""Hourly statistics of what each meter counted and cost, as the Energy dashboard reads them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.components.recorder.statistics import (
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.ecom.const import DOMAIN, SITE_UID
from tests.entities import add_sensor, registry_id
from tests.grid import Grid
from tests.house import House
from tests.site.test_ledger import runtime
from tests.subentries import id_of

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FLAT = {"template": "flat", "prices": "0.2"}

type Json = dict[str, Any]


async def statistics(hass: HomeAssistant, statistic: str) -> dict[str, float]:
    """Return the sums of a statistic by the hour, in UTC."""
    await async_wait_recording_done(hass)
    found: Any = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, NOON - 999 * HOUR, None, {statistic}, "hour", None, {"sum"}
        )
    )
    return {
        f"{datetime.fromtimestamp(row['start'], UTC):%d %H}": row["sum"]
        for row in found.get(statistic, [])
    }


async def known(hass: HomeAssistant) -> dict[str, Json]:
    """Return what the recorder knows of ECOM's statistics."""
    await async_wait_recording_done(hass)
    found: Any = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    return {each["statistic_id"]: each for each in found if each["source"] == DOMAIN}


async def a_site(house: House, *meters: tuple[str, Any]) -> MockConfigEntry:
    """Return a site with meters by title, and a contract for electricity."""
    house.freezer.move_to(NOON)
    parts = [("contract", "Ours", FLAT), *(("meter", *meter) for meter in meters)]
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=SITE_UID,
        title="Home",
        data={},
        subentries_data=[
            ConfigSubentryData(data=dict(data), subentry_type=kind, title=title, unique_id=None)
            for kind, title, data in parts
        ],
    )
    await house.add(entry)
    await runtime(house).books.repricing.settled()
    return entry


async def brings(house: House, meter: str, *readings: tuple[datetime, float], **more: Any) -> None:
    """Bring readings in."""
    stated = [{"at": at, "index": index} for at, index in readings]
    data = {"meter": meter, "readings": stated, **more}
    await house.hass.services.async_call(DOMAIN, "import_readings", data, blocking=True)


@pytest.fixture
async def grid(recorder_mock: object, house: House) -> Grid:
    """Return a meter that has stood at 100 kWh at noon, with a price of 0.20."""
    del recorder_mock
    grid = await Grid.at(house)
    await a_site(house, ("Flat 1", grid.data()))
    await grid.counts(100.0)
    return grid


ENERGY, COST = "ecom:meter_flat_1_energy", "ecom:meter_flat_1_cost"


async def test_what_is_brought_in_has_statistics_at_once(grid: Grid) -> None:
    """Hour by hour, with what the Energy dashboard needs to know of them."""
    hass = grid.house.hass
    await brings(grid.house, "Flat 1", (NOON - 3 * HOUR, 94), (NOON - 2 * HOUR, 95), (NOON, 100))
    assert await statistics(hass, ENERGY) == {"03 09": 1, "03 10": 3.5, "03 11": 6}
    assert await statistics(hass, COST) == pytest.approx({"03 09": 0.2, "03 10": 0.7, "03 11": 1.2})
    found = await known(hass)
    assert found.keys() == {ENERGY, COST}
    assert {name: found[ENERGY][name] for name in ("name", "has_sum", "unit_class")} == {
        "name": "Flat 1 energy",
        "has_sum": True,
        "unit_class": "energy",
    }
    assert found[ENERGY]["statistics_unit_of_measurement"] == "kWh"
    assert found[COST]["statistics_unit_of_measurement"] == hass.config.currency


async def test_sums_of_later_hours_follow_what_was_brought_in_before(grid: Grid) -> None:
    """Nothing jumps where the two meet."""
    await brings(grid.house, "Flat 1", (NOON - 2 * HOUR, 98), (NOON, 100))
    await brings(grid.house, "Flat 1", (NOON - 4 * HOUR, 90), (NOON - 2 * HOUR, 98))
    assert await statistics(grid.house.hass, ENERGY) == {
        "03 08": 4,
        "03 09": 8,
        "03 10": 9,
        "03 11": 10,
    }


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize(
    ("index", "sums"), [(90.0, [0, 0, 0, 2.5, 5, 7.5, 10]), (100.0, [10 / 3, 20 / 3, *[10] * 5])]
)
async def test_hours_that_count_nothing_any_more(
    grid: Grid, index: float, sums: list[float], *, restarted: bool
) -> None:
    """Are put right, the first and the last ones as well."""
    house, start = grid.house, NOON - 7 * HOUR
    await brings(house, "Flat 1", (start, 90), (NOON, 100))
    assert len(await statistics(house.hass, ENERGY)) == 7
    if restarted:
        await house.reload(house.site_entries[0])
    better = ((start, 90), (NOON - 4 * HOUR, index), (NOON, 100))
    await brings(house, "Flat 1", *better, replace=True)
    assert [*(await statistics(house.hass, ENERGY)).values()] == pytest.approx(sums)
    assert [*(await statistics(house.hass, COST)).values()] == pytest.approx(
        [each * 0.2 for each in sums]
    )


async def test_what_costs_nothing_any_more(grid: Grid) -> None:
    """Has statistics that say so."""
    house = grid.house
    await brings(house, "Flat 1", (NOON - 2 * HOUR, 98), (NOON, 100))
    await brings(house, "Flat 1", (NOON - 2 * HOUR, 98), (NOON, 98), replace=True)
    assert await statistics(house.hass, COST) == {"03 10": 0, "03 11": 0}


async def test_each_night_what_was_counted_since(grid: Grid) -> None:
    """Of whole hours; the one that goes on is written the next time, once it is over."""
    hass, house = grid.house.hass, grid.house
    await brings(house, "Flat 1", (NOON - HOUR, 99), (NOON, 100))
    await grid.counts(101.0, minutes=60)
    await grid.counts(102.0, minutes=90)
    assert await statistics(hass, ENERGY) == {"03 11": 1}
    await runtime(house).books.external.write()
    assert await statistics(hass, ENERGY) == pytest.approx(
        {"03 11": 1, "03 12": 2, "03 13": 2 + 2 / 3}
    )
    await grid.counts(104.0, minutes=60)
    house.freezer.move_to(datetime(2026, 11, 4, 8, 19, 59, tzinfo=UTC))
    await house.later(seconds=2)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await statistics(hass, ENERGY) == pytest.approx(
        {"03 11": 1, "03 12": 2, "03 13": 2 + 2 / 3, "03 14": 4, "03 15": 5}
    )


async def test_what_is_made_anew_is_written_soon(grid: Grid) -> None:
    """A contract that changes changes what all of it cost."""
    house = grid.house
    await brings(house, "Flat 1", (NOON - 2 * HOUR, 98), (NOON, 100))
    entry = house.site_entries[0]
    part = entry.subentries[id_of(entry, "Ours")]  # type: ignore[arg-type]
    house.hass.config_entries.async_update_subentry(entry, part, data={**FLAT, "prices": "0.5"})
    await house.hass.async_block_till_done()
    await runtime(house).books.repricing.settled()
    await house.later(minutes=1, seconds=1)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert await statistics(house.hass, COST) == pytest.approx({"03 10": 0.5, "03 11": 1.0})


async def test_what_was_waiting_is_written_after_a_restart(grid: Grid) -> None:
    """Nothing is forgotten, and nobody is called after the end."""
    house = grid.house
    await brings(house, "Flat 1", (NOON - 2 * HOUR, 98), (NOON, 100))
    account = runtime(house).books.external.books()[0].account
    runtime(house).books.external.changed(account, 0)
    await house.reload(house.site_entries[0])
    await runtime(house).books.external.write()
    assert await statistics(house.hass, ENERGY) == {"03 10": 1, "03 11": 2}


async def test_meters_of_one_name_have_statistics_of_their_own(
    recorder_mock: object, house: House
) -> None:
    """Water in m³, without a cost while it has no contract; what is fed in as well."""
    del recorder_mock
    grid = await Grid.at(house)
    water = await add_sensor(house.hass, "water", "m³")
    exported = await add_sensor(house.hass, "exported", "kWh")
    site = await a_site(
        house,
        ("Flat 1", {"port": f"entity:{registry_id(water)}", "role": "water"}),
        ("Flat-1", {**grid.data(), "exported": f"entity:{registry_id(exported)}"}),
    )
    await brings(house, "Flat 1", (NOON - HOUR, 1), (NOON, 2.5))
    await brings(house, "Flat-1", (NOON - HOUR, 1), (NOON, 4), register="fed")
    found = await known(house.hass)
    assert found.keys() == {"ecom:meter_flat_1_energy", "ecom:meter_flat_1_2_returned"}
    assert found["ecom:meter_flat_1_energy"]["unit_class"] == "volume"
    assert await statistics(house.hass, "ecom:meter_flat_1_energy") == {"03 11": 1.5}
    assert await statistics(house.hass, "ecom:meter_flat_1_2_returned") == {"03 11": 3}
    house.hass.config_entries.async_remove_subentry(site, id_of(site, "Flat 1"))
    await house.hass.async_block_till_done()
    slugs = {each.slug for each in runtime(house).books.external.books()}
    assert slugs == {"flat_1_2"}, "what has a name keeps it"


async def test_without_a_recorder_there_are_none(house: House) -> None:
    """Everything else is as it was."""
    grid = await Grid.at(house)
    await a_site(house, ("Flat 1", grid.data()))
    await grid.counts(100.0)
    await brings(house, "Flat 1", (NOON - HOUR, 99), (NOON, 100))
    await runtime(house).books.external.write()
    await house.later(minutes=2)
    assert house.hass.states.get("sensor.flat_1_energy") is not None
