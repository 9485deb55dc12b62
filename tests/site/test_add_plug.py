"""How a person gives the Site a plug that Home Assistant already has."""

from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_USER, SubentryFlowResult
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.ports import Counters, Kind, SwitchPort
from custom_components.ecom.site.directory import PortDirectory
from custom_components.ecom.site.meters import DEFAULT_VALID_FOR, MeterConfig
from tests.entities import add_sensor, add_switch, registry_id
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import IMPORT
from tests.foreign import ForeignDevice, add_device, add_plug, add_strip
from tests.house import House, meters_of


class AddPlug:
    """One dialogue that adds plugs, as Home Assistant's frontend goes through it."""

    def __init__(self, house: House, site: MockConfigEntry) -> None:
        """Take the Site that is added to."""
        self._house = house
        self._flow = house.hass.config_entries.subentries
        self._handler = (site.entry_id, "plug")
        self.result: SubentryFlowResult = {}

    async def choose(
        self, *devices: ForeignDevice, role: str = "sub_meter", **by_hand: str
    ) -> None:
        """Open the first form and send it; after an error, send it again."""
        if "flow_id" not in self.result:
            self.result = await self._flow.async_init(
                self._handler, context={"source": SOURCE_USER}
            )
        assert self.result["type"] is FlowResultType.FORM
        answer: dict[str, Any] = {"role": role, "by_hand": by_hand}
        if devices:
            answer["devices"] = [device.id for device in devices]
        self.result = await self._flow.async_configure(self.result["flow_id"], answer)

    async def confirm(self, plugs: list[str] | None = None) -> None:
        """Send the second form as it is, or with these plugs alone."""
        assert self.result["step_id"] == "confirm"
        answer = {} if plugs is None else {"plugs": plugs}
        self.result = await self._flow.async_configure(self.result["flow_id"], answer)
        await self._house.hass.async_block_till_done()

    @property
    def offered(self) -> dict[str, str]:
        """Return what the second form lists: labels by key."""
        assert self.result["data_schema"] is not None
        (choice,) = self.result["data_schema"].schema.values()
        return {option["value"]: option["label"] for option in choice.config["options"]}

    @property
    def errors(self) -> dict[str, str]:
        """Return the errors of the form that is shown."""
        return dict(self.result["errors"] or {})

    def close(self) -> None:
        """Give up."""
        self._flow.async_abort(self.result["flow_id"])


@pytest.fixture
async def site(house: House) -> MockConfigEntry:
    """Return a Site without meters."""
    return await house.add_site()


@pytest.fixture
def dialogue(house: House, site: MockConfigEntry) -> AddPlug:
    """Return a dialogue that was not begun."""
    return AddPlug(house, site)


async def test_a_device_becomes_one_meter(
    house: House, site: MockConfigEntry, dialogue: AddPlug
) -> None:
    """Pick the device, see what was found, confirm: nobody types an entity id."""
    kettle = add_plug(house.hass)
    await dialogue.choose(kettle)
    (label,) = dialogue.offered.values()
    uids = ("AABBCC-switch:0", "AABBCC-switch:0-power", "AABBCC-switch:0-energy")
    assert label == f"Kettle ({', '.join(kettle.now(uid).entity_id for uid in uids)})"
    await dialogue.confirm()
    assert dialogue.result["type"] is FlowResultType.ABORT
    assert dialogue.result["reason"] == "plugs_added"
    assert dialogue.result["description_placeholders"] == {"count": "1"}
    (meter,) = site.subentries.values()
    assert (meter.title, meter.subentry_type) == ("Kettle", "meter")
    assert meter.unique_id == f"meter:{kettle.key('AABBCC-switch:0-power')}"
    assert meter.data == {
        "port": kettle.key("AABBCC-switch:0-power"),
        "role": "sub_meter",
        "phases": ["1"],
        "energy": kettle.key("AABBCC-switch:0-energy"),
        "switch": kettle.key("AABBCC-switch:0"),
    }


async def test_it_is_followed_at_once(house: House, dialogue: AddPlug) -> None:
    """In the role of the grid the Site shows its power, converted, without a reload."""
    main = add_plug(house.hass)
    main.shows("AABBCC-switch:0-power", 1.5, "kW")
    await dialogue.choose(main, role="grid")
    await dialogue.confirm()
    assert house.site == ("1500.0", "1500.0", "0.0", "unknown")
    main.shows("AABBCC-switch:0-power", "unavailable")
    assert house.site[0] == "unknown"


