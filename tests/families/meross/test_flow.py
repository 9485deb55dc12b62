"""Adding a Meross device, moving it, and giving it its owner's new key."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_DHCP, SOURCE_IGNORE, SOURCE_REAUTH, ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.families.meross import cloud
from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_server import KEY, MerossServer
from scripts.simulators.meross_trace import made_up_plug
from tests.dialogue import Dialogue
from tests.families.meross.at_home import (
    EM06,
    STRIP,
    MerossAtHome,
    made_up,
    recorded,
    serial_of,
)
from tests.families.meross.cloud_server import CODE, EMAIL, PASSWORD, CloudServer
from tests.families.meross.rude import RudeServer, http
from tests.house import House, meters_of

OTHER_KEY = "f" * 32


@pytest.fixture
async def other(meross: MerossAtHome) -> AsyncIterator[MerossServer]:
    """Return a second plug, of the same account."""
    del meross
    device = MerossDevice(made_up_plug(2), live=True, clock=made_up().clock)
    async with MerossServer(device) as server:
        yield server


@pytest.fixture
async def account(
    meross: MerossAtHome, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[CloudServer]:
    """Return the account that the plug belongs to."""
    async with CloudServer(meross.server.key) as server:
        monkeypatch.setattr(cloud, "BASE_URL", server.url)
        yield server


async def begin(house: House) -> Dialogue:
    """Begin to add a device."""
    dialogue = await Dialogue.begin(house, "meross")
    assert dialogue.step == "meross_user"
    return dialogue


async def choose(house: House, dialogue: Dialogue, step: str) -> None:
    """Choose from the menu where the key shall come from."""
    assert dialogue.result["type"] is FlowResultType.MENU, dialogue.result
    assert dialogue.result["menu_options"] == ["meross_login", "meross_key"]
    flow = house.hass.config_entries.flow
    dialogue.result = await flow.async_configure(dialogue.flow_id, {"next_step_id": step})
    assert dialogue.step == step


async def dhcp(house: House, address: str, mac: str, hostname: str = "") -> Dialogue:
    """Let a device ask for an address."""
    info = DhcpServiceInfo(ip=address, hostname=hostname, macaddress=mac)
    result = await house.hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_DHCP}, data=info
    )
    await house.hass.async_block_till_done()
    return Dialogue(house, result)


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_adding_a_plug_by_its_key(meross: MerossAtHome, *, encrypted: bool) -> None:
    """Address, key, a look at what was found, and it is read."""
    await meross.is_a(made_up(encrypted=encrypted))
    dialogue = await begin(meross.house)
    await dialogue.send(address=f"http://{meross.server.address}/")
    await choose(meross.house, dialogue, "meross_key")
    await dialogue.send(key=OTHER_KEY)
    assert dialogue.errors == {"base": "meross_invalid_auth"}
    await dialogue.send(key=f" {KEY} ")
    assert dialogue.step == "meross_found"
    assert dialogue.shown["model"] == "mss310"
    assert dialogue.shown["firmware"] == "2.1.17"
    assert "- 1: ON, " in dialogue.shown["found"]
    assert " 230.4 V" in dialogue.shown["found"]
    await dialogue.send(name=" ", role="sub_meter")
    assert dialogue.errors == {"name": "meross_name_needed"}
    await dialogue.send(name="Fridge", role="sub_meter")
    entry = dialogue.created
    assert entry.state is ConfigEntryState.LOADED
    uid = f"meross:{serial_of(meross.server.device)}"
    assert entry.unique_id == uid
    assert dict(entry.data) == {
        "family": "meross",
        "schema": 1,
        "uid": uid,
        "host": meross.server.address,
        "uuid": meross.server.device.uuid,
        "mac": meross.server.device.mac,
        "key": KEY,
        "meters": entry.data["meters"],
    }
    (site,) = meross.house.site_entries
    assert [(m["port"], m["role"]) for m in meters_of(site)] == [
        (f"{uid}/outlet0/power", "sub_meter")
    ]


async def test_the_second_plug_takes_an_address_and_nothing_else(
    meross: MerossAtHome, other: MerossServer
) -> None:
    """The key of the first one is tried by itself; names do not repeat."""
    await meross.move_in()
    dialogue = await begin(meross.house)
    await dialogue.send(address=other.address)
    assert dialogue.step == "meross_found"
    await dialogue.send(name="Second", role="none")
    assert dialogue.created.data["key"] == KEY
    assert dialogue.created.data["meters"] == []


async def test_a_plug_that_nobody_owns_needs_no_key(meross: MerossAtHome) -> None:
    """It accepts the empty one."""
    meross.server.key = ""
    dialogue = await begin(meross.house)
    await dialogue.send(address=meross.server.address)
    await dialogue.send(name="Plug", role="sub_meter")
    assert dialogue.created.data["key"] == ""
    assert dialogue.created.state is ConfigEntryState.LOADED


async def test_an_em06_measures_circuits(meross: MerossAtHome) -> None:
    """All that it measures can be a meter; the role is proposed."""
    await meross.is_a(recorded(EM06))
    await meross.move_in()
    await meross.house.remove(meross.entry)
    dialogue = await begin(meross.house)
    await dialogue.send(address=meross.server.address)
    await choose(meross.house, dialogue, "meross_key")
    await dialogue.send(key=KEY)
    schema = dialogue.result["data_schema"]
    assert schema is not None
    assert schema({"name": "Board"})["role"] == "sub_meter"
    await dialogue.send(name="Board", role="sub_meter")
    assert [m["title"] for m in dialogue.created.data["meters"]] == [
        f"Board {number}" for number in range(1, 7)
    ]


async def test_a_strip_that_measures_nothing_is_no_meter(meross: MerossAtHome) -> None:
    """So that no role is asked for."""
    await meross.is_a(recorded(STRIP))
    dialogue = await begin(meross.house)
    await dialogue.send(address=meross.server.address)
    await choose(meross.house, dialogue, "meross_key")
    await dialogue.send(key=KEY)
    assert dialogue.shown["found"].splitlines() == [
        "- 1: ON",
        "- 2: OFF",
        "- 3: OFF",
        "- 4: ON",
    ]
    assert dialogue.fields == {"name"}
    await dialogue.send(name="Strip")
    assert dialogue.created.data["meters"] == []


@pytest.mark.parametrize(
    "address", ["", "http://a b", "https://plug", "a:b@192.168.1.20", "plug:99999", "1.2.3", "a:"]
)
async def test_what_is_no_address(meross: MerossAtHome, address: str) -> None:
    """Said at the field, before anything is asked of the network."""
    dialogue = await begin(meross.house)
    await dialogue.send(address=address)
    assert dialogue.errors == {"address": "meross_invalid_address"}


async def test_what_goes_wrong(meross: MerossAtHome) -> None:
    """Each has its own words, and the form can be sent again."""
    dialogue = await begin(meross.house)
    await meross.server.stop()
    await dialogue.send(address=meross.server.address)
    assert dialogue.errors == {"base": "meross_cannot_connect"}
    async with RudeServer(http("<html>a printer</html>")) as printer:
        await dialogue.send(address=f"127.0.0.1:{printer.port}")
        assert dialogue.errors == {"base": "meross_cannot_connect"}
    await meross.server.start()
    await dialogue.send(address=meross.server.address)
    await choose(meross.house, dialogue, "meross_key")


async def test_a_bulb_is_of_no_use(meross: MerossAtHome) -> None:
    """It neither switches a socket nor measures."""
    trace = made_up_plug()
    for name in ("ToggleX", "Electricity"):
        del trace.ability[f"Appliance.Control.{name}"]
    meross.server.device = MerossDevice(trace)
    meross.server.key = ""
    dialogue = await begin(meross.house)
    await dialogue.send(address=meross.server.address)
    assert dialogue.errors == {"base": "meross_not_supported"}


async def test_a_plug_is_added_once(meross: MerossAtHome) -> None:
    """And follows to the address at which it was found."""
    await meross.move_in(host="127.0.0.1:9")
    dialogue = await begin(meross.house)
    await dialogue.send(address=meross.server.address)
    assert dialogue.reason == "already_configured"
    assert meross.entry.data["host"] == meross.server.address


async def test_logging_in(
    meross: MerossAtHome, account: CloudServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The account is refused, then opens; its key is kept, and nothing else of it."""
    caplog.set_level("DEBUG")
    dialogue = await begin(meross.house)
    await dialogue.send(address=meross.server.address)
    await choose(meross.house, dialogue, "meross_login")
    await dialogue.send(email=EMAIL, password="wrong")
    assert dialogue.errors == {"base": "meross_login_refused"}
    await dialogue.send(email=f" {EMAIL}", password=PASSWORD)
    assert dialogue.step == "meross_found"
    await dialogue.send(name="Plug", role="sub_meter")
    entry = dialogue.created
    assert entry.data["key"] == KEY
    assert len(account.logouts) == 1
    for secret in (KEY, PASSWORD, EMAIL, "token-that"):
        assert secret not in caplog.text
        assert secret == KEY or secret not in str(dict(entry.data))
    logins = len(account.logins)
    await meross.house.reload(entry)
    assert len(account.logins) == logins


