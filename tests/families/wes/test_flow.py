"""Adding a WES, moving it, and giving it another account."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState

from scripts.simulators.wes_faults import Fault
from scripts.simulators.wes_http import Accounts
from scripts.simulators.wes_server import WesServer
from tests.dialogue import Dialogue
from tests.families.wes.at_home import ADMIN, WesAtHome, server_of
from tests.house import House, meters_of

NOBODY: dict[str, str] = {}


@pytest.fixture
async def servers(in_france: House, socket_enabled: None) -> AsyncIterator[list[WesServer]]:
    """Return eleven running servers of one building, all with the same account."""
    del socket_enabled
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(server_of(serial=number, firmware="0.84"))
            for number in range(1, 12)
        ]
        await in_france.close()


async def begin(house: House) -> Dialogue:
    """Begin to add a WES."""
    dialogue = await Dialogue.begin(house, "wes")
    assert dialogue.step == "wes_user"
    return dialogue


def where(server: WesServer, **more: Any) -> dict[str, Any]:
    """Return the answer that names a server."""
    ports = {"http_port": 80, "m2m_port": server.m2m_port}
    return {"address": server.address, "ports": ports, **more}


async def add(house: House, server: WesServer, **more: Any) -> Dialogue:
    """Add a server; return the dialogue at its end."""
    dialogue = await begin(house)
    await dialogue.send(**where(server, **more))
    if dialogue.result["type"] == "form" and dialogue.step == "wes_found":
        roles = {name: "grid" for name in dialogue.fields if name.startswith("role_")}
        sections = {"counters": {}} if "counters" in dialogue.fields else {}
        await dialogue.send(name=f"Flat {server.setup.serial}", **roles, **sections)
    return dialogue


async def test_adding_a_server(wes: WesAtHome) -> None:
    """An address and an account, then a look at what was found, and it is read."""
    dialogue = await begin(wes.house)
    await dialogue.send(**where(wes.server, **ADMIN))
    assert dialogue.step == "wes_found"
    assert "V0.85A3" in dialogue.shown["firmware"]
    assert "- Téléinfo 2: " in dialogue.shown["found"]
    assert "(admin)" in dialogue.shown["found"]
    assert dialogue.fields == {"name", "role_1", "role_2", "role_3", "counters"}
    await dialogue.send(
        name="Common parts",
        role_1="none",
        role_2="grid",
        role_3="solar",
        counters={"counter_1": "water_l"},
    )
    entry = dialogue.created
    assert entry.unique_id == f"wes:{wes.server.mac}"
    assert entry.state is ConfigEntryState.LOADED
    assert entry.options["counters"] == {"1": "water_l"}
    (site,) = wes.house.site_entries
    uid = entry.unique_id
    meters = {(m["port"], m["role"]) for m in meters_of(site)}
    assert meters == {
        (f"{uid}/tic2/power", "grid"),
        (f"{uid}/tic3/power", "solar"),
        (f"{uid}/pulse1/index", "water"),
    }
    assert {m["port"] for m in meters_of(site) if m.get("inverted")} == {f"{uid}/tic3/power"}


async def test_no_password_goes_to_a_stranger(wes: WesAtHome) -> None:
    """The first request carries no account."""
    dialogue = await begin(wes.house)
    await dialogue.send(**where(wes.server, **ADMIN))
    assert wes.server.logins[0] is False
    assert wes.server.logins[1:] == [True, True]


async def test_the_eleventh_takes_an_address_and_nothing_else(
    in_france: House, servers: list[WesServer]
) -> None:
    """The account of the first server opens the others; each gets a name of its own."""
    first = await add(in_france, servers[0], **ADMIN)
    assert first.created.title == "Flat 1"
    for server in servers[1:]:
        dialogue = await begin(in_france)
        await dialogue.send(**where(server))
        assert dialogue.step == "wes_found"
        await dialogue.send(name=f"Flat {server.setup.serial}", role_1="grid", counters={})
        entry = dialogue.created
        assert entry.data["username"] == "admin"
        assert entry.state is ConfigEntryState.LOADED
    (site,) = in_france.site_entries
    assert len(list(meters_of(site))) == 11


async def test_a_server_is_added_once(wes: WesAtHome) -> None:
    """By its MAC, by its meter, or by its address."""
    await add(wes.house, wes.server, **ADMIN)
    assert (await add(wes.house, wes.server)).reason == "already_configured"
    closed = {"address": wes.server.address, "ports": {"http_port": 80, "m2m_port": 9}}
    dialogue = await begin(wes.house)
    await dialogue.send(**closed)
    assert dialogue.reason == "already_configured"


async def test_without_a_mac_the_first_meter_identifies(wes: WesAtHome) -> None:
    """The M2M port is closed unless its owner opened it."""
    dialogue = await begin(wes.house)
    ports = {"http_port": 80, "m2m_port": 9}
    await dialogue.send(address=wes.server.address, ports=ports, **ADMIN)
    roles = {f"role_{n}": "none" for n in (1, 2, 3)}
    await dialogue.send(name="WES", counters={}, **roles)
    entry = dialogue.created
    assert entry.unique_id == f"wes:{entry.data['meter_ids'][0]}"
    assert entry.data["mac"] is None


async def test_without_anything_the_name_identifies(wes: WesAtHome) -> None:
    """No MAC and no Téléinfo: the name must not be taken."""
    wes.server.faults.add(Fault.ZERO)
    for reason in (None, "already_configured"):
        dialogue = await begin(wes.house)
        ports = {"http_port": 80, "m2m_port": 9}
        await dialogue.send(address=wes.server.address, ports=ports, **ADMIN)
        if reason is None:
            assert dialogue.fields == {"name", "counters"}
            await dialogue.send(name="Chaufferie nord", counters={})
            assert dialogue.created.unique_id == "wes:chaufferie_nord"
        else:
            assert dialogue.reason == reason


@pytest.mark.parametrize(
    "address", ["", "http://a b", "https://wes", "admin:wes@192.168.1.20", "wes:99999", "1.2.3"]
)
async def test_what_is_no_address(wes: WesAtHome, address: str) -> None:
    """Said at the field, before anything is asked of the network."""
    dialogue = await begin(wes.house)
    await dialogue.send(**{**where(wes.server), "address": address})
    assert dialogue.errors == {"address": "wes_invalid_address"}


async def test_what_goes_wrong(wes: WesAtHome) -> None:
    """Each has its own words, and the form can be sent again."""
    dialogue = await begin(wes.house)
    await dialogue.send(**where(wes.server))
    assert dialogue.errors == {"username": "wes_account_needed"}
    await dialogue.send(**where(wes.server, username="admin", password="wrong"))
    assert dialogue.errors == {"base": "wes_invalid_auth"}
    wes.server.faults.add(Fault.GARBAGE)
    await dialogue.send(**where(wes.server, **ADMIN))
    assert dialogue.errors == {"base": "wes_cannot_connect"}
    await wes.server.stop()
    await dialogue.send(**where(wes.server, **ADMIN))
    assert dialogue.errors == {"base": "wes_cannot_connect"}
    await wes.server.start()
    wes.server.faults.clear()
    await dialogue.send(**where(wes.server, **ADMIN))
    assert dialogue.step == "wes_found"


async def test_something_else_is_no_wes(in_france: House, wes: WesAtHome) -> None:
    """A server that asks for no account and has another page is told apart."""
    async with server_of(accounts=Accounts(user=""), m2m_port=None) as other:
        other.body = b"<html>a printer</html>"
        dialogue = await begin(in_france)
        ports = {"http_port": 80, "m2m_port": 9}
        await dialogue.send(address=other.address, ports=ports, **ADMIN)
        assert dialogue.errors == {"base": "wes_no_wes"}
        assert other.logins == [False]
    del wes


async def test_a_server_that_asks_for_no_account(in_france: House, wes: WesAtHome) -> None:
    """Access control can be switched off; then an address is enough."""
    async with server_of(serial=7, accounts=Accounts(user="")) as open_server:
        dialogue = await add(in_france, open_server)
        assert dialogue.created.data["username"] is None
        await in_france.unload(dialogue.created)
    del wes


async def test_another_account(wes: WesAtHome) -> None:
    """It is tried before it is kept."""
    await wes.move_in()
    dialogue = await Dialogue.of_entry(wes.house, wes.entry, "reauth")
    assert dialogue.step == "wes_reauth_confirm"
    await dialogue.send(username="admin", password="wrong")
    assert dialogue.errors == {"base": "wes_invalid_auth"}
    await dialogue.send(username="user", password="wes")
    assert dialogue.reason == "reauth_successful"
    assert wes.entry.data["username"] == "user"


async def test_a_server_that_has_moved(wes: WesAtHome) -> None:
    """Its ports and its account go with it."""
    await wes.move_in()
    port = wes.server.port
    await wes.server.stop()
    wes.server.port = 0
    await wes.server.start()
    assert wes.server.port != port
    dialogue = await Dialogue.of_entry(wes.house, wes.entry, "reconfigure")
    await dialogue.send(address="not an address")
    assert dialogue.errors == {"address": "wes_invalid_address"}
    await dialogue.send(address=wes.server.address)
    assert dialogue.reason == "reconfigure_successful"
    assert wes.entry.options["http_port"] == wes.server.port
    assert wes.entry.data["password"] == "wes"
    assert wes.entry.state is ConfigEntryState.LOADED


async def test_another_server_is_refused(wes: WesAtHome) -> None:
    """Moving flat 1 to the address of flat 2 is a mistake."""
    await wes.move_in({"m2m_port": 9}, meter_ids=["021800000077"])
    async with server_of(serial=2, m2m_port=None) as other:
        dialogue = await Dialogue.of_entry(wes.house, wes.entry, "reconfigure")
        await dialogue.send(address=other.address, username="admin", password="wes")
        assert dialogue.errors == {"base": "wes_other_server"}
        await dialogue.send(address=other.address, username="admin", password="wrong")
        assert dialogue.errors == {"base": "wes_invalid_auth"}


async def test_an_account_of_another_server_is_refused(wes: WesAtHome) -> None:
    """A new password that opens whatever has got the address now."""
    await wes.move_in({"m2m_port": 9}, mac=None)
    entry = wes.entry
    wes.house.hass.config_entries.async_update_entry(
        entry, data={**entry.data, "meter_ids": ["021800000077"]}
    )
    dialogue = await Dialogue.of_entry(wes.house, entry, "reauth")
    await dialogue.send(username="admin", password="wes")
    assert dialogue.errors == {"base": "wes_other_server"}


async def test_a_server_needs_a_name_of_its_own(wes: WesAtHome) -> None:
    """Where nothing else identifies it, also one that another server had at first."""
    wes.server.faults.add(Fault.ZERO)
    await wes.move_in(uid="wes:chaufferie", mac=wes.server.mac)
    async with server_of(serial=2, m2m_port=None) as other:
        other.faults.add(Fault.ZERO)
        dialogue = await begin(wes.house)
        ports = {"http_port": 80, "m2m_port": 9}
        await dialogue.send(address=other.address, ports=ports, username=" admin ", password="wes")
        await dialogue.send(name="  ", counters={})
        assert dialogue.errors == {"name": "wes_name_needed"}
        await dialogue.send(name="Chaufferie", counters={})
        assert dialogue.errors == {"name": "wes_name_taken"}
        await dialogue.send(name="Chaufferie sud ", counters={})
        assert dialogue.created.title == "Chaufferie sud"
        await wes.house.unload(dialogue.created)


async def test_two_entries_do_not_share_an_address(wes: WesAtHome) -> None:
    """Moving one server onto the address of another would have one device read twice."""
    async with server_of(serial=2, m2m_port=None) as other:
        other.faults.add(Fault.ZERO)
        wes.server.faults.add(Fault.ZERO)
        await wes.move_in()
        ports = {"http_port": 80, "m2m_port": 9}
        dialogue = await begin(wes.house)
        await dialogue.send(address=other.address, ports=ports)
        await dialogue.send(name="Other", counters={})
        entry = dialogue.created
        dialogue = await Dialogue.of_entry(wes.house, entry, "reconfigure")
        await dialogue.send(address=wes.server.address)
        assert dialogue.errors == {"address": "wes_other_server"}
        await wes.house.unload(entry)
