"""Which entities of a device belong together, for the devices that people have."""

from itertools import chain

import pytest
from homeassistant.const import EntityCategory
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.plug_adoption import FoundPlug, plugs_of
from custom_components.ecom.ports import Role
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.conftest import meter
from tests.families.e450.telegrams import IMPORT
from tests.foreign import ForeignDevice, add_device, add_plug, add_strip
from tests.house import House

__all__ = ["meter"]

NONE = "-"


def flat(found: list[tuple[str, ...]]) -> list[str]:
    """Return everything that was found."""
    return [name for name in chain.from_iterable(found) if name != NONE]


async def test_a_plug_is_its_switch_its_power_and_its_energy(house: House) -> None:
    """One of each: there is nothing to guess, and the device's name is the plug's."""
    kettle = add_plug(house.hass)
    (plug,) = plugs_of(house.hass, [kettle.id])
    assert plug == FoundPlug(
        title="Kettle",
        switch=kettle.key("AABBCC-switch:0"),
        power=kettle.key("AABBCC-switch:0-power"),
        energy=kettle.key("AABBCC-switch:0-energy"),
    )
    assert plug.port == plug.power


async def test_a_name_that_a_person_gave_is_taken(house: House) -> None:
    """A device is called what its owner calls it."""
    kettle = add_plug(house.hass)
    dr.async_get(house.hass).async_update_device(kettle.id, name_by_user="Bouilloire")
    (plug,) = plugs_of(house.hass, [kettle.id])
    assert plug.title == "Bouilloire"


@pytest.mark.parametrize(
    ("switch", "power", "energies", "energy"),
    [
        ("AABB-relay_0", "AABB-relay_0-power", ["AABB-relay_0-energy"], "AABB-relay_0-energy"),
        (
            "8006AA",
            "8006AA_current_power_w",
            ["8006AA_today_energy_kwh", "8006AA_total_energy_kwh"],
            "8006AA_total_energy_kwh",
        ),
        ("8006AA", "8006AA_current_consumption", ["8006AA_a", "8006AA_b"], NONE),
        (
            "AA_switch_relay_0",
            "AA_sensor_sensor_ENERGY_Power",
            ["AA_sensor_sensor_ENERGY_Today", "AA_sensor_sensor_ENERGY_Total"],
            "AA_sensor_sensor_ENERGY_Total",
        ),
        ("0xa_switch_z2m", "0xa_power_z2m", ["0xa_energy_z2m"], "0xa_energy_z2m"),
        (
            "0:1-1",
            "0:1-1-2820",
            ["0:1-1-1794-summation_delivered"],
            "0:1-1-1794-summation_delivered",
        ),
        ("ab_1", "ab_1power", ["ab_1energy"], "ab_1energy"),
        ("q81", "x7", ["zz"], "zz"),
    ],
    ids=["shelly1", "kasa", "ambiguous", "tasmota", "zigbee2mqtt", "zha", "refoss", "hashes"],
)
async def test_plugs_of_many_makers(
    house: House, switch: str, power: str, energies: list[str], energy: str
) -> None:
    """A total goes before what begins anew each day; what cannot be told apart is left out."""
    device = add_device(house.hass)
    device.switch(switch)
    device.power(power)
    for unique_id in energies:
        device.energy(unique_id)
    assert device.found() == [(switch, power, energy, NONE)]


async def test_what_is_fed_in_is_told_from_what_is_drawn(house: House) -> None:
    """A plug of a small solar plant counts both ways."""
    plug = add_plug(house.hass)
    plug.energy("AABBCC-switch:0-ret_energy", "Energy returned", translation_key="energy_returned")
    assert plug.found() == [
        (
            "AABBCC-switch:0",
            "AABBCC-switch:0-power",
            "AABBCC-switch:0-energy",
            "AABBCC-switch:0-ret_energy",
        )
    ]


async def test_what_was_consumed_goes_before_what_passed(house: House) -> None:
    """Shelly's own total counts both directions; its sensor of consumption does not."""
    plug = add_plug(house.hass)
    plug.energy("AABBCC-switch:0-consumed_energy_switch", "Energy consumed")
    ((_, _, energy, _),) = plug.found()
    assert energy == "AABBCC-switch:0-consumed_energy_switch"