async def test_logging_in_with_a_code(meross: MerossAtHome, account: CloudServer) -> None:
    """Asked for by those accounts that want it, and as often as it is wrong."""
    account.code = CODE
    dialogue = await begin(meross.house)
    await dialogue.send(address=meross.server.address)
    await choose(meross.house, dialogue, "meross_login")
    await dialogue.send(email=EMAIL, password=PASSWORD)
    assert dialogue.step == "meross_mfa"
    await dialogue.send(code="000000")
    assert dialogue.errors == {"code": "meross_code_wrong"}
    account.status = cloud.CODE_NEEDED
    await dialogue.send(code=CODE)
    assert dialogue.errors == {"code": "meross_code_wrong"}
    account.status = None
    await dialogue.send(code=f"{CODE} ")
    assert dialogue.step == "meross_found"


async def test_logging_in_goes_wrong(meross: MerossAtHome, account: CloudServer) -> None:
    """Locked, out of order, or another account; one that worked is not asked again."""
    dialogue = await begin(meross.house)
    await dialogue.send(address=meross.server.address)
    await choose(meross.house, dialogue, "meross_login")
    account.status = 1301
    await dialogue.send(email=EMAIL, password=PASSWORD)
    assert dialogue.errors == {"base": "meross_login_locked"}
    account.status = 5
    await dialogue.send(email=EMAIL, password=PASSWORD)
    assert dialogue.errors == {"base": "meross_login_unreachable"}
    account.status, account.key = None, OTHER_KEY
    await dialogue.send(email=EMAIL, password=PASSWORD)
    assert dialogue.errors == {"base": "meross_other_account"}
    account.key = KEY
    await meross.server.stop()
    await dialogue.send(email=EMAIL, password=PASSWORD)
    assert dialogue.errors == {"base": "meross_cannot_connect"}
    logins = len(account.logins)
    await meross.server.start()
    await dialogue.send(email=EMAIL, password=PASSWORD)
    assert dialogue.step == "meross_found"
    assert len(account.logins) == logins


