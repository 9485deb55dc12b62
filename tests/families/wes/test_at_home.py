"""A WES in Home Assistant: what its page says is what the entities show."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import Platform
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.diagnostics import async_get_config_entry_diagnostics
from custom_components.ecom.families.wes.anonymous import anonymous
from custom_components.ecom.ports import Kind
from scripts.simulators.wes_faults import Fault
from tests.families.wes.at_home import WesAtHome, entry_of
from tests.house import House

FIXTURES = Path(__file__).parents[2] / "fixtures" / "wes"
OLD = (FIXTURES / "wes_061d_2017-05-01.xml").read_bytes()
LINKY = (FIXTURES / "tic_084_linky.xml").read_bytes()


def states(house: House) -> dict[str, str]:
    """Return all states by entity id."""
    return {state.entity_id: state.state for state in house.hass.states.async_all()}


async def test_the_real_page_of_an_old_firmware(wes: WesAtHome) -> None:
    """Clamps in Wh, one probe, two relays; no Téléinfo, no counters, no other probes."""
    wes.server.body = OLD
    await wes.move_in()
    assert wes.shown("clamp1/import") == "29386970"
    assert wes.shown("clamp4/current") == "0.63"
    assert wes.shown("probe1/value") == "22.0"
    assert wes.relay(2) == "off"
    shown = [name for name in states(wes.house) if "_tic" in name or "_pulse" in name]
    assert shown == []
    assert [name for name in states(wes.house) if "_probe" in name] == ["sensor.wes_probe1_value"]


async def test_the_real_block_of_a_linky(wes: WesAtHome) -> None:
    """Both counters of the contract, their sum, VA and the period; nothing else."""
    wes.server.body = LINKY
    await wes.move_in()
    assert wes.shown("tic1/peak") == "48437741"
    assert wes.shown("tic1/off_peak") == "21610695"
    assert wes.shown("tic1/import") == str(48437741 + 21610695)
    assert wes.shown("tic1/apparent_power") == "8400"
    assert wes.shown("tic1/period") == "peak"
    assert wes.shown("tic1/contract") == "peak_off_peak"
    assert wes.shown("tic1/subscribed_current") == "45"
    sensors = {name for name in states(wes.house) if name.startswith("sensor.wes_tic1_")}
    assert sensors == {
        f"sensor.wes_tic1_{name}"
        for name in (
            *("apparent_power", "contract", "current", "import", "off_peak", "peak"),
            *("period", "subscribed_current"),
        )
    }


async def test_what_the_energy_dashboard_asks_for(wes: WesAtHome) -> None:
    """Energy, water and gas have the classes and units of the Energy dashboard."""
    await wes.move_in({"counters": {"1": "water_l", "3": "gas_m3", "4": "heat_wh"}})
    for local, device_class, unit in (
        ("tic1/import", "energy", "Wh"),
        ("tic2/export", "energy", "Wh"),
        ("clamp1/import", "energy", "Wh"),
        ("pulse1/index", "water", "m³"),
        ("pulse3/index", "gas", "m³"),
        ("pulse4/index", "energy", "Wh"),
    ):
        attributes = wes.state(local).attributes
        assert attributes["state_class"] == "total_increasing"
        assert attributes["device_class"] == device_class
        assert attributes["unit_of_measurement"] == unit


async def test_a_counter_is_read_in_the_unit_that_its_owner_states(wes: WesAtHome) -> None:
    """The page says 366970.123; as litres of water that is 366.970123 m³."""
    wes.server.values |= {"impulsion/INDEX1": "366970.123", "impulsion/INDEX2": "146786.400"}
    await wes.move_in({"counters": {"1": "water_l", "2": "electricity_kwh"}})
    assert wes.shown("pulse1/index") == "366.970123"
    assert wes.shown("pulse2/index") == "146786400"
    assert wes.port("pulse1/index").kind is Kind.VOLUME
    assert wes.port("pulse2/index").kind is Kind.ENERGY


async def test_power_is_what_the_counters_counted(wes: WesAtHome) -> None:
    """36 Wh in 36 s are 3600 W; what a clamp states in W is taken as it is."""
    wes.server.body = None
    wes.server.values |= {"tic2/H_CREUSE": "005000000", "tic2/H_PLEINE": "009000000"}
    wes.server.values |= {"tic2/INJECTION": "000000000"}
    await wes.move_in({"interval": 300})
    for second in range(1, 10):
        wes.house.freezer.tick(timedelta(seconds=4))
        await wes.says({"tic2/H_CREUSE": f"{5000000 + 4 * second:09}"})
    assert float(wes.shown("tic2/power")) == pytest.approx(3600, rel=0.05)
    assert wes.port("tic2/power").kind is Kind.POWER
    assert wes.state("tic2/power").attributes["unit_of_measurement"] == "W"


async def test_what_is_fed_in_is_negative_power(wes: WesAtHome) -> None:
    """A meter that feeds 1800 W in has a power of -1800 W for the Site."""
    wes.server.values |= {"tic2/INJECTION": "001000000"}
    wes.server.values |= {"tic2/H_CREUSE": "005000000", "tic2/H_PLEINE": "009000000"}
    await wes.move_in({"interval": 300})
    for step in range(1, 31):
        wes.house.freezer.tick(timedelta(seconds=4))
        await wes.says({"tic2/INJECTION": f"{1000000 + 2 * step:09}"})
    assert float(wes.shown("tic2/power")) == pytest.approx(-1800, rel=0.05)


async def test_a_producer_s_meter_has_the_power_of_its_panels(wes: WesAtHome) -> None:
    """Negative: it comes into the site, and the Site is told to turn it round."""
    wes.server.values |= {"tic3/PRODUCTEUR": "001000000", "tic3/INJECTION": "000400000"}
    await wes.move_in({"interval": 300})
    for step in range(1, 31):
        wes.house.freezer.tick(timedelta(seconds=4))
        await wes.says({"tic3/PRODUCTEUR": f"{1000000 + 4 * step:09}"})
    assert float(wes.shown("tic3/power")) == pytest.approx(-3600, rel=0.05)


async def test_without_a_known_contract_there_is_no_power(wes: WesAtHome) -> None:
    """Only what is fed in would be known, and half a sum is none."""
    wes.server.values |= {"tic2/OPTARIF": "HC et WE", "tic2/INJECTION": "001000000"}
    await wes.move_in({"interval": 300})
    for step in range(1, 31):
        wes.house.freezer.tick(timedelta(seconds=4))
        await wes.says({"tic2/INJECTION": f"{1000000 + 4 * step:09}"})
    assert wes.key("tic2/power") not in wes.source.ports


async def test_inputs_have_devices_of_their_own(wes: WesAtHome) -> None:
    """Each clamp, counter, Téléinfo and probe is a child of the server's device."""
    await wes.move_in()
    registry = dr.async_get(wes.house.hass)
    server = registry.async_get_device_by_identifier(
        (DOMAIN, wes.source.uid), config_entry_id=wes.entry.entry_id
    )
    assert server is not None
    assert (dr.CONNECTION_NETWORK_MAC, dr.format_mac(wes.server.mac)) in server.connections
    assert server.sw_version == "V0.85A3"
    attributes = wes.state("clamp1/current").attributes
    assert attributes["friendly_name"] == "WES clamp 1 Current"