async def test_outlets_that_are_devices_behind_the_strip(house: House) -> None:
    """Shelly's outlets are devices of their own: choosing the strip finds them all."""
    strip = add_device(house.hass, "Strip", domain="shelly", identifier="AABBCC")
    strip.energy("AABBCC-sys-total", "Runtime", original_device_class="duration", unit="h")
    for number in range(4):
        uid = f"AABBCC-switch:{number}"
        outlet = strip.part(uid, f"Strip Output {number}")
        outlet.switch(uid)
        outlet.power(f"{uid}-power")
        outlet.energy(f"{uid}-energy")
    found = plugs_of(house.hass, [strip.id])
    assert [plug.title for plug in found] == [f"Strip Output {number}" for number in range(4)]
    assert all(plug.switch and plug.power and plug.energy for plug in found)


async def test_a_device_that_is_chosen_with_its_part_is_found_once(house: House) -> None:
    """Who marks the strip and an outlet of it gets each outlet once."""
    strip = add_device(house.hass, "Strip", domain="shelly")
    outlet = strip.part("AABBCC-switch:1", "Output 1")
    outlet.power("AABBCC-switch:1-power")
    assert len(plugs_of(house.hass, [strip.id, outlet.id, strip.id])) == 1


async def test_what_is_only_reached_through_a_hub_is_no_part_of_it(house: House) -> None:
    """Choosing a bridge does not choose all that it bridges."""
    hub = add_device(house.hass, "Bridge", domain="mqtt", identifier="bridge")
    node = hub.part("0x17", "Kettle")
    node.power("0x17_power")
    assert plugs_of(house.hass, [hub.id]) == []
    assert len(plugs_of(house.hass, [node.id])) == 1


async def test_child_devices_are_named_after_their_parent(house: House) -> None:
    """There may be an outlet 1 on every strip."""
    strip = add_device(house.hass, "Strip")
    for number in (1, 2):
        outlet = strip.child(f"AABBCC-{number}", f"Outlet {number}")
        outlet.switch(f"a{number}")
        outlet.power(f"b{number}")
    found = plugs_of(house.hass, [strip.id])
    assert [plug.title for plug in found] == ["Strip Outlet 1", "Strip Outlet 2"]
    assert all(plug.switch and plug.power for plug in found)


async def test_a_strip_of_four_on_one_device_by_unique_id(house: House) -> None:
    """Each outlet has its own three, and is named after its switch."""
    strip = add_strip(house.hass)
    assert strip.found() == [
        (f"0x00_switch_l{n}", f"0x00_power_l{n}", f"0x00_energy_l{n}", NONE) for n in range(1, 5)
    ]
    titles = [plug.title for plug in plugs_of(house.hass, [strip.id])]
    assert titles == [f"Strip Outlet {number}" for number in range(1, 5)]


async def test_a_strip_of_four_on_one_device_by_name(house: House) -> None:
    """Where unique ids tell nothing, the names do."""
    strip = add_device(house.hass, "Strip")
    for n in range(4):
        strip.switch(f"{n}f3a", f"Outlet {n}")
        strip.power(f"{n}9bc", f"Outlet {n} power")
        strip.energy(f"{n}77d", f"Outlet {n} energy")
    assert strip.found() == [(f"{n}f3a", f"{n}9bc", f"{n}77d", NONE) for n in range(4)]


async def test_the_longest_common_stem_decides(house: House) -> None:
    """The main switch and those of the outlets each get what is theirs."""
    strip = add_device(house.hass, "Strip")
    for stem in ("8006", "8006_1", "8006_2"):
        strip.switch(stem, stem)
        strip.power(f"{stem}_current_power_w", None)
    assert strip.found() == [
        (stem, f"{stem}_current_power_w", NONE, NONE) for stem in ("8006", "8006_1", "8006_2")
    ]


async def test_a_strip_that_measures_all_outlets_together(house: House) -> None:
    """The total belongs to none of the switches: it stands alone, with what counts it."""
    strip = add_device(house.hass, "Strip")
    for n in (1, 2):
        strip.switch(f"0x00_switch_l{n}", f"Outlet {n}")
    strip.power("0x00_power")
    strip.energy("0x00_energy")
    assert strip.found() == [
        (NONE, "0x00_power", "0x00_energy", NONE),
    ]
    assert [plug.title for plug in plugs_of(house.hass, [strip.id])] == ["Strip"]


