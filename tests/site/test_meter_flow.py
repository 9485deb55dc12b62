"""How a person gives the Site a meter, and changes one."""

from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, SubentryFlowResult
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.entities import add_sensor, registry_id
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import IMPORT, IMPORTED
from tests.foreign import add_plug, add_strip
from tests.house import House, meters_of

DETAILS: dict[str, Any] = {"inverted": False, "phases": ["1"], "valid_for": 300}


async def add(
    house: House, site: MockConfigEntry, entity: str, role: str = "grid", **details: object
) -> SubentryFlowResult:
    """Go through the form that adds a meter."""
    flow = house.hass.config_entries.subentries
    form = await flow.async_init((site.entry_id, "meter"), context={"source": SOURCE_USER})
    assert form["type"] is FlowResultType.FORM
    answer = {"entity": entity, "role": role, "details": {**DETAILS, **details}}
    result = await flow.async_configure(form["flow_id"], answer)
    await house.hass.async_block_till_done()
    if result["type"] is FlowResultType.FORM:
        flow.async_abort(result["flow_id"])
    return result


async def change(
    house: House, site: MockConfigEntry, role: str, **details: object
) -> SubentryFlowResult:
    """Go through the form that changes the Site's one meter."""
    flow = house.hass.config_entries.subentries
    (subentry_id,) = site.subentries
    form = await flow.async_init(
        (site.entry_id, "meter"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id},
    )
    assert form["step_id"] == "reconfigure"
    answer = {"role": role, "details": {**DETAILS, **details}}
    result = await flow.async_configure(form["flow_id"], answer)
    await house.hass.async_block_till_done()
    if result["type"] is FlowResultType.FORM:
        flow.async_abort(result["flow_id"])
    return result


async def test_an_entity_of_ecom_stands_for_its_port(meter: MeterAtHome) -> None:
    """Choosing the sensor of a meter chooses the meter, which outlives the sensor."""
    await meter.move_in()
    await meter.says({IMPORT: 28})
    site = await meter.house.add_site()
    entity_id = meter.house.entity_id(meter.key("power"))
    assert entity_id is not None
    result = await add(meter.house, site, entity_id)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "My meter Net power"
    (data,) = meters_of(site)
    assert data["port"] == meter.key("power")
    assert meter.house.site[0] == "28.0"
    er.async_get(meter.house.hass).async_update_entity(
        entity_id, disabled_by=er.RegistryEntryDisabler.USER
    )
    await meter.house.hass.async_block_till_done()
    await meter.says({IMPORT: 29})
    assert meter.house.site[0] == "29.0"


async def test_an_entity_of_another_integration_is_followed(house: House) -> None:
    """Any sensor that shows power can be a meter, in the unit that it has."""
    site = await house.add_site()
    sensor = await add_sensor(house.hass, "plug", "kW")
    sensor.shows(2, unit="kW")
    result = await add(house, site, sensor.entity_id, "solar", phases=["1", "2", "3"])
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (data,) = meters_of(site)
    assert data == {
        "port": f"entity:{registry_id(sensor)}",
        "role": "solar",
        "inverted": False,
        "phases": ["1", "2", "3"],
        "valid_for": 300,
    }
    assert house.site[3] == "2000.0"


async def test_a_sensor_that_has_not_reported_yet_is_judged_by_the_registry(house: House) -> None:
    """A sensor that is away at the moment can be chosen all the same."""
    registry = er.async_get(house.hass)
    away = registry.async_get_or_create(
        "sensor", "other", "away", unit_of_measurement="W", original_name="Away"
    )
    site = await house.add_site()
    result = await add(house, site, away.entity_id)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Away"


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        ("grid", "kWh"),
        ("grid", None),
        ("battery", "%"),
        ("sub_meter", "A"),
        ("water", "W"),
        ("gas", "W"),
        ("heat", "m³"),
    ],
)
async def test_an_entity_that_measures_something_else_is_refused(
    house: House, role: str, unit: str | None
) -> None:
    """What the role needs must be what the sensor shows."""
    site = await house.add_site()
    sensor = await add_sensor(house.hass, "plug", unit)
    sensor.shows(2, unit=unit)
    result = await add(house, site, sensor.entity_id, role)
    assert result["errors"] == {"entity": "wrong_kind"}
    assert not meters_of(site)


