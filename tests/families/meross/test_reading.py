"""What is made of answers that are whole, signed, and odd."""

from datetime import UTC

import pytest
from aiohttp import ClientSession
from homeassistant.data_entry_flow import UnknownStep

from custom_components.ecom.errors import CannotConnect, Unsupported
from custom_components.ecom.families.meross.address import Address
from custom_components.ecom.families.meross.client import MerossClient
from custom_components.ecom.families.meross.coordinator import zone_named
from custom_components.ecom.families.meross.flow import MerossFlow
from custom_components.ecom.families.meross.models import channel_of, clock, days, hours, switches
from custom_components.ecom.plugs import ChannelKind
from scripts.simulators.meross_server import KEY
from tests.families.meross.at_home import MerossAtHome, made_up
from tests.families.meross.rude import DamagedServer, Json


def test_how_channels_are_named() -> None:
    """Outlets by their number, meters too; what a strip measures as a whole is its total."""
    one = channel_of(0, switched=[0], measures=[0])
    assert (one.key, one.kind, one.number) == ("outlet0", ChannelKind.OUTLET, 1)
    whole = channel_of(0, switched=[1, 2], measures=[0])
    assert (whole.key, whole.kind) == ("total", ChannelKind.TOTAL)
    clamp = channel_of(0, switched=[], measures=[0])
    assert (clamp.key, clamp.kind, clamp.number) == ("meter0", ChannelKind.METER, 1)


@pytest.mark.parametrize("stamp", [10**18, 10**400, -5, 0, "1", None, True])
def test_moments_that_cannot_be(stamp: object) -> None:
    """Left out, as a clock and as an hour."""
    assert clock({"system": {"time": {"timestamp": stamp}}}).now is None
    item = {"timestamp": stamp, "value": 1}
    assert hours({"consumptionH": [{"channel": 0, "data": [item, 5]}]}) == {0: []}


@pytest.mark.parametrize("day", ["2026-02-30", "2026-6-3", "20260603", "today", 5, None])
def test_days_that_are_none(day: object) -> None:
    """A calendar is asked."""
    assert days({"consumptionx": [{"date": day, "value": 1}, 7]}) == []


@pytest.mark.parametrize("value", [-1, 100_001, 1.5, "1", True, None, float("nan")])
def test_energies_that_are_none(value: object) -> None:
    """Less than nothing, more than a socket carries, or no whole number of Wh."""
    assert days({"consumptionx": [{"date": "2026-06-03", "value": value}]}) == []


def test_too_many_channels_are_none() -> None:
    """4294967295 stands for all of them in some answers."""
    togglex = [{"channel": n, "onoff": 1} for n in (0, -1, 32, 4294967295, True, "1")]
    assert switches({"digest": {"togglex": togglex}}) == {0: True}


@pytest.mark.parametrize("name", ["Nowhere/Else", "../../etc/passwd", "", "\0", "x" * 5000, "."])
async def test_zones_that_are_none(name: str) -> None:
    """Days begin at midnight UTC then."""
    assert await zone_named(name) in (None, UTC)


async def test_counters_that_do_not_come(meross: MerossAtHome) -> None:
    """Power and switch are read all the same; the total goes stale, and comes back."""
    await meross.move_in()
    energy = meross.values()["energy"]
    device = meross.server.device
    true = device.tell

    def tell(namespace: str, payload: Json) -> Json:
        if namespace.endswith("ConsumptionX"):
            return {"consumptionx": "none"}
        return true(namespace, payload)

    device.tell = tell  # type: ignore[method-assign]
    await meross.later(200)
    assert meross.shown("outlet0/energy") == "unavailable"
    assert float(meross.shown("outlet0/power")) > 0
    assert meross.reachable == "on"
    device.tell = true  # type: ignore[method-assign]
    await meross.later(70)
    assert meross.values()["energy"] >= energy


async def test_outlets_that_are_not_told_yet(meross: MerossAtHome) -> None:
    """What is measured waits until it is known to be an outlet's: no second name for one."""
    device = meross.server.device
    digest = device.all.pop("digest")
    await meross.move_in()
    assert not meross.source.state.channels
    device.all["digest"] = digest
    await meross.count()
    assert meross.is_on() == "on"
    assert set(meross.values()) == {"power", "voltage", "current", "energy"}


@pytest.mark.usefixtures("socket_enabled")
async def test_a_cipher_without_a_name(session: ClientSession) -> None:
    """A device that encrypts must say its uuid in plain text, or its cipher is unknown."""
    async with DamagedServer(made_up(encrypted=True)) as server:
        server.damage = lambda whole: whole | {"header": whole["header"] | {"from": "somewhere"}}
        client = MerossClient(session, Address(host="127.0.0.1", port=server.port), KEY)
        with pytest.raises(Unsupported, match="uuid"):
            await client.identify()


@pytest.mark.usefixtures("socket_enabled")
async def test_a_device_without_abilities(session: ClientSession) -> None:
    """It says nothing that could be asked for."""
    async with DamagedServer(made_up()) as server:
        server.damage = lambda whole: whole | {"payload": {"ability": []}}
        client = MerossClient(session, Address(host="127.0.0.1", port=server.port), KEY)
        with pytest.raises(CannotConnect, match="what it can do"):
            await client.identify()


async def test_no_step_comes_before_its_device() -> None:
    """Whoever calls it by hand is told that there is none."""
    with pytest.raises(UnknownStep):
        await MerossFlow().async_step_meross_found()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Plug", "plug"),
        (" 192.168.1.30 ", "192.168.1.30"),
        ("192.168.1.30:80", "192.168.1.30"),
        ("http://plug.lan:8080/config", "plug.lan:8080"),
        ("fe80::1", "[fe80::1]"),
        ("[fe80::1]:81", "[fe80::1]:81"),
        ("plug.", "plug"),
    ],
)
def test_addresses_as_they_are_typed(text: str, shown: str) -> None:
    """Each is understood, and shown as short as can be."""
    address = Address.parse(text)
    assert str(address) == shown
    assert Address.parse(shown) == address


@pytest.mark.parametrize("text", ["-a", "a..b", "a" * 64, "1.2.3.4.5", "999.1.1.1", "a:0"])
def test_addresses_that_are_none(text: str) -> None:
    """Names have a form, and numbers a range."""
    with pytest.raises(ValueError):  # noqa: PT011 - also those of the standard library
        Address.parse(text)