async def test_two_of_the_same_are_not_guessed_at(house: House) -> None:
    """Two switches and two powers without anything in common: only what measures is taken."""
    device = add_device(house.hass)
    for name in ("q1", "q2"):
        device.switch(name, None)
    for name in ("p1x", "p2x"):
        device.power(name, None)
    assert sorted(flat(device.found())) == ["p1x", "p2x"]
    assert all(len(flat([plug])) == 1 for plug in device.found())
    titles = [plug.title for plug in plugs_of(house.hass, [device.id])]
    assert titles == ["Kettle 1", "Kettle 2"]


async def test_a_power_and_an_energy_that_belong_to_no_switch_belong_together(
    house: House,
) -> None:
    """One of each, though nothing in their ids says so; the two switches measure nothing."""
    device = add_device(house.hass)
    for name in ("q1", "q2"):
        device.switch(name, None)
    device.power("p7", None)
    device.energy("e9", None)
    assert device.found() == [(NONE, "p7", "e9", NONE)]


async def test_the_power_of_one_phase_is_not_a_second_plug(house: House) -> None:
    """A socket of HomeWizard tells its power twice; ids of that form (SYNTHETIC)."""
    socket = add_device(house.hass, "Socket", domain="homewizard")
    socket.switch("aabb_power_on", None)
    socket.power("aabb_active_power_w", "Power")
    socket.power("aabb_active_power_l1_w", "Power phase 1")
    socket.energy("aabb_total_power_import_kwh", "Energy import")
    socket.energy("aabb_total_power_export_kwh", "Energy export")
    assert socket.found() == [
        (
            "aabb_power_on",
            "aabb_active_power_w",
            "aabb_total_power_import_kwh",
            "aabb_total_power_export_kwh",
        )
    ]


async def test_of_counters_that_begin_anew_the_longest_is_taken(house: House) -> None:
    """A Tapo has one of the day and one of the month; ids of that form (SYNTHETIC)."""
    plug = add_device(house.hass, "Plug", domain="tplink")
    plug.switch("8006", None)
    plug.power("8006_current_consumption", "Current consumption")
    plug.energy("8006_consumption_today", "Today's consumption")
    plug.energy("8006_consumption_this_month", "This month's consumption")
    assert plug.found() == [
        ("8006", "8006_current_consumption", "8006_consumption_this_month", NONE)
    ]


async def test_two_powers_of_one_outlet_are_both_left_to_themselves(house: House) -> None:
    """Which of them is the outlet's cannot be told, so that neither is."""
    strip = add_strip(house.hass, outlets=2)
    strip.power("0x00_power_l1_b", "Another power")
    found = strip.found()
    assert ("0x00_switch_l1", NONE, "0x00_energy_l1", NONE) in found
    assert ("0x00_switch_l2", "0x00_power_l2", "0x00_energy_l2", NONE) in found
    assert (NONE, "0x00_power_l1", NONE, NONE) in found
    assert (NONE, "0x00_power_l1_b", NONE, NONE) in found


def three_phases(device: ForeignDevice, phases: str = "abc") -> None:
    """Give a device what Shelly's three-phase meter has."""
    for phase in phases:
        device.power(f"AABBCC-em:0-{phase}_act_power")
        device.energy(f"AABBCC-emdata:0-{phase}_total_act_energy")
        device.energy(f"AABBCC-emdata:0-{phase}_total_act_ret_energy")


async def test_a_three_phase_meter_with_devices_for_its_phases(house: House) -> None:
    """The whole and its phases are meters, each with both of its counters."""
    whole = add_device(house.hass, "3EM", domain="shelly")
    whole.power("AABBCC-em:0-total_act_power")
    whole.energy("AABBCC-emdata:0-total_act")
    whole.energy("AABBCC-emdata:0-total_act_ret")
    parts = [whole.part(f"AABBCC-em:0-{phase}", f"3EM Phase {phase.upper()}") for phase in "abc"]
    for part, phase in zip(parts, "abc", strict=True):
        three_phases(part, phase)
    assert whole.found() == [
        (
            NONE,
            "AABBCC-em:0-total_act_power",
            "AABBCC-emdata:0-total_act",
            "AABBCC-emdata:0-total_act_ret",
        ),
        *(
            (
                NONE,
                f"AABBCC-em:0-{phase}_act_power",
                f"AABBCC-emdata:0-{phase}_total_act_energy",
                f"AABBCC-emdata:0-{phase}_total_act_ret_energy",
            )
            for phase in "abc"
        ),
    ]
    assert [plug.phases for plug in plugs_of(house.hass, [whole.id])] == [
        ("1", "2", "3"),
        ("1",),
        ("2",),
        ("3",),
    ]