@pytest.mark.parametrize(
    ("role", "unit"),
    [("water", "L"), ("gas", "m³"), ("heat", "kWh"), ("battery", "W"), ("sub_meter", "kW")],
)
async def test_each_role_takes_its_own_kind(house: House, role: str, unit: str) -> None:
    """Volumes for water and gas, energy for heat, power for all that is electric."""
    site = await house.add_site()
    sensor = await add_sensor(house.hass, "plug", unit)
    sensor.shows(2, unit=unit)
    result = await add(house, site, sensor.entity_id, role)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_counter_of_ecom_is_no_power(meter: MeterAtHome) -> None:
    """The energy sensor of a meter is not its power, though both are ECOM's."""
    await meter.move_in()
    await meter.says({IMPORT: 28, IMPORTED: 1000})
    site = await meter.house.add_site()
    entity_id = meter.house.entity_id(meter.key(IMPORTED))
    assert entity_id is not None
    result = await add(meter.house, site, entity_id)
    assert result["errors"] == {"entity": "wrong_kind"}


async def test_an_entity_without_a_unique_id_is_refused(house: House) -> None:
    """What is not in the registry could not be followed through a rename."""
    site = await house.add_site()
    house.hass.states.async_set("sensor.yaml", "5", {"unit_of_measurement": "W"})
    result = await add(house, site, "sensor.yaml")
    assert result["errors"] == {"entity": "entity_not_registered"}


async def test_the_sites_own_sensors_are_not_offered(house: House) -> None:
    """The Site is not a part of itself."""
    site = await house.add_site()
    flow = house.hass.config_entries.subentries
    form = await flow.async_init((site.entry_id, "meter"), context={"source": SOURCE_USER})
    assert form["data_schema"] is not None
    (entity,) = [field for name, field in form["data_schema"].schema.items() if name == "entity"]
    assert house.entity_id("site/power") in entity.config["exclude_entities"]
    flow.async_abort(form["flow_id"])


async def test_a_port_is_a_meter_once(house: House) -> None:
    """The same sensor twice would be counted twice, in whatever role."""
    site = await house.add_site()
    sensor = await add_sensor(house.hass, "plug")
    await add(house, site, sensor.entity_id)
    result = await add(house, site, sensor.entity_id, "solar")
    assert result["reason"] == "already_configured"
    assert len(list(meters_of(site))) == 1


async def test_a_change_takes_effect_at_once(house: House) -> None:
    """Role, sign and patience are changed while the Site runs; it is not reloaded."""
    site = await house.add_site()
    runtime = site.runtime_data
    sensor = await add_sensor(house.hass, "plug")
    sensor.shows(100)
    await add(house, site, sensor.entity_id)
    assert house.site == ("100.0", "100.0", "0.0", "unknown")
    result = await change(house, site, "grid", inverted=True)
    assert result["reason"] == "reconfigure_successful"
    assert house.site == ("-100.0", "0.0", "100.0", "unknown")
    await change(house, site, "solar", valid_for=10)
    assert house.site == ("unknown", "unknown", "unknown", "100.0")
    await house.later(seconds=11)
    assert house.site == ("unknown",) * 4
    assert site.runtime_data is runtime


async def test_a_meter_cannot_become_one_of_another_kind(house: House) -> None:
    """A power sensor does not turn into a water meter."""
    site = await house.add_site()
    sensor = await add_sensor(house.hass, "plug")
    sensor.shows(100)
    await add(house, site, sensor.entity_id)
    result = await change(house, site, "water")
    assert result["errors"] == {"role": "wrong_kind"}
    assert house.site[0] == "100.0"


def stated(site: MockConfigEntry) -> tuple[str | None, str | None]:
    """Return what the Site's one meter states of its counters: energy and exported."""
    (data,) = meters_of(site)
    return data.get("energy"), data.get("exported")


async def test_what_counts_a_power_is_found_on_its_device(house: House) -> None:
    """The power sensor of a plug is chosen: the plug's energy sensors count it."""
    site = await house.add_site()
    plug = add_plug(house.hass)
    plug.energy("AABBCC-switch:0-ret_energy", "Energy returned")
    await add(house, site, plug.now("AABBCC-switch:0-power").entity_id)
    assert stated(site) == (
        plug.key("AABBCC-switch:0-energy"),
        plug.key("AABBCC-switch:0-ret_energy"),
    )


async def test_of_several_counters_that_of_the_outlet_is_found(house: House) -> None:
    """A strip has many; one of them matches."""
    site = await house.add_site()
    strip = add_strip(house.hass)
    await add(house, site, strip.now("0x00_power_l3").entity_id)
    assert stated(site) == (strip.key("0x00_energy_l3"), None)


