"""The simulated WES says what a real one could, and its faults are what they are called."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from custom_components.ecom.errors import CannotConnect, InvalidAuth
from custom_components.ecom.families.wes.client import Address, WesClient
from custom_components.ecom.families.wes.protocol import (
    COUNTERS,
    Contract,
    Kind,
    Period,
    Point,
    Quantity,
    Value,
)
from custom_components.ecom.families.wes.protocol.page import read
from scripts.simulators.wes import make_setup, parse
from scripts.simulators.wes_faults import Fault
from scripts.simulators.wes_house import House
from scripts.simulators.wes_http import Accounts
from scripts.simulators.wes_page import Firmware
from scripts.simulators.wes_server import Setup, WesServer
from scripts.tools.pure import ROOT
from tests.families.wes.rude import http, rude

NOON = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
ON, OFF = True, False

pytestmark = pytest.mark.usefixtures("socket_enabled")


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.now = NOON

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def pass_(self, **delta: float) -> None:
        """Let some time pass."""
        self.now += timedelta(**delta)


@pytest.fixture
def clock() -> Clock:
    """Return a clock for a server."""
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[WesServer]:
    """Return a server that has everything."""
    async with WesServer(clock=clock) as server:
        yield server


@pytest.fixture
async def client(server: WesServer) -> AsyncIterator[WesClient]:
    """Return a client of its administrator."""
    client = WesClient(Address.parse(server.address), "admin", "wes")
    yield client
    await client.close()


def values(body: bytes) -> dict[str, Value]:
    """Return what a page says, by the points' keys."""
    return {str(point): value for point, value in read(body).values.items()}


def relays(body: bytes) -> tuple[Value, Value]:
    """Return the two relays on board, as a page or an answer states them."""
    found = values(body)
    return found["relay1/state"], found["relay2/state"]


@pytest.mark.parametrize(
    ("firmware", "kinds"),
    [
        (Firmware.V061, {Kind.COUNTER: 4, Kind.CLAMP: 4, Kind.SWITCH: 8}),
        (Firmware.V084, {Kind.TELEINFO: 1, Kind.COUNTER: 4, Kind.CLAMP: 2, Kind.SWITCH: 24}),
        (
            Firmware.FULL,
            {Kind.TELEINFO: 3, Kind.COUNTER: 6, Kind.CLAMP: 4, Kind.SWITCH: 24, Kind.MAINS: 1},
        ),
    ],
)
def test_each_firmware_has_its_inputs(
    firmware: Firmware, kinds: dict[Kind, int], clock: Clock
) -> None:
    """As many as that generation has; probes, inputs and the like always."""
    report = read(WesServer(Setup(firmware=firmware), clock=clock).page())
    relays = 10 if firmware is Firmware.FULL else 2
    found: dict[Kind, set[int]] = {}
    for point in report.values:
        found.setdefault(point.kind, set()).add(point.number)
    assert {kind: len(numbers) for kind, numbers in found.items()} == {
        Kind.PROBE: 30,
        Kind.RELAY: relays,
        Kind.INPUT: 2,
        Kind.ANALOG: 4,
        Kind.VARIABLE: 8,
        **kinds,
    }
    assert report.clock == datetime(2026, 6, 3, 14, 0)  # noqa: DTZ001 - as the server states it
    assert str(report.firmware).removeprefix("V").startswith(("0.61", "0.84", "0.85"))


def test_the_real_page_of_061_has_the_same_tags(clock: Clock) -> None:
    """The same points in the same order as the page that was published."""
    real = ROOT / "tests" / "fixtures" / "wes" / "wes_061d_2017-05-01.xml"
    simulated = WesServer(Setup(firmware=Firmware.V061), clock=clock).page()
    assert list(read(simulated).values) == list(read(real.read_bytes()).values)


@pytest.mark.parametrize("house", [*House])
@pytest.mark.parametrize("firmware", [*Firmware])
def test_counters_never_fall(firmware: Firmware, house: House, clock: Clock) -> None:
    """Over days, midnights and the colours of Tempo."""
    server = WesServer(Setup(firmware=firmware, house=house), clock=clock)
    pages = []
    for _ in range(150):
        clock.pass_(minutes=97)
        found = read(server.page()).values
        pages.append(
            {
                point: value
                for point, value in found.items()
                if point.quantity in COUNTERS and isinstance(value, int)
            }
        )
    for earlier, later in pairwise(pages):
        assert earlier.keys() == later.keys()
        assert all(value <= later[point] for point, value in earlier.items())
    assert pages[0] != pages[-1]


