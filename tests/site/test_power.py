"""What the Site shows, made from entities of any integration."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentry
from homeassistant.helpers import entity_registry as er

from custom_components.ecom.ports import Role
from tests.entities import ForeignSensor, add_sensor, registry_id
from tests.house import House


def as_meter(sensor: ForeignSensor, role: Role, **details: object) -> Mapping[str, Any]:
    """Return the data of a meter over a sensor."""
    return {"port": f"entity:{registry_id(sensor)}", "role": role.value, **details}


@pytest.fixture
async def grid(house: House) -> ForeignSensor:
    """Return a power sensor at the grid."""
    return await add_sensor(house.hass, "grid")


@pytest.fixture
async def sun(house: House) -> ForeignSensor:
    """Return a power sensor of the inverter."""
    return await add_sensor(house.hass, "sun")


@pytest.fixture
async def battery(house: House) -> ForeignSensor:
    """Return a power sensor of the battery, positive when it discharges."""
    return await add_sensor(house.hass, "battery")


async def test_a_site_without_meters_is_unknown(house: House) -> None:
    """An empty Site is there and knows nothing; it is not unavailable."""
    await house.add_site()
    assert house.site == ("unknown",) * 4


async def test_grid_sun_and_battery(
    house: House, grid: ForeignSensor, sun: ForeignSensor, battery: ForeignSensor
) -> None:
    """The Site's power follows each of its meters at once, in W and in its own sign."""
    await house.add_site(
        as_meter(grid, Role.GRID),
        as_meter(sun, Role.SOLAR, inverted=True),
        as_meter(battery, Role.BATTERY),
    )
    grid.shows(-2, unit="kW")
    sun.shows(-4000)
    assert house.site == ("unknown", "0.0", "2000.0", "4000.0")
    battery.shows(-1000)
    assert house.site == ("1000.0", "0.0", "2000.0", "4000.0")
    grid.shows(300)
    assert house.site == ("3300.0", "300.0", "0.0", "4000.0")


async def test_a_sub_meter_is_not_counted(house: House, grid: ForeignSensor) -> None:
    """What a sub-meter measures has gone through the grid meter already."""
    boiler, water = await add_sensor(house.hass, "boiler"), await add_sensor(house.hass, "w", "m³")
    await house.add_site(
        as_meter(grid, Role.GRID), as_meter(boiler, Role.SUB_METER), as_meter(water, Role.WATER)
    )
    grid.shows(3000)
    assert house.site == ("3000.0", "3000.0", "0.0", "unknown")
    boiler.shows(2000)
    water.shows(12, unit="m³")
    assert house.site == ("3000.0", "3000.0", "0.0", "unknown")


async def test_two_meters_of_one_role_add_up(house: House, sun: ForeignSensor) -> None:
    """Two inverters are one production; with one of them silent there is none."""
    second = await add_sensor(house.hass, "sun_2")
    await house.add_site(as_meter(sun, Role.SOLAR), as_meter(second, Role.SOLAR))
    sun.shows(1000)
    assert house.site[3] == "unknown"
    second.shows(500)
    assert house.site[3] == "1500.0"


async def test_a_meter_that_falls_silent_makes_the_power_unknown(
    house: House, grid: ForeignSensor, sun: ForeignSensor
) -> None:
    """Past its time a reading is not used, and nothing is summed without it; then it recovers."""
    await house.add_site(
        as_meter(grid, Role.GRID, valid_for=10), as_meter(sun, Role.SOLAR, valid_for=60)
    )
    grid.shows(100)
    sun.shows(500)
    await house.later(seconds=10)
    assert house.site == ("600.0", "100.0", "0.0", "500.0")
    await house.later(seconds=0.1)
    assert house.site == ("unknown", "unknown", "unknown", "500.0")
    grid.shows(100)
    assert house.site == ("600.0", "100.0", "0.0", "500.0")
    await house.later(seconds=60)
    assert house.site == ("unknown",) * 4


