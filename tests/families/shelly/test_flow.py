"""Adding a Shelly, moving it, and giving it another password."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState

from custom_components.ecom.families.shelly.family import ShellyFamily
from scripts.simulators.plug_faults import Fault, Pace
from scripts.simulators.shelly_fixture import Fixture, made_up_plug
from scripts.simulators.shelly_server import ShellyServer
from tests.dialogue import Dialogue
from tests.families.shelly.at_home import PRO_3EM, PRO_4PM, ShellyAtHome, server_of
from tests.house import House, meters_of

EM_GEN3 = "em_gen3_1.4.4"


@pytest.fixture
async def locked(house: House, socket_enabled: None) -> AsyncIterator[ShellyServer]:
    """Return a running plug with a password."""
    del socket_enabled
    async with server_of(made_up_plug(4), password="s3cret") as server:
        yield server
        await house.close()


async def begin(house: House, server: ShellyServer) -> Dialogue:
    """Begin to add a Shelly, and say where it is."""
    dialogue = await Dialogue.begin(house, "shelly")
    assert dialogue.step == "shelly_user"
    await dialogue.send(address=server.address)
    return dialogue


async def proposed(house: House, fixture: Fixture | str, role: str) -> list[dict[str, Any]]:
    """Add a device in a role; return the meters that the Site has then."""
    async with server_of(fixture) as server:
        dialogue = await begin(house, server)
        await dialogue.send(name="Device", role=role)
        assert dialogue.created.state is ConfigEntryState.LOADED
        (site,) = house.site_entries
        found = [dict(meter) for meter in meters_of(site)]
        await house.close()
        return found


async def test_adding_a_plug(shelly: ShellyAtHome) -> None:
    """An address, a look at what was found, and it is read."""
    dialogue = await begin(shelly.house, shelly.server)
    assert dialogue.step == "shelly_found"
    assert dialogue.shown == {
        "address": shelly.server.address,
        "model": "Shelly Plus Plug S",
        "firmware": "1.1.0",
        "found": "- 1 Switch Test Name 0: ON, 2.7 W, 227.9 V, 0.121 A, 7258.589 Wh",
    }
    schema = dialogue.result["data_schema"]
    assert schema is not None
    assert schema({}) == {"name": "Test Name", "role": "sub_meter"}
    await dialogue.send(name=" Kettle ", role="sub_meter")
    entry = dialogue.created
    mac = shelly.server.device.info["mac"]
    assert entry.title == "Kettle"
    assert entry.unique_id == f"shelly:{mac}"
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data == {
        "family": "shelly",
        "schema": 1,
        "uid": f"shelly:{mac}",
        "host": "127.0.0.1",
        "port": shelly.server.port,
        "mac": mac,
        "password": None,
        "app_name": "Test Name",
        "meters": entry.data["meters"],
    }
    (site,) = shelly.house.site_entries
    assert [(m["port"], m["role"]) for m in meters_of(site)] == [
        (f"shelly:{mac}/switch0/power", "sub_meter")
    ]


async def test_what_a_three_phase_meter_proposes(house: House, socket_enabled: None) -> None:
    """Its total, at the grid."""
    del socket_enabled
    (meter,) = await proposed(house, PRO_3EM, "grid")
    assert meter["port"].endswith("/em0/power")
    assert meter["role"] == "grid"
    assert meter["phases"] == ["1", "2", "3"]


async def test_what_four_outlets_propose(house: House, socket_enabled: None) -> None:
    """Each outlet is a part of the site."""
    del socket_enabled
    meters = await proposed(house, PRO_4PM, "sub_meter")
    assert [meter["port"].partition("/")[2] for meter in meters] == [
        f"switch{n}/power" for n in range(4)
    ]


async def test_a_device_that_measures_for_nobody(house: House, socket_enabled: None) -> None:
    """The Site need not add it up."""
    del socket_enabled
    assert await proposed(house, made_up_plug(9), "none") == []


async def test_several_clamps_measure_parts(house: House, socket_enabled: None) -> None:
    """Which of them sits at the mains is not told; without a name the model is the name."""
    del socket_enabled
    async with server_of(EM_GEN3) as server:
        dialogue = await begin(house, server)
        schema = dialogue.result["data_schema"]
        assert schema is not None
        assert schema({}) == {"name": "Shelly EM Gen3", "role": "sub_meter"}
        assert "- 1 Grid: -850.2 W, 232.1 V, 3.712 A, 40123.55 Wh" in dialogue.shown["found"]
        assert "- 1: OFF" in dialogue.shown["found"]


async def test_three_phases_sit_at_the_grid(house: House, socket_enabled: None) -> None:
    """What makes a total of them is where the mains come in."""
    del socket_enabled
    async with server_of(PRO_3EM) as server:
        dialogue = await begin(house, server)
        schema = dialogue.result["data_schema"]
        assert schema is not None
        assert schema({"name": "Mains"})["role"] == "grid"
        assert "- Σ Energy" in dialogue.shown["found"]
        assert "- L3: " in dialogue.shown["found"]


async def test_a_password_is_asked_for_where_there_is_one(
    house: House, locked: ShellyServer
) -> None:
    """In a step of its own, until it is right."""
    dialogue = await begin(house, locked)
    assert dialogue.step == "shelly_password"
    assert dialogue.shown == {"address": locked.address}
    assert locked.calls == []
    await dialogue.send(password="wrong")
    assert dialogue.errors == {"base": "shelly_invalid_auth"}
    await dialogue.send(password="s3cret")
    assert dialogue.step == "shelly_found"
    await dialogue.send(name="Kettle", role="none")
    assert dialogue.created.data["password"] == "s3cret"
    assert dialogue.created.state is ConfigEntryState.LOADED


async def test_a_device_is_added_once(shelly: ShellyAtHome) -> None:
    """By its MAC, whatever its address."""
    await shelly.move_in()
    assert (await begin(shelly.house, shelly.server)).reason == "already_configured"


@pytest.mark.parametrize("address", ["", "a b", "ftp://plug", "admin:pw@192.168.1.20", "plug:0"])
async def test_what_is_no_address(shelly: ShellyAtHome, address: str) -> None:
    """Said at the field, before anything is asked of the network."""
    dialogue = await Dialogue.begin(shelly.house, "shelly")
    await dialogue.send(address=address)
    assert dialogue.errors == {"address": "shelly_invalid_address"}


async def test_what_goes_wrong(shelly: ShellyAtHome) -> None:
    """Each has its own words, and the form can be sent again."""
    server = shelly.server
    await server.stop()
    dialogue = await begin(shelly.house, server)
    assert dialogue.errors == {"base": "shelly_cannot_connect"}
    await server.start()
    recorded = dict(server.device.info)
    server.device.info = {"hello": "world"}
    await dialogue.send(address=server.address)
    assert dialogue.errors == {"base": "shelly_no_shelly"}
    server.device.info = {"type": "SHPLG-S", "mac": "AABBCCDDEEFF", "auth": False}
    await dialogue.send(address=server.address)
    assert dialogue.errors == {"base": "shelly_gen1"}
    server.device.info = recorded
    server.faults.add(Fault.THROTTLE)
    server._throttle._pace = Pace(most_calls=0)
    await dialogue.send(address=server.address)
    assert dialogue.errors == {"base": "shelly_cannot_connect"}
    server.faults.clear()
    status = server.device.recorded.pop("switch:0")
    server.device.channels.clear()
    await dialogue.send(address=server.address)
    assert dialogue.errors == {"base": "shelly_nothing_to_read"}
    server.device.recorded["switch:0"] = status
    await dialogue.send(address=server.address)
    assert dialogue.step == "shelly_found"
    await dialogue.send(name="  ", role="none")
    assert dialogue.errors == {"name": "shelly_name_needed"}
    await dialogue.send(name="Kettle", role="none")
    assert dialogue.created.title == "Kettle"


async def test_another_password(house: House, locked: ShellyServer) -> None:
    """It is tried before it is kept."""
    at_home = ShellyAtHome(house, locked)
    await at_home.move_in()
    locked.password = "n3w"
    dialogue = await Dialogue.of_entry(house, at_home.entry, "reauth")
    assert dialogue.step == "shelly_reauth_confirm"
    assert dialogue.shown["device"] == "Kettle"
    await dialogue.send(password="wrong")
    assert dialogue.errors == {"base": "shelly_invalid_auth"}
    await dialogue.send(password="n3w")
    assert dialogue.reason == "reauth_successful"
    assert at_home.entry.data["password"] == "n3w"
    assert at_home.entry.state is ConfigEntryState.LOADED


async def test_a_device_that_has_moved(shelly: ShellyAtHome) -> None:
    """DHCP gave it another address; what is kept of it goes with it."""
    await shelly.move_in()
    await shelly.server.stop()
    before, shelly.server.port = shelly.server.port, 0
    await shelly.server.start()
    assert shelly.server.port != before
    dialogue = await Dialogue.of_entry(shelly.house, shelly.entry, "reconfigure")
    await dialogue.send(address="not an address")
    assert dialogue.errors == {"address": "shelly_invalid_address"}
    await dialogue.send(address=f"127.0.0.1:{before}")
    assert dialogue.errors == {"base": "shelly_cannot_connect"}
    await dialogue.send(address=shelly.server.address)
    assert dialogue.reason == "reconfigure_successful"
    assert shelly.entry.data["port"] == shelly.server.port
    assert shelly.entry.state is ConfigEntryState.LOADED
    assert shelly.outlet() == "on"


async def test_a_password_moves_along(house: House, locked: ShellyServer) -> None:
    """An empty field keeps it, another one replaces it."""
    at_home = ShellyAtHome(house, locked)
    await at_home.move_in()
    dialogue = await Dialogue.of_entry(house, at_home.entry, "reconfigure")
    await dialogue.send(address=locked.address)
    assert dialogue.reason == "reconfigure_successful"
    assert at_home.entry.data["password"] == "s3cret"
    locked.password = "n3w"
    dialogue = await Dialogue.of_entry(house, at_home.entry, "reconfigure")
    await dialogue.send(address=locked.address)
    assert dialogue.errors == {"base": "shelly_invalid_auth"}
    await dialogue.send(address=locked.address, password="n3w")
    assert dialogue.reason == "reconfigure_successful"
    assert at_home.entry.data["password"] == "n3w"


async def test_a_device_that_moved_to_nowhere(shelly: ShellyAtHome) -> None:
    """It identifies itself, and then cannot be read."""
    await shelly.move_in()
    shelly.server.faults.add(Fault.THROTTLE)
    shelly.server._throttle._pace = Pace(most_calls=0)
    dialogue = await Dialogue.of_entry(shelly.house, shelly.entry, "reconfigure")
    await dialogue.send(address=shelly.server.address)
    assert dialogue.errors == {"base": "shelly_cannot_connect"}


async def test_values_that_are_not_known_are_not_shown(shelly: ShellyAtHome) -> None:
    """The rest of the line is."""
    shelly.server.device.set("switch:0", voltage=None, current="much")
    dialogue = await begin(shelly.house, shelly.server)
    assert dialogue.shown["found"] == "- 1 Switch Test Name 0: ON, 2.7 W, 7258.589 Wh"


async def test_it_claims_no_discovery() -> None:
    """Core's integration finds every Shelly; a second card for each would help nobody."""
    assert not ShellyFamily().claims(("zeroconf", object()))


async def test_another_device_is_refused(shelly: ShellyAtHome, locked: ShellyServer) -> None:
    """Moving one plug onto another is a mistake, and so is moving it onto something else."""
    await shelly.move_in()
    dialogue = await Dialogue.of_entry(shelly.house, shelly.entry, "reconfigure")
    await dialogue.send(address=locked.address)
    assert dialogue.errors == {"base": "shelly_other_device"}
    assert locked.calls == []
    locked.device.info = {"hello": "world"}
    await dialogue.send(address=locked.address)
    assert dialogue.errors == {"base": "shelly_no_shelly"}
    assert shelly.entry.data["port"] == shelly.server.port