async def reauth(meross: MerossAtHome) -> Dialogue:
    """Begin to give the plug another key."""
    return await Dialogue.of_entry(meross.house, meross.entry, SOURCE_REAUTH)


async def test_another_key(meross: MerossAtHome) -> None:
    """It is tried before it is kept."""
    await meross.move_in()
    meross.server.key = OTHER_KEY
    dialogue = await reauth(meross)
    await choose(meross.house, dialogue, "meross_key")
    await dialogue.send(key="wrong")
    assert dialogue.errors == {"base": "meross_invalid_auth"}
    await dialogue.send(key=OTHER_KEY)
    assert dialogue.reason == "reauth_successful"
    assert meross.entry.data["key"] == OTHER_KEY
    await meross.house.hass.async_block_till_done()
    assert meross.entry.state is ConfigEntryState.LOADED


async def test_another_key_by_logging_in(meross: MerossAtHome, account: CloudServer) -> None:
    """The same menu as for a new plug."""
    await meross.move_in()
    meross.server.key = account.key = OTHER_KEY
    dialogue = await reauth(meross)
    await choose(meross.house, dialogue, "meross_login")
    await dialogue.send(email=EMAIL, password=PASSWORD)
    assert dialogue.reason == "reauth_successful"
    assert meross.entry.data["key"] == OTHER_KEY


async def test_the_key_of_another_plug_is_tried_first(
    meross: MerossAtHome, other: MerossServer
) -> None:
    """All plugs of an account have one: whoever entered it for one is not asked again."""
    await meross.move_in()
    other.key = meross.server.key = OTHER_KEY
    second = MerossAtHome(meross.house, other)
    await second.move_in()
    dialogue = await reauth(meross)
    assert dialogue.reason == "reauth_successful"
    assert meross.entry.data["key"] == OTHER_KEY


async def test_a_key_is_not_taken_from_another_plug(
    meross: MerossAtHome, other: MerossServer
) -> None:
    """A key that fits to what answers there, which is another plug by now, helps nobody."""
    await meross.move_in()
    meross.server.device, meross.server.key = other.device, OTHER_KEY
    dialogue = await reauth(meross)
    await choose(meross.house, dialogue, "meross_key")
    await dialogue.send(key=OTHER_KEY)
    assert dialogue.reason == "meross_other_device"
    assert meross.entry.data["key"] == KEY


async def test_a_plug_that_has_moved(meross: MerossAtHome, other: MerossServer) -> None:
    """Another plug at the new address is refused."""
    await meross.move_in()
    await meross.server.stop()
    meross.server.port = 0
    await meross.server.start()
    dialogue = await Dialogue.of_entry(meross.house, meross.entry, "reconfigure")
    assert dialogue.shown == {"device": "Plug"}
    await dialogue.send(address="not an address")
    assert dialogue.errors == {"address": "meross_invalid_address"}
    await dialogue.send(address=other.address)
    assert dialogue.errors == {"base": "meross_other_device"}
    await dialogue.send(address=meross.server.address)
    assert dialogue.reason == "reconfigure_successful"
    assert meross.entry.data["host"] == meross.server.address
    await meross.house.hass.async_block_till_done()
    assert meross.entry.state is ConfigEntryState.LOADED


