"""A port over an entity: what counts as a number, and what becomes of the entity."""

from datetime import timedelta

import pytest
from homeassistant.const import UnitOfPower
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from custom_components.ecom.ports import Kind, Reading
from custom_components.ecom.site.entity_port import EntityPort
from tests.entities import ForeignSensor, add_sensor, registry_id
from tests.house import House

HOLDS = timedelta(minutes=5)


def port_of(house: House, sensor: ForeignSensor, kind: Kind = Kind.POWER) -> EntityPort:
    """Return a port over a sensor."""
    return EntityPort(house.hass, registry_id(sensor), kind, HOLDS)


async def test_the_key_is_the_registry_id(house: House) -> None:
    """What the site keeps of an entity does not name it, since names change."""
    sensor = await add_sensor(house.hass, "plug")
    assert port_of(house, sensor).key == f"entity:{registry_id(sensor)}"


@pytest.mark.parametrize(
    ("kind", "unit", "shown", "expected"),
    [
        (Kind.POWER, "kW", 1.5, 1500),
        (Kind.POWER, "mW", 1500, 1.5),
        (Kind.ENERGY, "kWh", 2, 2000),
        (Kind.HEAT, "MWh", 0.5, 500_000),
        (Kind.VOLUME, "L", 1500, 1.5),
        (Kind.TEMPERATURE, "°F", 212, 100),
        (Kind.PHASES, "mA", 1500, 1.5),
        (Kind.BATTERY, "%", 80, 80),
    ],
)
async def test_a_unit_is_converted_to_the_kinds_own(
    house: House, kind: Kind, unit: str, shown: float, expected: float
) -> None:
    """A reading is in the unit that its kind promises, whatever the sensor shows."""
    sensor = await add_sensor(house.hass, "plug", unit)
    sensor.shows(shown, unit=unit)
    assert port_of(house, sensor, kind).read().value == pytest.approx(expected)


@pytest.mark.parametrize("state", ["nan", "inf", "-inf", "unavailable", "unknown", "on", "", "1,5"])
async def test_what_is_no_finite_number_is_absent(house: House, state: str) -> None:
    """A state that is no number, or none to calculate with, reads as None."""
    sensor = await add_sensor(house.hass, "plug")
    house.hass.states.async_set(sensor.entity_id, state, {"unit_of_measurement": UnitOfPower.WATT})
    assert port_of(house, sensor).read().value is None


@pytest.mark.parametrize("unit", [None, "kWh", "V", "Watt"])
async def test_a_missing_or_wrong_unit_is_absent(house: House, unit: str | None) -> None:
    """A number of unknown meaning is not taken for watts."""
    sensor = await add_sensor(house.hass, "plug", unit)
    sensor.shows(5, unit=unit)
    assert port_of(house, sensor).read().value is None


async def test_an_unavailable_entity_is_absent_and_heard(house: House) -> None:
    """When an entity goes, its listener learns that there is no value."""
    sensor = await add_sensor(house.hass, "plug")
    sensor.shows(5)
    heard: list[Reading[float]] = []
    unsubscribe = port_of(house, sensor).subscribe(heard.append)
    sensor.goes()
    unsubscribe()
    assert [reading.value for reading in heard] == [None]


async def test_a_rename_is_followed_without_a_gap(house: House) -> None:
    """A person renames an entity: the meter reads on, and never reads nothing."""
    sensor = await add_sensor(house.hass, "plug")
    sensor.shows(5)
    port = port_of(house, sensor)
    heard: list[Reading[float]] = []
    unsubscribe = port.subscribe(heard.append)
    er.async_get(house.hass).async_update_entity(sensor.entity_id, new_entity_id="sensor.renamed")
    assert port.read().value == 5
    await house.hass.async_block_till_done()
    assert sensor.entity_id == "sensor.renamed"
    sensor.shows(6)
    unsubscribe()
    assert [reading.value for reading in heard if reading.value != 5] == [6]
    assert heard[-1] == port.read()


async def test_a_rename_is_followed_by_who_was_there_before_the_entity(house: House) -> None:
    """It does not matter who learns of a rename first, the port or the entity."""
    registry = er.async_get(house.hass)
    known = registry.async_get_or_create("sensor", "other_plug", "plug")
    heard: list[Reading[float]] = []
    port = EntityPort(house.hass, known.id, Kind.POWER, HOLDS)
    unsubscribe = port.subscribe(heard.append)
    sensor = await add_sensor(house.hass, "plug")
    sensor.shows(5)
    heard.clear()
    registry.async_update_entity(sensor.entity_id, new_entity_id="sensor.renamed")
    await house.hass.async_block_till_done()
    unsubscribe()
    assert {reading.value for reading in heard} == {5}


async def test_the_old_name_is_not_followed(house: House) -> None:
    """Another entity that takes the old name is another entity."""
    sensor = await add_sensor(house.hass, "plug")
    old = sensor.entity_id
    port = port_of(house, sensor)
    heard: list[Reading[float]] = []
    unsubscribe = port.subscribe(heard.append)
    er.async_get(house.hass).async_update_entity(old, new_entity_id="sensor.renamed")
    await house.hass.async_block_till_done()
    sensor.shows(5)
    heard.clear()
    house.hass.states.async_set(old, "99", {"unit_of_measurement": "W"})
    unsubscribe()
    assert not heard
    assert port.read().value == 5


async def test_another_entity_that_changes_does_not_matter(house: House) -> None:
    """What happens to another entry of the registry is not heard."""
    sensor, other = await add_sensor(house.hass, "plug"), await add_sensor(house.hass, "lamp")
    heard: list[Reading[float]] = []
    unsubscribe = port_of(house, sensor).subscribe(heard.append)
    er.async_get(house.hass).async_update_entity(other.entity_id, new_entity_id="sensor.light")
    await house.hass.async_block_till_done()
    unsubscribe()
    assert not heard


async def test_a_removed_entity_leaves_no_reading(house: House) -> None:
    """An entity that left the registry has no value, no moment, and is stale."""
    sensor = await add_sensor(house.hass, "plug")
    sensor.shows(5)
    port = port_of(house, sensor)
    heard: list[Reading[float]] = []
    unsubscribe = port.subscribe(heard.append)
    er.async_get(house.hass).async_remove(sensor.entity_id)
    await house.hass.async_block_till_done()
    unsubscribe()
    assert heard[-1].value is None
    assert port.read().value is None
    assert port.read().is_stale(dt_util.utcnow())
    assert port.entity_id is None


async def test_an_entity_that_was_never_there_reads_as_nothing(house: House) -> None:
    """A port over an unknown id can be read and watched; there is nothing to hear."""
    port = EntityPort(house.hass, "0" * 32, Kind.POWER, HOLDS)
    unsubscribe = port.subscribe(lambda _reading: pytest.fail("there is nothing to hear"))
    assert port.read().is_stale(dt_util.utcnow())
    unsubscribe()