async def test_a_strip_becomes_as_many_meters_as_are_kept(
    house: House, site: MockConfigEntry, dialogue: AddPlug
) -> None:
    """All outlets are chosen before; one is left out here."""
    strip = add_strip(house.hass)
    await dialogue.choose(strip)
    offered = [*dialogue.offered]
    assert offered == [strip.key(f"0x00_power_l{number}") for number in range(1, 5)]
    await dialogue.confirm(offered[1:])
    assert dialogue.result["description_placeholders"] == {"count": "3"}
    titles = [meter.title for meter in site.subentries.values()]
    assert titles == ["Strip Outlet 2", "Strip Outlet 3", "Strip Outlet 4"]


async def test_what_is_there_already_is_left_out(
    house: House, site: MockConfigEntry, dialogue: AddPlug
) -> None:
    """A second visit offers what is missing, and a third one nothing."""
    strip = add_strip(house.hass, outlets=2)
    await dialogue.choose(strip)
    await dialogue.confirm([strip.key("0x00_power_l1")])
    second = AddPlug(house, site)
    await second.choose(strip)
    assert [*second.offered] == [strip.key("0x00_power_l2")]
    await second.confirm()
    third = AddPlug(house, site)
    await third.choose(strip)
    assert third.result["reason"] == "already_configured"
    assert len(site.subentries) == 2


async def test_several_devices_at_once(
    house: House, site: MockConfigEntry, dialogue: AddPlug
) -> None:
    """Who has ten plugs marks ten devices."""
    plugs = [add_plug(house.hass, f"Plug {n}", f"AABBC{n}") for n in range(3)]
    await dialogue.choose(*plugs)
    await dialogue.confirm()
    titles = [meter.title for meter in site.subentries.values()]
    assert titles == ["Plug 0", "Plug 1", "Plug 2"]


async def test_a_device_with_nothing_usable_is_refused(house: House, dialogue: AddPlug) -> None:
    """The form says so and stays; another device may follow."""
    lamp = add_device(house.hass, "Lamp")
    lamp.switch("lamp")
    await dialogue.choose(lamp)
    assert dialogue.errors == {"base": "plug_none_found"}
    await dialogue.choose(add_plug(house.hass))
    assert len(dialogue.offered) == 1
    dialogue.close()


async def test_a_device_of_ecom_is_refused(meter: MeterAtHome) -> None:
    """ECOM's own meters are added as such, and not through their sensors."""
    await meter.move_in()
    await meter.says({IMPORT: 28})
    dialogue = AddPlug(meter.house, await meter.house.add_site())
    entity_id = meter.house.entity_id(meter.key("power"))
    entity = er.async_get(meter.house.hass).async_get(entity_id or "")
    assert entity is not None
    own = add_device(meter.house.hass)
    await dialogue.choose(own)
    answer = {"role": "grid", "by_hand": {}, "devices": [entity.device_id]}
    flow = meter.house.hass.config_entries.subentries
    dialogue.result = await flow.async_configure(dialogue.result["flow_id"], answer)
    assert dialogue.errors == {"base": "plug_none_found"}
    dialogue.close()


async def test_nothing_chosen_is_refused(dialogue: AddPlug) -> None:
    """Neither a device nor an entity."""
    await dialogue.choose()
    assert dialogue.errors == {"base": "plug_nothing_chosen"}
    dialogue.close()


async def test_nothing_kept_is_refused(
    house: House, site: MockConfigEntry, dialogue: AddPlug
) -> None:
    """Whoever keeps nothing is told to keep something, or to close the dialogue."""
    await dialogue.choose(add_plug(house.hass))
    await dialogue.confirm([])
    assert dialogue.errors == {"plugs": "plug_none_chosen"}
    await dialogue.confirm()
    assert len(site.subentries) == 1


async def test_entities_without_a_device(
    house: House, site: MockConfigEntry, dialogue: AddPlug
) -> None:
    """Templates and helpers are picked one by one, in the closed section."""
    power, energy = await add_sensor(house.hass, "power"), await add_sensor(house.hass, "energy")
    power.shows(5)
    energy.shows(1, unit="MWh")
    switch = await add_switch(house.hass, "pump")
    await dialogue.choose(power=power.entity_id, energy=energy.entity_id, switch=switch.entity_id)
    await dialogue.confirm()
    (meter,) = site.subentries.values()
    assert meter.title == "power"
    assert meter.data == {
        "port": f"entity:{registry_id(power)}",
        "role": "sub_meter",
        "phases": ["1"],
        "energy": f"entity:{registry_id(energy)}",
        "switch": f"entity:{registry_id(switch)}",
    }


