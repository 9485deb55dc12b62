"""What the Site offers to the Energy dashboard: shown, added if wanted, nothing overwritten."""

from typing import Any

import pytest
from homeassistant.components.energy.data import (
    DEVICE_CONSUMPTION_SCHEMA,
    ENERGY_SOURCE_SCHEMA,
    async_get_manager,
)
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.const import SITE_UID
from tests.entities import add_sensor
from tests.grid import Grid
from tests.house import House, part
from tests.subentries import id_of

ENERGY = "energy"


class Building:
    """A site with a meter of each kind, and an Energy dashboard beside it."""

    def __init__(self, house: House, site: MockConfigEntry, names: dict[str, str]) -> None:
        """Take a site whose meters have these titles."""
        self.house = house
        self.site = site
        self.names = names

    def entity(self, name: str, key: str = ENERGY) -> str:
        """Return the sensor of a meter."""
        unique_id = f"{SITE_UID}/{id_of(self.site, self.names[name])}/{key}"
        found = self.house.entity_id(unique_id, Platform.SENSOR)
        assert found is not None
        return found

    async def begin(self) -> Any:
        """Open the options, and choose the Energy dashboard."""
        flow = self.house.hass.config_entries.options
        menu = await flow.async_init(self.site.entry_id)
        assert menu["step_id"] == "init"
        return await flow.async_configure(menu["flow_id"], {"next_step_id": "site_energy"})

    async def answer(self, form: Any, *, add: bool) -> Any:
        """Answer the form."""
        flow = self.house.hass.config_entries.options
        return await flow.async_configure(form["flow_id"], {"add": add})

    async def preferences(self) -> Any:
        """Return what the Energy dashboard holds, which its own rules must accept."""
        manager = await async_get_manager(self.house.hass)
        data: Any = manager.data or manager.default_preferences()
        ENERGY_SOURCE_SCHEMA([dict(each) for each in data["energy_sources"]])
        for each in (*data["device_consumption"], *data.get("device_consumption_water", ())):
            DEVICE_CONSUMPTION_SCHEMA(dict(each))
        return data


@pytest.fixture
async def building(noon: House, hass_storage: dict[str, Any]) -> Building:
    """Return a site with a grid meter, the sun, a flat with an oven, and water with a tap."""
    del hass_storage
    noon.hass.config.components.add(ENERGY)
    roles = {
        "grid": "grid",
        "sun": "solar",
        "flat": "sub_meter",
        "oven": "sub_meter",
    }
    meters = {name: (await Grid.at(noon, name)).data(role) for name, role in roles.items()}
    for name in ("water", "tap"):
        sensor = await add_sensor(noon.hass, name, "m³")
        entity = er.async_get(noon.hass).async_get(sensor.entity_id)
        assert entity is not None
        meters[name] = {"port": f"entity:{entity.id}", "role": "water"}
    contract = part("contract", "Ours", template="flat", prices="0.2")
    site = await noon.add_site(*meters.values(), parts=[contract])
    names = {name: str(data["port"]) for name, data in meters.items()}
    for child, parent in (("oven", "flat"), ("tap", "water")):
        below = site.subentries[id_of(site, names[child])]
        data = {**below.data, "parent": id_of(site, names[parent])}
        noon.hass.config_entries.async_update_subentry(site, below, data=data)
    await noon.hass.async_block_till_done()
    return Building(noon, site, names)


async def test_what_would_be_added_is_shown_first(building: Building) -> None:
    """Unless a person says so, nothing is."""
    form = await building.begin()
    lines = form["description_placeholders"]["additions"].splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == [
        "grid consumption and return, with its cost",
        "solar production",
        "individual device",
        "individual device",
        "water consumption, with its cost",
        "individual water device",
    ]
    done = await building.answer(form, add=False)
    assert done["reason"] == "energy_declined"
    assert (await building.preferences())["energy_sources"] == []


async def test_it_is_added(building: Building) -> None:
    """With its cost, and each device below the one that supplies it."""
    done = await building.answer(await building.begin(), add=True)
    assert (done["reason"], done["description_placeholders"]) == ("energy_added", {"count": "6"})
    data = await building.preferences()
    grid, sun, water = data["energy_sources"]
    assert grid["stat_energy_from"] == building.entity("grid")
    assert grid["stat_energy_to"] == building.entity("grid", "returned")
    assert grid["stat_cost"] == building.entity("grid", "cost")
    assert sun["stat_energy_from"] == building.entity("sun")
    assert (water["type"], water["stat_cost"]) == ("water", building.entity("water", "cost"))
    flat, oven = data["device_consumption"]
    assert flat["stat_consumption"] == building.entity("flat")
    assert oven["included_in_stat"] == building.entity("flat")
    (tap,) = data["device_consumption_water"]
    assert tap["stat_consumption"] == building.entity("tap")
    assert (await building.begin())["reason"] == "energy_nothing"


async def test_what_is_there_stays(building: Building) -> None:
    """A grid that somebody else counts is not counted twice; another type is added."""
    other = {
        "type": "grid",
        "stat_energy_from": "sensor.somebody_else",
        "stat_energy_to": None,
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
    }
    device = {"stat_consumption": building.names["flat"]}
    registry = er.async_get(building.house.hass)
    own = registry.entities.get_entry(building.names["flat"].removeprefix("entity:"))
    assert own is not None
    device = {"stat_consumption": own.entity_id}
    manager = await async_get_manager(building.house.hass)
    wanted: Any = {"energy_sources": [other], "device_consumption": [device]}
    await manager.async_update(wanted)
    await building.answer(await building.begin(), add=True)
    data = await building.preferences()
    assert data["energy_sources"][0] == other
    assert [each["type"] for each in data["energy_sources"]] == ["grid", "solar", "water"]
    assert [each["stat_consumption"] for each in data["device_consumption"]] == [
        own.entity_id,
        building.entity("oven"),
    ]


async def test_a_sensor_that_is_disabled_is_not_offered(building: Building) -> None:
    """It has no statistics."""
    registry = er.async_get(building.house.hass)
    for name in ("sun", "water", "tap", "flat", "oven"):
        registry.async_update_entity(
            building.entity(name), disabled_by=er.RegistryEntryDisabler.USER
        )
    form = await building.begin()
    assert len(form["description_placeholders"]["additions"].splitlines()) == 1