async def test_a_probe_gets_its_entity_with_its_first_reading(wes: WesAtHome) -> None:
    """A probe that is plugged in later appears, and its port with it."""
    wes.server.values["temp/SONDE9"] = "0.0"
    await wes.move_in()
    assert wes.key("probe9/value") not in wes.source.ports
    await wes.says({"temp/SONDE9": "18.5"})
    assert wes.shown("probe9/value") == "18.5"
    assert wes.port("probe9/value").read().value == 18.5
    await wes.says({"temp/SONDE9": "0.0"})
    assert wes.shown("probe9/value") == "18.5", "unplugged: a zero from afar counts for nothing"
    await wes.later(60)
    assert wes.shown("probe9/value") == "unavailable"


async def test_a_humidity_probe(wes: WesAtHome) -> None:
    """The user says which probes measure something else than a temperature."""
    wes.server.values["temp/SONDE1"] = "48.3"
    await wes.move_in({"humidity": ["1"], "light": ["3"]})
    assert wes.state("probe1/value").attributes["device_class"] == "humidity"
    assert wes.state("probe3/value").attributes["unit_of_measurement"] == "lx"
    assert wes.key("probe1/value") not in wes.source.ports
    await wes.says({"temp/SONDE1": "101.0"})
    assert wes.shown("probe1/value") == "48.3", "more than saturated is no humidity"


async def test_a_lost_teleinfo_publishes_nothing(wes: WesAtHome) -> None:
    """Zeros after 12 MWh change no total, raise no repair, and go stale in the end."""
    await wes.move_in()
    before = wes.shown("tic2/import")
    wes.server.faults.add(Fault.ZERO)
    await wes.poll()
    assert wes.shown("tic2/import") == before
    await wes.says({"tic2/ADCO": "021800000002", "tic2/PTEC": "H. Creuses"})
    await wes.poll()
    assert wes.shown("tic2/import") == before
    assert wes.house.issues == set()
    await wes.later(70)
    assert wes.shown("tic2/import") == "unavailable"
    assert wes.shown("clamp1/import") != "unavailable"
    wes.server.faults.clear()
    wes.server.values.clear()
    await wes.poll()
    assert int(wes.shown("tic2/import")) >= int(before)


