"""What the Site offers to the Energy dashboard: shown, added if wanted, nothing overwritten."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.components.energy.data import (
    DEVICE_CONSUMPTION_SCHEMA,
    ENERGY_SOURCE_SCHEMA,
    async_get_manager,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.const import SITE_UID
from tests.entities import add_sensor, registry_id
from tests.grid import Grid
from tests.house import House, part
from tests.subentries import id_of

pytestmark = pytest.mark.usefixtures("hass_storage")

ENERGY = "energy"


class Building:
    """A site with a meter of each kind, and an Energy dashboard beside it."""

    def __init__(self, house: House, site: MockConfigEntry, names: dict[str, str]) -> None:
        """Take a site whose meters have these titles."""
        self.house = house
        self.site = site
        self.names = names

    def disable(self, name: str, key: str = ENERGY) -> None:
        """Disable a sensor of a meter."""
        registry = er.async_get(self.house.hass)
        registry.async_update_entity(
            self.entity(name, key), disabled_by=er.RegistryEntryDisabler.USER
        )

    def contract(self, template: str, **terms: str) -> None:
        """Give the site one more contract."""
        added = ConfigSubentry(
            data=MappingProxyType({"template": template, **terms}),
            subentry_type="contract",
            title=template,
            unique_id=None,
        )
        self.house.hass.config_entries.async_add_subentry(self.site, added)

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


async def built(
    house: House,
    powers: dict[str, str],
    volumes: dict[str, str],
    *,
    both_ways: Iterable[str] = (),
    parents: Iterable[tuple[str, str]] = (),
) -> Building:
    """Return a site with meters by name and role, and a contract for electricity.

    Those of ``both_ways`` count what flows back too; ``parents`` are pairs of a meter and
    the one above it.
    """
    house.hass.config.components.add(ENERGY)
    meters: dict[str, dict[str, Any]] = {}
    for name, role in powers.items():
        meters[name] = {**(await Grid.at(house, name)).data(role)}
        if name in both_ways:
            exported = await add_sensor(house.hass, f"{name}_exported", "kWh")
            meters[name]["exported"] = f"entity:{registry_id(exported)}"
    for name, role in volumes.items():
        sensor = await add_sensor(house.hass, name, "m³")
        meters[name] = {"port": f"entity:{registry_id(sensor)}", "role": role}
    contract = part("contract", "Ours", template="flat", prices="0.2")
    site = await house.add_site(*meters.values(), parts=[contract])
    names = {name: str(data["port"]) for name, data in meters.items()}
    for child, parent in parents:
        below = site.subentries[id_of(site, names[child])]
        data = {**below.data, "parent": id_of(site, names[parent])}
        house.hass.config_entries.async_update_subentry(site, below, data=data)
    await house.hass.async_block_till_done()
    return Building(house, site, names)


@pytest.fixture
async def building(noon: House) -> Building:
    """Return a site with a grid meter, the sun, a flat with an oven, and water with a tap."""
    return await built(
        noon,
        {"grid": "grid", "sun": "solar", "flat": "sub_meter", "oven": "sub_meter"},
        {"water": "water", "tap": "water"},
        both_ways=["grid"],
        parents=[("oven", "flat"), ("tap", "water")],
    )


async def test_what_would_be_added_is_shown_first(building: Building) -> None:
    """Unless a person says so, nothing is."""
    form = await building.begin()
    lines = form["description_placeholders"]["additions"].splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == [
        "grid consumption and return, with its cost",
        "solar production",
        "individual device",
        "individual device",
        "water consumption",
        "individual water device",
    ]
    done = await building.answer(form, add=False)
    assert done["reason"] == "energy_declined"
    assert (await building.preferences())["energy_sources"] == []


async def test_it_is_shown_in_french(building: Building) -> None:
    """Set as French is."""
    building.house.hass.config.language = "fr"
    form = await building.begin()
    first, *_ = form["description_placeholders"]["additions"].splitlines()
    assert first.endswith("\u00a0: consommation du réseau et injection, avec son coût")


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
    assert water["stat_energy_from"] == building.entity("water")
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


async def test_a_device_hangs_on_what_is_there(building: Building) -> None:
    """Where the dashboard has the flat by another statistic of the same meter, on that one."""
    registry = er.async_get(building.house.hass)
    own = registry.entities.get_entry(building.names["flat"].removeprefix("entity:"))
    assert own is not None
    manager = await async_get_manager(building.house.hass)
    wanted: Any = {"device_consumption": [{"stat_consumption": own.entity_id}]}
    await manager.async_update(wanted)
    await building.answer(await building.begin(), add=True)
    _, oven = (await building.preferences())["device_consumption"]
    assert oven["included_in_stat"] == own.entity_id


async def test_a_sensor_that_is_disabled_is_not_offered(building: Building) -> None:
    """It has no statistics."""
    for name in ("sun", "water", "tap", "flat", "oven"):
        building.disable(name)
    form = await building.begin()
    assert len(form["description_placeholders"]["additions"].splitlines()) == 1


async def test_what_is_below_a_meter_without_statistics_hangs_above_it(noon: House) -> None:
    """On the next one that has them, and on nothing where there is none."""
    building = await built(
        noon,
        {"grid": "grid", "flat": "sub_meter", "room": "sub_meter", "oven": "sub_meter"},
        {},
        parents=[("room", "flat"), ("oven", "room")],
    )
    building.disable("room")
    await building.answer(await building.begin(), add=True)
    data = await building.preferences()
    assert data["device_consumption"][1]["included_in_stat"] == building.entity("flat")
    manager = await async_get_manager(noon.hass)
    await manager.async_update({**manager.default_preferences()})
    building.disable("flat")
    await building.answer(await building.begin(), add=True)
    (oven,) = (await building.preferences())["device_consumption"]
    assert "included_in_stat" not in oven


async def test_water_below_water_is_a_device_in_the_one_above(noon: House) -> None:
    """The uppermost is the source, on which no device hangs; gas below gas is nothing more."""
    building = await built(
        noon,
        {},
        {"main": "water", "riser": "water", "tap": "water", "gas": "gas", "stove": "gas"},
        parents=[("riser", "main"), ("tap", "riser"), ("stove", "gas")],
    )
    form = await building.begin()
    assert "beside" not in form["description_placeholders"]["additions"]
    await building.answer(form, add=True)
    data = await building.preferences()
    assert [each["stat_energy_from"] for each in data["energy_sources"]] == [
        building.entity("main"),
        building.entity("gas"),
    ]
    riser, tap = data["device_consumption_water"]
    assert (riser["stat_consumption"], "included_in_stat" in riser) == (
        building.entity("riser"),
        False,
    )
    assert tap["included_in_stat"] == building.entity("riser")


async def test_water_meters_beside_each_other_may_feed_each_other(noon: House) -> None:
    """The dashboard adds them up: the look says so, and what to do."""
    building = await built(noon, {}, {"main": "water", "one": "water", "two": "water"})
    form = await building.begin()
    told = form["description_placeholders"]["additions"].split("\n\n")[1:]
    main, one, two = (building.names[name] for name in ("main", "one", "two"))
    assert len(told) == 1
    assert told[0].startswith(f"{main}, {one}, {two} stand beside each other")
    building.disable("one")
    building.disable("two")
    form = await building.begin()
    assert "beside" not in form["description_placeholders"]["additions"]


async def test_a_battery_needs_both_directions(noon: House) -> None:
    """Else it is left out, which is said, be there something else to add or not."""
    building = await built(
        noon, {"whole": "battery", "half": "battery", "off": "battery"}, {}, both_ways=["whole"]
    )
    form = await building.begin()
    battery, *told = form["description_placeholders"]["additions"].split("\n\n")
    assert battery == f"- {building.names['whole']}: home battery"
    half, off = (f"{building.names[name]} is left out: " for name in ("half", "off"))
    assert [told[0].startswith(half), told[1].startswith(off), len(told)] == [True, True, 2]
    await building.answer(form, add=True)
    (battery,) = (await building.preferences())["energy_sources"]
    assert battery["stat_energy_from"] == building.entity("whole")
    assert battery["stat_energy_to"] == building.entity("whole", "returned")
    # One whose sensors are all disabled is like any meter of which nothing is shown.
    building.disable("off")
    done = await building.begin()
    assert done["reason"] == "energy_nothing"
    remarks = done["description_placeholders"]["remarks"].split("\n\n")[1:]
    assert [each.startswith(half) for each in remarks] == [True]


async def test_nothing_flows_back_through_a_meter_that_does_not_count_it(noon: House) -> None:
    """Nor is it paid for: the dashboard would wait for statistics that never come."""
    building = await built(noon, {"grid": "grid"}, {})
    building.contract("feed_in", prices="0.04")
    await noon.hass.async_block_till_done()
    form = await building.begin()
    assert form["description_placeholders"]["additions"].endswith(
        ": grid consumption, with its cost"
    )
    await building.answer(form, add=True)
    (grid,) = (await building.preferences())["energy_sources"]
    assert (grid["stat_energy_to"], grid["stat_compensation"]) == (None, None)


async def test_only_what_a_contract_prices_has_a_cost(building: Building) -> None:
    """Or a compensation; a sensor that never knows anything has no statistics."""
    await building.answer(await building.begin(), add=True)
    grid, _, water = (await building.preferences())["energy_sources"]
    assert grid["stat_cost"] == building.entity("grid", "cost")
    assert (grid["stat_compensation"], water["stat_cost"]) == (None, None)
    building.contract("water", prices="4")
    building.contract("feed_in", prices="0.04")
    await building.house.hass.async_block_till_done()
    manager = await async_get_manager(building.house.hass)
    await manager.async_update({**manager.default_preferences()})
    await building.answer(await building.begin(), add=True)
    grid, _, water = (await building.preferences())["energy_sources"]
    assert grid["stat_compensation"] == building.entity("grid", "compensation")
    assert water["stat_cost"] == building.entity("water", "cost")


async def test_a_site_that_is_not_loaded_offers_nothing(building: Building) -> None:
    """What it counts is not known then."""
    await building.house.unload(building.site)
    flow = building.house.hass.config_entries.options
    assert (await flow.async_init(building.site.entry_id))["step_id"] == "site_init"