def test_contracts_of_the_full_page(clock: Clock) -> None:
    """Tempo on three phases, peak and off-peak hours, and a producer."""
    found = values(WesServer(clock=clock).page())
    contracts = [found[f"tic{number}/contract"] for number in (1, 2, 3)]
    assert contracts == [Contract.TEMPO, Contract.PEAK_OFF_PEAK, Contract.PRODUCER]
    assert found["tic2/period"] is Period.PEAK
    assert str(found["tic1/period"]).endswith("_peak")
    assert found["tic1/tomorrow"] is not None
    assert found["tic3/production"]
    clock.pass_(hours=12)
    assert values(WesServer(clock=clock).page())["tic2/period"] is Period.OFF_PEAK


def test_servers_differ_and_repeat(clock: Clock) -> None:
    """Two of one serial number agree; two houses or serial numbers do not."""
    pages = [
        WesServer(Setup(serial=serial, house=house), clock=clock).page()
        for serial, house in ((1, House.GRID), (1, House.GRID), (2, House.GRID), (1, House.FLAT))
    ]
    assert pages[0] == pages[1]
    assert len(set(pages)) == 3


async def test_commands(server: WesServer, client: WesClient) -> None:
    """One relay, both, a card, toggles; what is not there stays that way."""
    assert relays(await client.relay(1, ON)) == (True, False)
    assert relays(await client.relay(9, ON)) == (True, True)
    assert relays(await client.relay(3, OFF)) == (True, True)
    await client.relay(109, ON)
    assert all(server.outputs.relays.values())
    await client._command("/rl.cgi?frl=2")
    assert not server.outputs.relays[2]
    await client._command("/AJAX.cgx?fvs=24")
    await client.virtual_switch(99, ON)
    assert [number for number, on in server.outputs.switches.items() if on] == [24]
    await client._command("/AJAX.cgx?nonsense")
    assert server.requests[-1] == "/ajax.cgx?nonsense"


async def test_relay_faults(server: WesServer, client: WesClient, clock: Clock) -> None:
    """Refused, late, and back by itself."""
    server.faults = {Fault.RELAY_REFUSES}
    assert relays(await client.relay(1, ON)) == (False, False)
    server.faults = {Fault.RELAY_LATE}
    assert relays(await client.relay(1, ON)) == (False, False)
    clock.pass_(seconds=4)
    assert relays(await client.page()) == (False, False)
    clock.pass_(seconds=1)
    assert relays(await client.page()) == (True, False)
    server.faults = {Fault.RELAY_FLIPS}
    assert relays(await client.relay(2, ON)) == (True, True)
    clock.pass_(seconds=3)
    assert relays(await client.page()) == (True, False)


async def test_a_lost_teleinfo(server: WesServer, client: WesClient) -> None:
    """Its counters are at zero and its meter is gone; the clamps are still there."""
    server.faults.add(Fault.ZERO)
    body = await client.page()
    assert b"<BBRHPJB>000000000<" in body or b"<BBRHPJB>0<" in body
    assert body.count(b"<ADCO>Pas Dispo</ADCO>") == 3
    assert read(body).values[Point(Kind.CLAMP, 1, Quantity.IMPORT)]


async def test_other_faults(server: WesServer, client: WesClient, clock: Clock) -> None:
    """Garbage says nothing; a reboot takes twenty seconds of each minute."""
    server.faults = {Fault.GARBAGE}
    assert not read(await client.page()).values
    server.faults = {Fault.UNAUTHORISED}
    with pytest.raises(InvalidAuth):
        await client.page()
    server.faults = {Fault.REBOOT}
    assert await client.page()
    clock.pass_(seconds=40)
    with pytest.raises(CannotConnect):
        await client.page()
    clock.pass_(seconds=20)
    assert await client.page()


async def test_a_server_that_was_switched_off(server: WesServer, client: WesClient) -> None:
    """It comes back on the same ports."""
    await server.stop()
    with pytest.raises(CannotConnect):
        await client.page()
    await server.start()
    assert await client.page()