def loopback(monkeypatch: pytest.MonkeyPatch, server: MerossServer) -> None:
    """Let devices listen on the simulator's port: who asks for an address names no port."""
    monkeypatch.setattr("custom_components.ecom.families.meross.flow.HTTP_PORT", server.port)


async def test_a_plug_that_is_discovered(
    meross: MerossAtHome, other: MerossServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a key that is known there is nothing to ask but its name."""
    await meross.move_in()
    loopback(monkeypatch, other)
    dialogue = await dhcp(meross.house, "127.0.0.1", serial_of(other.device).lower())
    assert dialogue.step == "meross_found"
    await dialogue.send(name="Second", role="sub_meter")
    assert dialogue.created.unique_id == f"meross:{serial_of(other.device)}"


async def test_a_first_plug_that_is_discovered(
    meross: MerossAtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key is asked for."""
    loopback(monkeypatch, meross.server)
    mac = serial_of(meross.server.device).lower()
    dialogue = await dhcp(meross.house, "127.0.0.1", mac, "Meross_Smart_Plug")
    await choose(meross.house, dialogue, "meross_key")
    await dialogue.send(key=KEY)
    await dialogue.send(name="First", role="sub_meter")
    assert dialogue.created.state is ConfigEntryState.LOADED


async def test_what_is_discovered_and_of_no_use(
    meross: MerossAtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is bothered with it."""
    loopback(monkeypatch, meross.server)
    await meross.server.stop()
    dialogue = await dhcp(meross.house, "127.0.0.1", "48e1e9999999")
    assert dialogue.reason == "meross_not_usable"


async def test_a_known_plug_is_followed(meross: MerossAtHome) -> None:
    """To its new address, on the port that it had; and no second time while nothing changes."""
    port = meross.server.port
    await meross.move_in()
    data = {**meross.entry.data, "host": f"192.0.2.9:{port}"}
    meross.house.hass.config_entries.async_update_entry(meross.entry, data=data)
    before = meross.source
    mac = serial_of(meross.server.device).lower()
    dialogue = await dhcp(meross.house, "127.0.0.1", mac)
    assert dialogue.reason == "already_configured"
    assert meross.entry.data["host"] == f"127.0.0.1:{port}"
    await meross.house.hass.async_block_till_done()
    assert meross.source is not before
    after = meross.source
    assert (await dhcp(meross.house, "127.0.0.1", mac)).reason == "already_configured"
    assert meross.source is after


async def test_a_known_plug_is_followed_whatever_its_mac(meross: MerossAtHome) -> None:
    """Meross has more prefixes than the manifest names: what is registered is known."""
    trace = made_up_plug()
    trace.all["system"]["hardware"]["macAddress"] = "02:11:22:33:44:55"
    await meross.is_a(MerossDevice(trace, live=True, clock=made_up().clock))
    await meross.move_in()
    data = {**meross.entry.data, "host": f"192.0.2.9:{meross.server.port}"}
    meross.house.hass.config_entries.async_update_entry(meross.entry, data=data)
    dialogue = await dhcp(meross.house, "127.0.0.1", "021122334455")
    assert dialogue.reason == "already_configured"
    assert meross.entry.data["host"] == meross.server.address


async def test_a_plug_that_is_ignored(meross: MerossAtHome) -> None:
    """It stays so."""
    serial = serial_of(meross.server.device)
    ignored = MockConfigEntry(
        domain=DOMAIN, unique_id=f"meross:{serial}", source=SOURCE_IGNORE, data={}
    )
    ignored.add_to_hass(meross.house.hass)
    dialogue = await dhcp(meross.house, "127.0.0.1", serial.lower())
    assert dialogue.reason == "already_configured"


@pytest.mark.parametrize(
    ("mac", "hostname", "reason"),
    [
        ("001122334455", "kettle", "not_supported"),
        ("001122334455", "Meross_Smart_Plug", "meross_not_usable"),
        ("34298f1aaaaa", "", "meross_not_usable"),
        ("34298f2aaaaa", "", "not_supported"),
    ],
)
async def test_who_is_claimed(
    meross: MerossAtHome, mac: str, hostname: str, reason: str, monkeypatch: Any
) -> None:
    """By MAC or by name; others are somebody else's."""
    loopback(monkeypatch, meross.server)
    await meross.server.stop()
    dialogue = await dhcp(meross.house, "127.0.0.1", mac, hostname)
    assert dialogue.reason == reason