async def test_a_three_phase_meter_on_one_device(house: House) -> None:
    """As it was before Shelly's phases became devices; a phase's counter is not the whole's."""
    meter = add_device(house.hass, "3EM", domain="shelly")
    three_phases(meter)
    meter.power("AABBCC-em:0-total_act_power")
    registry = er.async_get(house.hass)
    registry.async_update_entity(
        meter.entities["AABBCC-em:0-a_act_power"].entity_id,
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    found = meter.found()
    assert (NONE, "AABBCC-em:0-total_act_power", NONE, NONE) in found
    assert len(found) == 3


async def test_a_clamp_does_not_measure_the_relay_beside_it(house: House) -> None:
    """Shelly's EM has a relay for a contactor, and clamps somewhere else."""
    meter = add_device(house.hass, "EM", domain="shelly")
    meter.switch("AABBCC-switch:0")
    meter.power("AABBCC-em1:0-power_em1")
    meter.energy("AABBCC-em1data:0-total_act_energy")
    assert meter.found() == [
        (NONE, "AABBCC-em1:0-power_em1", "AABBCC-em1data:0-total_act_energy", NONE),
    ]


async def test_a_meter_without_a_switch(house: House) -> None:
    """Shelly's PM measures and switches nothing."""
    meter = add_device(house.hass, "PM", domain="shelly")
    meter.power("AABBCC-pm1:0-power_pm1")
    meter.energy("AABBCC-pm1:0-energy_pm1")
    assert meter.found() == [(NONE, "AABBCC-pm1:0-power_pm1", "AABBCC-pm1:0-energy_pm1", NONE)]


async def test_an_energy_alone_is_a_meter(house: House) -> None:
    """A device that only counts is read by what it counts."""
    meter = add_device(house.hass)
    meter.energy("a1")
    (plug,) = plugs_of(house.hass, [meter.id])
    assert plug.port == plug.energy == meter.key("a1")
    assert plug.meter(Role.GRID)["role"] == "sub_meter"


async def test_what_is_only_fed_in_is_a_meter_too(house: House) -> None:
    """A counter of the panels' surplus counts nothing that is drawn."""
    meter = add_device(house.hass)
    meter.energy("a1_export", "Export")
    (plug,) = plugs_of(house.hass, [meter.id])
    assert plug.port == plug.exported == meter.key("a1_export")
    assert plug.meter()["exported"] == plug.port


async def test_two_tariffs_stand_alone_each(house: House) -> None:
    """Without a power nothing says which counter would be the one."""
    meter = add_device(house.hass)
    meter.energy("tariff_1", "Tariff 1")
    meter.energy("tariff_2", "Tariff 2")
    assert sorted(flat(meter.found())) == ["tariff_1", "tariff_2"]


async def test_a_switch_that_nothing_measures_is_no_plug(house: House) -> None:
    """A relay alone is nothing that a meter could be."""
    relay = add_device(house.hass)
    relay.switch("AABBCC-switch:0")
    assert plugs_of(house.hass, [relay.id]) == []


@pytest.mark.parametrize("disabler", [*er.RegistryEntryDisabler])
async def test_disabled_entities_are_passed_over(
    house: House, disabler: er.RegistryEntryDisabler
) -> None:
    """Whoever disabled it: it says nothing."""
    plug = add_plug(house.hass)
    plug.power("AABBCC-switch:0-power_b", disabled_by=disabler)
    er.async_get(house.hass).async_update_entity(
        plug.entities["AABBCC-switch:0-energy"].entity_id, disabled_by=disabler
    )
    assert plug.found() == [("AABBCC-switch:0", "AABBCC-switch:0-power", NONE, NONE)]


@pytest.mark.parametrize(
    ("device_class", "unit", "state_class"),
    [
        ("apparent_power", "VA", "measurement"),
        ("reactive_energy", "kvarh", "total_increasing"),
        ("energy", "kvarh", "total_increasing"),
        ("energy", "kWh", "measurement"),
        ("energy", "kWh", None),
        ("energy", None, "total"),
        ("energy_storage", "kWh", "measurement"),
        ("monetary", "EUR", "total"),
        ("power", "kWh", "measurement"),
        ("power", None, "measurement"),
    ],
)
async def test_what_is_no_active_power_or_growing_energy_is_passed_over(
    house: House, device_class: str, unit: str | None, state_class: str | None
) -> None:
    """Reactive, apparent, stored, in money, or in no unit: none of it counts a plug."""
    device = add_device(house.hass)
    device.energy("a1", unit=unit, state_class=state_class, original_device_class=device_class)
    assert device.found() == []


@pytest.mark.parametrize("name", ["Power limit", "Max power", "Average power", "Forecast power"])
async def test_a_power_that_is_not_now_is_passed_over(house: House, name: str) -> None:
    """An inverter says what it may do, and what it will; the meter is what it does."""
    device = add_device(house.hass)
    device.power("a1")
    device.power("b2", name)
    assert device.found() == [(NONE, "a1", NONE, NONE)]


@pytest.mark.parametrize("unit", ["W", "kW", "MW", "mW"])
@pytest.mark.parametrize("counted", ["J", "Wh", "kWh", "MWh"])
async def test_any_unit_will_do(house: House, unit: str, counted: str) -> None:
    """The port converts it."""
    device = add_device(house.hass)
    device.power("a1", unit=unit)
    device.energy("a2", unit=counted, state_class="total")
    assert device.found() == [(NONE, "a1", "a2", NONE)]


async def test_switches_that_configure_are_no_outlets(house: House) -> None:
    """A child lock and a lamp are switches as well."""
    plug = add_plug(house.hass)
    plug.switch("AABBCC-child_lock", "Child lock", entity_category=EntityCategory.CONFIG)
    assert len(plug.found()) == 1


async def test_a_switch_that_only_assumes_is_no_outlet(house: House) -> None:
    """What never says whether it did it cannot be switched reliably."""
    plug = add_plug(house.hass)
    entity_id = plug.now("AABBCC-switch:0").entity_id
    house.hass.states.async_set(entity_id, "on", {"assumed_state": True})
    ((switch, *_),) = plug.found()
    assert switch == NONE


async def test_helpers_on_the_device_do_not_confuse(house: House) -> None:
    """A utility meter hangs on the device of its source, and counts the same energy."""
    plug = add_plug(house.hass)
    helper = MockConfigEntry(domain="utility_meter")
    helper.add_to_hass(house.hass)
    plug.energy("daily", "Daily", config_entry=helper, platform="utility_meter")
    ((_, _, energy, _),) = plug.found()
    assert energy == "AABBCC-switch:0-energy"


async def test_a_helper_stands_in_for_what_the_device_does_not_count(house: House) -> None:
    """An integral of the power, made with Home Assistant's own helper, counts the plug."""
    plug = add_device(house.hass)
    plug.switch("s")
    plug.power("p")
    helper = MockConfigEntry(domain="integration")
    helper.add_to_hass(house.hass)
    plug.energy("i", state_class="total", config_entry=helper, platform="integration")
    assert plug.found() == [("s", "p", "i", NONE)]


async def test_devices_of_ecom_are_left_out(meter: MeterAtHome) -> None:
    """A second meter over ECOM's own sensors would count them twice."""
    await meter.move_in()
    await meter.says({IMPORT: 28, "1-0:1.8.0": 1000})
    entity_id = meter.house.entity_id(meter.key("power"))
    assert entity_id is not None
    entity = er.async_get(meter.house.hass).async_get(entity_id)
    assert entity is not None
    assert entity.device_id is not None
    assert plugs_of(meter.house.hass, [entity.device_id]) == []


async def test_a_device_that_is_gone_has_nothing(house: House) -> None:
    """An id that no device has is no error."""
    assert plugs_of(house.hass, ["nothing"]) == []