async def test_what_is_known_survives_a_restart(wes: WesAtHome) -> None:
    """Entities, totals and probes are there again, even if the Téléinfo is not."""
    await wes.move_in()
    before = wes.shown("tic2/import")
    wes.server.faults.add(Fault.ZERO)
    await wes.house.reload(wes.entry)
    assert wes.key("tic2/import") in wes.source.ports
    assert wes.shown("tic2/import") == "unavailable"
    wes.server.faults.clear()
    await wes.poll()
    assert int(wes.shown("tic2/import")) >= int(before)


async def test_damaged_storage_begins_anew(wes: WesAtHome, hass_storage: dict[str, Any]) -> None:
    """A store that cannot be understood costs the memory, not the set-up."""
    await wes.move_in()
    await wes.house.unload(wes.entry)
    key = f"ecom.wes.{wes.entry.entry_id}"
    hass_storage[key]["data"]["guards"] = [["tic", "one"]]
    await wes.house.hass.config_entries.async_setup(wes.entry.entry_id)
    assert wes.entry.state is ConfigEntryState.LOADED
    assert wes.shown("tic2/peak") != "unavailable"


async def test_what_was_stored_goes_with_the_entry(
    wes: WesAtHome, hass_storage: dict[str, Any]
) -> None:
    """Deleting the entry deletes what was stored of the server."""
    await wes.move_in()
    await wes.house.unload(wes.entry)
    key = f"ecom.wes.{wes.entry.entry_id}"
    assert key in hass_storage
    await wes.house.remove(wes.entry)
    assert key not in hass_storage


async def test_a_torn_page_names_nobody_either(wes: WesAtHome) -> None:
    """A meter's number outside its tags is taken out as well."""
    await wes.move_in()
    wes.server.body = b"<data><tic1>ADCO>021861820554<ADCO 021861820554 <PAP>12</PAP>"
    assert not await wes.poll()
    found = await async_get_config_entry_diagnostics(wes.house.hass, wes.entry)
    assert "0218" not in found["runtime"]["page"]


async def test_diagnostics_name_nobody(wes: WesAtHome) -> None:
    """The page is in them, without meter numbers, passwords, addresses or the event URL."""
    await wes.move_in()
    found = await async_get_config_entry_diagnostics(wes.house.hass, wes.entry)
    text = json.dumps(found, default=str)
    assert "<tic1><ADCO>000000000000</ADCO>" in found["runtime"]["page"]
    for secret in (
        "127.0.0.1",
        wes.server.mac,
        wes.entry.data["webhook_id"],
        '"wes"',
        "021861",
    ):
        assert secret not in text.replace('"family": "wes"', ""), secret
    assert found["runtime"]["reads"] == 1


async def test_a_rude_start_is_tried_again(wes: WesAtHome) -> None:
    """A server that is not there yet is a set-up to be retried, a wrong account a reauth."""
    wes.server.faults.add(Fault.GARBAGE)
    await wes.move_in()
    assert wes.entry.state is ConfigEntryState.SETUP_RETRY
    wes.server.faults = {Fault.UNAUTHORISED}
    await wes.house.reload(wes.entry)
    assert wes.entry.state is ConfigEntryState.SETUP_ERROR
    assert list(wes.entry.async_get_active_flows(wes.house.hass, {SOURCE_REAUTH}))


async def test_a_read_only_account_switches_nothing(wes: WesAtHome) -> None:
    """Relays are looked at, not switched; with the admin account they become switches."""
    await wes.move_in(username="user")
    assert wes.shown("relay1/state", Platform.BINARY_SENSOR) == "off"
    assert wes.house.entity_id(wes.key("relay1/state"), Platform.SWITCH) is None
    assert wes.key("relay1/state") not in wes.source.ports
    data = {**wes.entry.data, "username": "admin"}
    wes.house.hass.config_entries.async_update_entry(wes.entry, data=data)
    await wes.house.reload(wes.entry)
    assert wes.relay(1) == "off"
    assert wes.house.entity_id(wes.key("relay1/state"), Platform.BINARY_SENSOR) is None