async def test_what_counts_a_power_can_be_stated(house: House) -> None:
    """What a person says goes before what could be found."""
    site = await house.add_site()
    plug = add_plug(house.hass)
    counter = await add_sensor(house.hass, "counter", "MWh")
    counter.shows(1, unit="MWh")
    power = plug.now("AABBCC-switch:0-power").entity_id
    await add(house, site, power, energy=counter.entity_id)
    assert stated(site) == (f"entity:{registry_id(counter)}", None)


async def test_what_counts_an_inverted_power_counts_where_it_is_negative(house: House) -> None:
    """A person states what counts the meter; the port's own sign is the other one."""
    site = await house.add_site()
    sensor = await add_sensor(house.hass, "panels")
    sensor.shows(-500)
    counter = await add_sensor(house.hass, "counter", "kWh")
    counter.shows(1, unit="kWh")
    await add(house, site, sensor.entity_id, "solar", inverted=True, energy=counter.entity_id)
    assert stated(site) == (None, f"entity:{registry_id(counter)}")
    await change(house, site, "solar", inverted=True, energy=counter.entity_id, valid_for=60)
    assert stated(site) == (None, f"entity:{registry_id(counter)}")


async def test_counters_and_switch_survive_a_change(house: House) -> None:
    """Another role or sign leaves what counts and what switches as it was."""
    plug = add_plug(house.hass)
    keys = {
        "port": plug.key("AABBCC-switch:0-power"),
        "energy": plug.key("AABBCC-switch:0-energy"),
        "exported": "entity:gone",
        "switch": plug.key("AABBCC-switch:0"),
    }
    site = await house.add_site({**keys, "role": "sub_meter"})
    shown = plug.now("AABBCC-switch:0-energy").entity_id
    await change(house, site, "grid", inverted=True, energy=shown)
    (data,) = meters_of(site)
    assert {key: data[key] for key in keys} == keys
    assert (data["role"], data["inverted"]) == ("grid", True)


async def test_an_emptied_counter_is_looked_for_again(house: House) -> None:
    """Taking the answer away leaves it to ECOM."""
    site = await house.add_site()
    plug = add_plug(house.hass)
    counter = await add_sensor(house.hass, "counter", "kWh")
    counter.shows(1, unit="kWh")
    power = plug.now("AABBCC-switch:0-power").entity_id
    await add(house, site, power, energy=counter.entity_id)
    await change(house, site, "grid")
    assert stated(site) == (plug.key("AABBCC-switch:0-energy"), None)


@pytest.mark.parametrize(("role", "unit"), [("grid", "W"), ("grid", "kvarh"), ("water", "kWh")])
async def test_a_counter_that_cannot_be_one_is_refused(house: House, role: str, unit: str) -> None:
    """It must be an energy, and that of a power; the meter is not added, nor changed."""
    site = await house.add_site()
    sensor = await add_sensor(house.hass, "plug", "L" if role == "water" else "W")
    sensor.shows(1, unit="L" if role == "water" else "W")
    wrong = await add_sensor(house.hass, "wrong", unit)
    wrong.shows(1, unit=unit)
    result = await add(house, site, sensor.entity_id, role, energy=wrong.entity_id)
    assert result["errors"] == {"base": "wrong_energy"}
    assert not meters_of(site)
    await add(house, site, sensor.entity_id, role)
    result = await change(house, site, role, energy=wrong.entity_id)
    assert result["errors"] == {"base": "wrong_energy"}
    assert stated(site) == (None, None)


async def test_a_counter_of_ecom_can_be_stated(meter: MeterAtHome) -> None:
    """The energy of a source, for a power of another integration."""
    await meter.move_in()
    await meter.says({IMPORT: 28, IMPORTED: 1000})
    site = await meter.house.add_site()
    sensor = await add_sensor(meter.house.hass, "plug")
    sensor.shows(1)
    counter = meter.house.entity_id(meter.key(IMPORTED))
    await add(meter.house, site, sensor.entity_id, energy=counter)
    assert stated(site) == (meter.key(IMPORTED), None)
    await change(meter.house, site, "grid", energy=counter)
    assert stated(site) == (meter.key(IMPORTED), None)


async def test_a_meter_without_a_power_stays_a_sub_meter(house: House) -> None:
    """An energy alone has nothing that the Site's power could be made from."""
    site = await house.add_site({"port": "entity:e", "energy": "entity:e", "role": "sub_meter"})
    result = await change(house, site, "grid")
    assert result["errors"] == {"role": "wrong_kind"}
    result = await change(house, site, "sub_meter", valid_for=60)
    assert result["reason"] == "reconfigure_successful"