async def test_what_a_test_replaces(server: WesServer, client: WesClient, tmp_path: Path) -> None:
    """Single texts, a tag less, a new section, the whole page; or a file, read each time."""
    server.values = {"tic1/PAP": "1234", "tic1/PTEC": None, "new/TAG": "x"}
    body = await client.page()
    assert values(body)["tic1/apparent_power"] == 1234
    assert "tic1/period" not in values(body)
    assert b"<new><TAG>x</TAG></new>" in body
    server.body = b"<data>"
    assert await client.page() == b"<data>"
    file = tmp_path / "page.xml"
    async with WesServer(Setup(data=file, accounts=Accounts(user=""))) as other:
        anonymous = WesClient(Address.parse(other.address))
        for content in (b"<data>1", b"<data>2"):
            file.write_bytes(content)
            assert await anonymous.page() == content
        await anonymous.close()


async def test_an_input_calls_the_webhook() -> None:
    """Once for each change, as the device does; a wrong URL harms nobody."""
    async with rude(http(b"")) as home:
        url = f"http://127.0.0.1:{home.port}/api/webhook/abc?value=1"
        async with WesServer(Setup(webhook=url)) as server:
            for on in (True, True, False):
                await server.set_input(1, on)
            assert values(server.page())["input1/state"] is False
        assert server.calls == 2
        assert [heard.split()[1] for heard in home.heard] == [b"/api/webhook/abc?value=1"] * 2
    async with WesServer(Setup(webhook=url)) as server:
        await server.set_input(2, ON)
    assert server.calls == 0


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"GET /nothing HTTP/1.1\r\nAuthorization: Basic YWRtaW46d2Vz\r\n\r\n", b"404"),
        (b"GET / HTTP/1.1\r\nauthorization: basic YWRtaW46d2Vz\r\n\r\n", b"200"),
        (b"GET / HTTP/1.1\r\nAuthorization: Basic !!!\r\n\r\n", b"401"),
        (b"GET / HTTP/1.1\r\nAuthorization: Digest YWRtaW46d2Vz\r\n\r\n", b"401"),
        (b"POST / HTTP/1.1\r\n\r\n", b"400"),
        (b"\r\n", b"400"),
    ],
)
async def test_the_little_http(server: WesServer, said: bytes, status: bytes) -> None:
    """Only a GET, and only with the right account."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(said)
    assert (await reader.read()).split()[1] == status
    writer.close()


async def test_the_text_protocol(server: WesServer) -> None:
    """Each answer begins with the question; what is not known is not answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.m2m_port)
    writer.write(b"gI000\r\ngX999\r\n")
    assert await reader.readline() == b"gI000=02E750000001\r\n"
    assert await reader.readline() == b"gX999=???\r\n"
    writer.close()
    async with WesServer(Setup(m2m_port=None)) as other:
        assert other.m2m_port is None


async def test_the_command_line() -> None:
    """The first line says where it listens, and a signal ends it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scripts.simulators.wes"),
        *("--firmware", "0.61", "--fault", "zero", "relay-late", "--serial", "7"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    where = json.loads(await process.stdout.readline())
    client = WesClient(
        Address(
            host="127.0.0.1",
            http_port=int(where["address"].rpartition(":")[2]),
            m2m_port=where["m2m"],
        ),
        "admin",
        "wes",
    )
    assert read(await client.page()).firmware == "V0.61D"
    assert await client.mac() == "02e750000007"
    await client.close()
    process.terminate()
    assert await process.wait() == 0


def test_arguments() -> None:
    """Each of them arrives where it belongs; several faults can be played at once."""
    arguments = parse(
        [
            *("--fault", "slow", "--fault", "byte", "zero", "--no-m2m", "--house", "flat"),
            *("--user", "u", "--password", "p", "--reader-user", "r", "--reader-password", "q"),
            *("--drift", "-90", "--webhook", "http://h/x", "--port", "1", "--serial", "3"),
        ]
    )
    assert arguments.fault == [Fault.SLOW, Fault.BYTE, Fault.ZERO]
    assert make_setup(arguments) == Setup(
        house=House.FLAT,
        serial=3,
        accounts=Accounts(user="u", password="p", reader_user="r", reader_password="q"),
        port=1,
        m2m_port=None,
        webhook="http://h/x",
        drift=timedelta(seconds=-90),
    )


@pytest.mark.parametrize(
    "argument",
    ["--port=70000", "--serial=-1", "--drift=nan", "--input-every=0", "--fault=none", "--house=x"],
)
def test_wrong_arguments(argument: str) -> None:
    """They are told, with 2 as the exit code."""
    with pytest.raises(SystemExit) as caught:
        parse([argument])
    assert caught.value.code == 2