async def test_the_entry_gets_the_mac_when_it_is_seen(wes: WesAtHome) -> None:
    """Its unique id becomes the MAC's; keys of ports and entities stay as they are."""
    await wes.move_in(uid="wes:021800000001", mac=None)
    assert wes.entry.unique_id == f"wes:{wes.server.mac}"
    assert wes.entry.data["mac"] == wes.server.mac
    assert wes.source.uid == "wes:021800000001"
    assert wes.house.shown("wes:021800000001/clamp1/current") == wes.shown("clamp1/current")


async def test_another_server_at_the_address_is_not_read(wes: WesAtHome) -> None:
    """Addresses wander in a building: flat 2 is not booked on flat 1."""
    await wes.move_in(mac="02e7500000ff")
    assert wes.entry.state is ConfigEntryState.SETUP_RETRY


async def test_without_a_mac_the_meters_tell_the_server(wes: WesAtHome) -> None:
    """Another server at the address after a restart is neither read nor switched."""
    await wes.move_in({"m2m_port": 9}, mac=None, meter_ids=["021800000077"])
    assert wes.entry.state is ConfigEntryState.SETUP_RETRY
    assert wes.house.entity_id(wes.key_of("relay1/state"), Platform.SWITCH) is None


async def test_the_mac_of_a_stranger_is_not_taken(wes: WesAtHome) -> None:
    """A server whose meters are not this one's gives the entry no identity either."""
    await wes.move_in(uid="wes:021800000077", mac=None, meter_ids=["021800000077"])
    assert wes.entry.state is ConfigEntryState.SETUP_RETRY
    assert wes.entry.data["mac"] is None
    assert wes.entry.unique_id == "wes:021800000077"


async def test_a_meter_that_is_asked_about_is_no_stranger(wes: WesAtHome) -> None:
    """A restart in the middle of an exchange finds the same server."""
    await wes.move_in({"m2m_port": 9, "interval": 300}, mac=None)
    others = {f"tic{n}/ADCO": f"02189999999{n}" for n in (1, 2, 3)}
    await wes.says(others)
    await wes.poll()
    await wes.poll()
    assert wes.house.issues == {"wes_meter_exchanged"}
    await wes.house.reload(wes.entry)
    assert wes.entry.state is ConfigEntryState.LOADED


async def test_a_light_probe_in_the_dark(wes: WesAtHome) -> None:
    """540 lx are no temperature, but there is a probe; told what it is, it may read zero."""
    wes.server.values["temp/SONDE9"] = "540.0"
    await wes.move_in()
    assert wes.shown("probe9/value") == "unavailable"
    options = {**wes.entry.options, "light": ["9"]}
    wes.house.hass.config_entries.async_update_entry(wes.entry, options=options)
    await wes.house.reload(wes.entry)
    assert wes.shown("probe9/value") == "540.0"
    await wes.says({"temp/SONDE9": "0.0"})
    assert wes.shown("probe9/value") == "0.0"


@pytest.mark.parametrize(
    "page",
    [
        b"<data><tic1><ADCO>021861820",
        b"<data><tic1><ADCO>0218 6182 0554</ADCO>",
        "<data><tic1><ADCO>021861820554</ADCO>".encode("utf-16"),
    ],
)
def test_no_torn_number_is_shown(page: bytes) -> None:
    """Whatever is left of a meter's number, its digits are zeros."""
    assert not set(anonymous(page)) & set("123456789") - {"1"}
    assert "218" not in anonymous(page)


async def test_the_site_follows_a_wes(wes: WesAtHome) -> None:
    """A Téléinfo is a meter of the Site, before and after a reload of its entry."""
    site = {"port": f"wes:{wes.server.mac}/tic2/power", "role": "grid", "phases": ["1"]}
    await wes.house.add_site(site)
    wes.server.values |= {"tic2/H_CREUSE": "005000000", "tic2/H_PLEINE": "009000000"}
    wes.server.values |= {"tic2/INJECTION": "000000000"}
    await wes.move_in({"interval": 300})
    for step in range(1, 31):
        wes.house.freezer.tick(timedelta(seconds=4))
        await wes.says({"tic2/H_CREUSE": f"{5000000 + step:09}"})
    assert float(wes.house.site[0]) == pytest.approx(900, rel=0.1)
    await wes.house.unload(wes.entry)
    assert wes.house.site[0] == "unknown"


async def test_an_entry_is_not_given_the_mac_of_another(wes: WesAtHome) -> None:
    """Two entries of one server, made while its M2M port was closed, stay two."""
    await wes.move_in()
    entry = entry_of(wes.server, uid="wes:other", mac=None, webhook_id="other")
    await wes.house.add(entry)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.unique_id == "wes:other"


def test_now_is_frozen(wes: WesAtHome) -> None:
    """The server's clock is the test's, so that nothing here depends on the time of day."""
    assert wes.server.clock() == dt_util.utcnow()
