"""Whatever answers, and whatever it says: a clear error, or a value that can be."""

import json
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from math import isfinite

import pytest
from aiohttp import ClientSession
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, Platform

from custom_components.ecom.errors import CannotConnect, DeviceError, EcomError, InvalidAuth
from custom_components.ecom.families.meross.address import Address
from custom_components.ecom.families.meross.client import MerossClient
from custom_components.ecom.families.meross.models import hours, identity, measured, switches
from custom_components.ecom.plugs import Quantity
from scripts.simulators.meross_server import KEY, MerossServer
from scripts.simulators.meross_wire import Aes, reply
from scripts.simulators.plug_faults import Fault, Pace
from tests.families.meross.at_home import MerossAtHome, made_up
from tests.families.meross.rude import ODD, DamagedServer, RudeServer, damaged, http
from tests.house import House

pytestmark = pytest.mark.usefixtures("socket_enabled")

SIGNED = reply(
    {"messageId": "0" * 32, "namespace": "Appliance.System.Ability", "method": "GET"},
    {"ability": {}}, uuid="0" * 32, key=KEY, now=1,
)  # fmt: skip


def client_of(session: ClientSession, port: int, timeout_s: float = 5.0) -> MerossClient:
    """Return a client of what listens on a port."""
    return MerossClient(session, Address(host="127.0.0.1", port=port), KEY, timeout_s=timeout_s)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "ServerDisconnectedError"),
        (b"\x00\xff\x00garbage\r\n\r\n", "no answer"),
        (http("", "404 Not Found"), "HTTP status 404"),
        (http("busy", "503 Service Unavailable"), "HTTP status 503"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n", "302"),
        (http("<html><body>A printer</body></html>"), "cannot be read"),
        (http(""), "cannot be read"),
        (http(b"\xff\xfe{}"), "no text"),
        (http("[]"), "no message"),
        (http("null"), "no message"),
        (http("{}"), "no message"),
        (http('{"header": 1, "payload": {}}'), "no message"),
        (http('{"header": {}, "payload": []}'), "no message"),
        (http("[" * 100_000), "cut off"),
        (http('{"header": {"a": "' + "x" * 3000), "cut off after 3018"),
        (http(json.dumps(SIGNED)[:80]), "cannot be read"),
        (http(json.dumps(SIGNED), length=9999), "no answer"),
        (http(json.dumps(SIGNED)), "something else"),
        (http("9" * 5000), "cut off"),
    ],
    ids=range(19),
)
async def test_what_is_no_answer(session: ClientSession, answer: bytes, says: str) -> None:
    """Each is told as not being one, in words that help."""
    async with RudeServer(answer) as server:
        with pytest.raises(CannotConnect, match=says):
            await client_of(session, server.port).identify()


async def test_a_body_that_does_not_end(session: ClientSession) -> None:
    """It is not read on for ever."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    async with RudeServer(head, repeats=True) as server:
        with pytest.raises(CannotConnect, match="does not end"):
            await client_of(session, server.port).identify()


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
async def test_an_answer_that_does_not_come(session: ClientSession, begun: bytes) -> None:
    """It is waited for, and not for ever."""
    async with RudeServer(begun, hangs_up=False) as server:
        with pytest.raises(CannotConnect, match="in time"):
            await client_of(session, server.port, timeout_s=0.05).identify()


async def test_an_answer_that_comes_late(session: ClientSession) -> None:
    """The simulator's own fault: slower than the time-out."""
    async with MerossServer(faults=[Fault.LATE], pace=Pace(late_s=0.5)) as server:
        with pytest.raises(CannotConnect, match="in time"):
            await client_of(session, server.port, timeout_s=0.05).identify()


async def test_nobody_listens(session: ClientSession) -> None:
    """A closed port."""
    async with RudeServer(b"") as server:
        port = server.port
    with pytest.raises(CannotConnect, match="no answer"):
        await client_of(session, port).identify()


@pytest.fixture
async def server() -> AsyncIterator[DamagedServer]:
    """Return a device whose answers can be damaged."""
    async with DamagedServer() as server:
        yield server


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ({"sign": "0" * 32}, "not signed"),
        ({"sign": None}, "not signed"),
        ({"timestamp": 5}, "not signed"),
        ({"messageId": "0" * 32}, "something else"),
        ({"namespace": "Appliance.System.All"}, "something else"),
        ({"method": "PUSH"}, "something else"),
        ({"method": "SETACK"}, "something else"),
    ],
    ids=str,
)
async def test_an_answer_to_something_else(
    session: ClientSession, server: DamagedServer, header: dict[str, object], says: str
) -> None:
    """Not believed, even if all the rest is right."""
    server.damage = lambda whole: whole | {"header": whole["header"] | header}
    with pytest.raises(CannotConnect, match=says):
        await client_of(session, server.port).identify()


async def test_an_answer_without_a_signature(session: ClientSession, server: DamagedServer) -> None:
    """Whoever has the key signs."""
    server.damage = lambda whole: (
        whole | {"header": {k: v for k, v in whole["header"].items() if k != "sign"}}
    )
    with pytest.raises(CannotConnect, match="not signed"):
        await client_of(session, server.port).identify()