@pytest.mark.parametrize(
    ("field", "unit"), [("power", "kWh"), ("energy", "W"), ("energy", "kvarh"), ("power", None)]
)
async def test_an_entity_that_shows_something_else_is_refused(
    house: House, dialogue: AddPlug, field: str, unit: str | None
) -> None:
    """The error names which of them it is."""
    sensor = await add_sensor(house.hass, "sensor", unit)
    sensor.shows(5, unit=unit)
    await dialogue.choose(**{field: sensor.entity_id})
    assert dialogue.errors == {"base": f"plug_{field}_wrong"}
    dialogue.close()


async def test_an_entity_without_a_unique_id_is_refused(house: House, dialogue: AddPlug) -> None:
    """It could not be followed through a rename."""
    house.hass.states.async_set("switch.yaml", "on")
    await dialogue.choose(switch="switch.yaml")
    assert dialogue.errors == {"base": "plug_switch_wrong"}
    dialogue.close()


async def test_a_switch_alone_is_refused(house: House, dialogue: AddPlug) -> None:
    """A meter needs something that measures."""
    switch = await add_switch(house.hass, "pump")
    await dialogue.choose(switch=switch.entity_id)
    assert dialogue.errors == {"base": "plug_not_measured"}
    dialogue.close()


async def test_an_energy_alone_does_not_disturb_the_sum(
    house: House, site: MockConfigEntry, dialogue: AddPlug
) -> None:
    """What has no power is a sub-meter, whatever role was chosen."""
    counter = add_device(house.hass)
    counter.energy("a1")
    await dialogue.choose(counter, role="grid")
    await dialogue.confirm()
    (meter,) = meters_of(site)
    assert (meter["role"], meter["port"]) == ("sub_meter", meter["energy"])
    assert house.site == ("unknown",) * 4


async def test_all_three_entities_are_followed_through_renames(
    house: House, site: MockConfigEntry, dialogue: AddPlug
) -> None:
    """A person renames them all: the meter reads, counts and switches as before."""
    power, energy = await add_sensor(house.hass, "power"), await add_sensor(house.hass, "energy")
    switch = await add_switch(house.hass, "pump")
    power.shows(5)
    energy.shows(1, unit="kWh")
    await dialogue.choose(
        role="grid", power=power.entity_id, energy=energy.entity_id, switch=switch.entity_id
    )
    await dialogue.confirm()
    registry = er.async_get(house.hass)
    for entity in (power, energy, switch):
        renamed = f"{entity.entity_id.partition('.')[0]}.renamed_{entity.unique_id}"
        registry.async_update_entity(entity.entity_id, new_entity_id=renamed)
    await house.hass.async_block_till_done()
    power.shows(7)
    energy.shows(2, unit="kWh")
    assert house.site[0] == "7.0"
    (subentry,) = site.subentries.values()
    config, directory = MeterConfig.of(subentry), PortDirectory(house.hass, lambda: None)
    counters = config.counters(directory)
    assert counters == Counters(imported=f"entity:{registry_id(energy)}")
    assert counters.imported is not None
    counted = directory.resolve(counters.imported, Kind.ENERGY, DEFAULT_VALID_FOR)
    assert counted is not None
    assert counted.read().value == 2000
    switched = directory.resolve(config.switch or "", Kind.SWITCH, DEFAULT_VALID_FOR)
    assert isinstance(switched, SwitchPort)
    await switched.command(True)
    assert switch.is_on


async def test_a_removed_entity_leaves_the_meter_unknown(house: House, dialogue: AddPlug) -> None:
    """The meter stays, and is known again only if a person gives it another sensor."""
    main = add_plug(house.hass)
    main.shows("AABBCC-switch:0-power", 100, "W")
    await dialogue.choose(main, role="grid")
    await dialogue.confirm()
    assert house.site[0] == "100.0"
    registry = er.async_get(house.hass)
    registry.async_remove(main.now("AABBCC-switch:0-power").entity_id)
    await house.hass.async_block_till_done()
    assert house.site[0] == "unknown"