@pytest.mark.parametrize("value", [None, float("nan")])
async def test_a_meter_without_a_value_makes_the_power_unknown(
    house: House, grid: ForeignSensor, value: float | None
) -> None:
    """A sensor that is there and says nothing of use leaves the Site unknown."""
    await house.add_site(as_meter(grid, Role.GRID))
    grid.shows(100)
    house.hass.states.async_set(grid.entity_id, str(value), {"unit_of_measurement": "W"})
    assert house.site == ("unknown",) * 4
    grid.shows(100)
    assert house.site[0] == "100.0"


async def test_an_unavailable_meter_makes_the_power_unknown(
    house: House, grid: ForeignSensor
) -> None:
    """A sensor that is gone is no zero."""
    await house.add_site(as_meter(grid, Role.GRID))
    grid.shows(100)
    grid.goes()
    assert house.site == ("unknown",) * 4


async def test_a_renamed_meter_stays_a_meter(house: House, grid: ForeignSensor) -> None:
    """The Site follows an entity through a rename."""
    await house.add_site(as_meter(grid, Role.GRID))
    grid.shows(100)
    er.async_get(house.hass).async_update_entity(grid.entity_id, new_entity_id="sensor.mains")
    await house.hass.async_block_till_done()
    assert house.site[0] == "100.0"
    grid.shows(101)
    assert house.site[0] == "101.0"


async def test_a_removed_meter_makes_the_power_unknown(house: House, grid: ForeignSensor) -> None:
    """An entity that was deleted is missed, not left out."""
    await house.add_site(as_meter(grid, Role.GRID))
    grid.shows(100)
    er.async_get(house.hass).async_remove(grid.entity_id)
    await house.hass.async_block_till_done()
    assert house.site == ("unknown",) * 4


async def test_a_meter_that_comes_after_the_site_is_taken_up(house: House) -> None:
    """At start-up the Site may be there before its meters are."""
    registry = er.async_get(house.hass)
    known = registry.async_get_or_create("sensor", "other_late", "late")
    await house.add_site({"port": f"entity:{known.id}", "role": "grid"})
    assert house.site == ("unknown",) * 4
    late = await add_sensor(house.hass, "late")
    late.shows(42)
    assert house.site[0] == "42.0"


async def test_meters_are_changed_without_a_reload(house: House, grid: ForeignSensor) -> None:
    """Adding, changing and removing a meter takes effect at once; the Site is not reloaded."""
    entry = await house.add_site()
    runtime = entry.runtime_data
    grid.shows(100)
    meter = house.hass.config_entries
    data = as_meter(grid, Role.GRID)
    added = _subentry(data)
    meter.async_add_subentry(entry, added)
    await house.hass.async_block_till_done()
    assert house.site == ("100.0", "100.0", "0.0", "unknown")
    meter.async_update_subentry(entry, added, data={**data, "inverted": True})
    await house.hass.async_block_till_done()
    assert house.site == ("-100.0", "0.0", "100.0", "unknown")
    meter.async_update_subentry(entry, added, data={**data, "role": "solar"})
    await house.hass.async_block_till_done()
    assert house.site == ("unknown", "unknown", "unknown", "100.0")
    meter.async_update_subentry(entry, added, data={**data, "valid_for": 10})
    await house.hass.async_block_till_done()
    assert house.site[0] == "100.0"
    await house.later(seconds=11)
    assert house.site[0] == "unknown"
    meter.async_remove_subentry(entry, added.subentry_id)
    await house.hass.async_block_till_done()
    grid.shows(7)
    assert house.site == ("unknown",) * 4
    assert entry.runtime_data is runtime


def _subentry(data: Mapping[str, Any]) -> ConfigSubentry:
    return ConfigSubentry(
        data=MappingProxyType(dict(data)),
        subentry_type="meter",
        title="A meter",
        unique_id=f"meter:{data['port']}",
    )