@pytest.mark.parametrize(
    "error", [*ODD, {"code": 5001.5}, {"code": "5001"}, {"code": 5000}], ids=repr
)
async def test_errors_that_are_stated(
    session: ClientSession, server: DamagedServer, error: object
) -> None:
    """Only 5001 speaks of the key."""
    server.damage = lambda whole: {
        "header": whole["header"] | {"method": "ERROR"},
        "payload": {"error": error},
    }
    with pytest.raises(DeviceError):
        await client_of(session, server.port).identify()


async def test_a_wrong_key_says_so(session: ClientSession, server: DamagedServer) -> None:
    """With the device's own number."""
    server.key = "f" * 32
    with pytest.raises(InvalidAuth, match="5001"):
        await client_of(session, server.port).identify()


async def test_a_cipher_of_somebody_else(session: ClientSession) -> None:
    """An answer in cipher that our key does not open is none."""
    device = made_up(encrypted=True)
    async with MerossServer(device) as server:
        client = client_of(session, server.port)
        await client.identify()
        other = Aes(device.uuid, device.mac, "f" * 32).encrypt('{"header": {}, "payload": {}}')
    async with RudeServer(http(other)) as rude:
        client._lan._url = f"http://127.0.0.1:{rude.port}/config"
        with pytest.raises(CannotConnect, match="cannot be read"):
            await client.measured()


@pytest.mark.parametrize("seed", range(120))
async def test_damaged_answers_raise_nothing_else(
    session: ClientSession, server: DamagedServer, seed: int
) -> None:
    """Whole messages, damaged anywhere: an error of ECOM's own, or an answer; then it is well."""
    lots = random.Random(seed)
    server.damage = lambda whole: (
        damaged(lots, whole, payload_only=seed % 2 == 0) if lots.random() < 0.6 else whole
    )
    client = client_of(session, server.port)
    for ask in (client.identify, client.overview, client.measured, client.days, client.hours):
        with suppress(EcomError):
            await ask()
    server.damage = None
    assert (await client.identify()).model == "mss310"


async def test_damaged_values_are_not_published(house: House, socket_enabled: None) -> None:
    """At home, for hundreds of answers: what is shown can be, and the total never falls."""
    del socket_enabled
    house.freezer.move_to("2026-06-03 12:00:00+00:00")
    async with DamagedServer(made_up()) as server:
        server.device.set_power(0, 500)
        home = MerossAtHome(house, server)
        await home.move_in()
        before, worked = home.values()["energy"], 0
        for seed in range(250):
            lots = random.Random(seed)
            server.damage = lambda whole, lots=lots: damaged(lots, whole, payload_only=True)
            house.freezer.tick(60)
            worked += await home.poll()
            before = max(before, _check(home, before))
        assert worked > 40
        server.damage = None
        await home.count()
        assert home.values()["power"] == 500
        assert set(home.source.state.channels) == {"outlet0"}
        await house.close()


def _check(home: MerossAtHome, before: float) -> float:
    """Check all that is shown; return the total."""
    total = before
    for key in ("power", "voltage", "current", "energy"):
        shown = home.shown(f"outlet0/{key}")
        if shown in (STATE_UNAVAILABLE, STATE_UNKNOWN):
            continue
        value = float(shown)
        assert isfinite(value)
        if key == "voltage":
            assert 0 <= value <= 600
        if key == "energy":
            assert value >= before
            total = value
    assert home.shown("outlet0/state", Platform.SWITCH) in ("on", "off", STATE_UNAVAILABLE)
    return total


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_values_are_left_out(odd: object) -> None:
    """One by one, where numbers, lists and objects are expected."""
    found = measured({"electricity": {"channel": 0, "power": odd, "voltage": odd}}, several=True)
    assert all(value is None or isfinite(value) for value in found[0].values())
    assert all(
        isfinite(v or 0)
        for each in measured({"electricity": odd}, several=False).values()
        for v in each.values()
    )
    assert set(switches({"digest": {"togglex": odd}}).values()) <= {True, False}
    assert set(switches({"digest": odd, "control": odd})) == set()
    assert switches({"digest": {"togglex": [{"channel": 0, "onoff": odd}]}}) in (
        {},
        {0: True},
        {0: False},
    )
    assert isinstance(
        hours({"consumptionH": [{"channel": 0, "data": [{"timestamp": odd, "value": odd}]}]}), dict
    )
    with pytest.raises(CannotConnect):
        identity({"system": {"hardware": odd}})


@pytest.mark.parametrize(
    ("stated", "several", "volts"),
    [(2331, False, 233.1), (233_100, False, None), (233_680, True, 233.68), (2336, True, 233.6)],
)
def test_the_unit_of_a_voltage(stated: int, volts: float | None, *, several: bool) -> None:
    """Tenths, or thousandths where the number could be nothing else."""
    found = measured({"electricity": {"voltage": stated}}, several=several)
    assert found[0][Quantity.VOLTAGE] == (None if volts is None else pytest.approx(volts))
