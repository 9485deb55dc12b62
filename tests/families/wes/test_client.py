"""The client survives whatever a server does, and never has two connections open."""

import asyncio
import base64
import gzip
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from custom_components.ecom.errors import (
    CannotConnect,
    DeviceError,
    EcomError,
    InvalidAuth,
    Unsupported,
)
from custom_components.ecom.families.wes.client import MOST_OCTETS, Address, WesClient
from scripts.simulators.wes_faults import Fault, Pace
from scripts.simulators.wes_server import Setup, WesServer
from tests.families.wes.rude import Talk, for_ever, http, repeating, resetting, rude
from tests.house import until

ON, OFF = True, False

PASSWORD = "s3cr:et-Ωñ"
PAGE = b"<data><info><firmware>V0.61D</firmware></info></data>"
IMPATIENT = 0.1
"""Seconds after which a client in a test gives a silent server up."""

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def server() -> AsyncIterator[WesServer]:
    """Return a simulated WES."""
    async with WesServer(Setup(pace=Pace(before_answer=60, between_octets=60))) as server:
        yield server


@pytest.fixture
async def client(server: WesServer) -> AsyncIterator[WesClient]:
    """Return a client of its administrator."""
    client = WesClient(address_of(server), "admin", "wes")
    yield client
    await client.close()


def address_of(server: WesServer) -> Address:
    """Return where a simulated WES listens."""
    return Address(host="127.0.0.1", http_port=server.port, m2m_port=server.m2m_port or 1)


async def page_from(talk: Talk | bytes, timeout: float = 5) -> bytes:  # noqa: ASYNC109 - the client's own
    """Return the page that a client makes of what a server says."""
    async with rude(talk) as server:
        client = WesClient(server.address, "admin", PASSWORD, timeout=timeout)
        try:
            return await client.page()
        finally:
            await client.close()


async def identified(talk: Talk | bytes) -> None:
    """Identify what talks like this; raises what the client does."""
    async with rude(talk) as server:
        client = WesClient(server.address, "admin", PASSWORD, timeout=5)
        try:
            await client.identify()
        finally:
            await client.close()
            assert len(server.heard) == 1
            assert b"authorization" not in server.heard[0].lower()


async def mac_from(talk: Talk | bytes) -> str | None:
    """Return the MAC address that a client makes of what a server says."""
    async with rude(talk) as server:
        return await WesClient(server.address, m2m_timeout=IMPATIENT).mac()


async def test_a_wes_is_read_and_switched(server: WesServer, client: WesClient) -> None:
    """Everything that the client can do."""
    await client.identify()
    assert b"<relais> <RELAIS1>OFF</RELAIS1>" in await client.page()
    assert await client.is_admin()
    assert b"<RELAIS2>ON</RELAIS2>" in await client.relay(2, ON)
    assert b"<RELAIS103>ON</RELAIS103>" in await client.relay(103, ON)
    assert b"<RELAIS2>OFF</RELAIS2>" in await client.relay(2, OFF)
    await client.virtual_switch(7, ON)
    assert server.outputs.switches[7]
    assert await client.mac() == server.mac == "02e750000001"
    assert server.most_connections == 1
    assert server.requests == [
        *("/data.cgx", "/data.cgx", "/infocfg.htm", "/rl.cgx?rl2=on", "/rl.cgx?rl103=on"),
        *("/rl.cgx?rl2=off", "/ajax.cgx?vs7=on"),
    ]
    assert server.logins == [False] + [True] * 6


async def test_the_read_only_account_reads_only(server: WesServer) -> None:
    """It is told from the administrator's, and its commands are refused."""
    client = WesClient(address_of(server), "user", "wes")
    assert not await client.is_admin()
    assert await client.page()
    with pytest.raises(DeviceError):
        await client.relay(1, ON)
    assert not server.outputs.relays[1]
    await client.close()


async def test_a_wrong_password_is_told(server: WesServer) -> None:
    """By the page, by a command, and as an account that may not switch."""
    client = WesClient(address_of(server), "admin", "wrong")
    with pytest.raises(InvalidAuth):
        await client.page()
    with pytest.raises(InvalidAuth):
        await client.relay(1, ON)
    assert not await client.is_admin()
    await client.close()


async def test_fifty_calls_at_once_are_made_one_by_one(
    server: WesServer, client: WesClient
) -> None:
    """Nobody knows how many connections a WES bears, so it gets one, M2M included."""
    calls = [
        call
        for number in range(10)
        for call in (
            client.page(),
            client.relay(1, number % 2 == 1),
            client.mac(),
            client.is_admin(),
            client.identify(),
        )
    ]
    assert len(await asyncio.gather(*calls)) == 50
    assert server.most_connections == 1
    assert len(server.requests) == 40


@pytest.mark.parametrize("fault", [None, Fault.TRUNCATED, Fault.ENDLESS, Fault.BYTE])
async def test_a_call_ends_with_its_connection(server: WesServer, fault: Fault | None) -> None:
    """Also where it is the client that hangs up: the next one never comes too early."""
    server.faults = {fault} if fault else set()
    client = WesClient(address_of(server), "admin", "wes", timeout=IMPATIENT)
    for _ in range(3):
        for call in (client.mac, client.is_admin, client.page):
            with suppress(CannotConnect):
                await call()
            assert server.connections == 0
    await client.close()
    assert server.most_connections == 1


async def test_two_clients_are_two_connections(server: WesServer) -> None:
    """The simulator would tell: what it counts is what is open at the same time."""
    async with asyncio.timeout(5):
        server.faults.add(Fault.SLOW)
        clients = [WesClient(address_of(server), "admin", "wes") for _ in range(2)]
        reading = [asyncio.ensure_future(client.page()) for client in clients]
        await until(lambda: server.most_connections == 2)
        for client in clients:
            await client.close()
        assert {type(err) for err in await asyncio.gather(*reading, return_exceptions=True)} == {
            CannotConnect
        }


async def test_a_cancelled_call_lets_go(server: WesServer, client: WesClient) -> None:
    """The lock and the connection are free for the next one."""
    server.faults.add(Fault.SLOW)
    reading = asyncio.ensure_future(client.page())
    await until(lambda: server.requests)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    server.faults.clear()
    assert await client.page()
    assert server.most_connections == 1


async def test_a_call_cancelled_while_it_waits_does_no_harm(
    server: WesServer, client: WesClient
) -> None:
    """Neither to the one before it nor to the one behind it."""
    first, second, third = (asyncio.ensure_future(client.page()) for _ in range(3))
    await asyncio.sleep(0)
    second.cancel()
    assert all(await asyncio.gather(first, third))
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.BYTE])
async def test_patience_is_limited(server: WesServer, fault: Fault) -> None:
    """A slow server is given up, also one that always says a little more."""
    server.faults.add(fault)
    client = WesClient(address_of(server), "admin", "wes", timeout=IMPATIENT)
    with pytest.raises(CannotConnect, match="in time"):
        await client.page()
    server.faults.clear()
    assert await client.page()
    await client.close()
    assert server.most_connections == 1


async def test_half_a_page_is_half_a_page(server: WesServer, client: WesClient) -> None:
    """What came is returned: the parser knows what to do with it."""
    server.faults.add(Fault.TRUNCATED)
    half = await client.page()
    assert half.startswith(b"<data><info>")
    assert len(half) == len(server.page()) // 2


async def test_a_rebooting_server_cannot_be_reached(server: WesServer, client: WesClient) -> None:
    """Neither when it drops connections nor when it is gone."""
    server.faults.add(Fault.REBOOT)
    server.clock = lambda: datetime(2026, 1, 1, 0, 0, 45, tzinfo=UTC)
    with pytest.raises(CannotConnect):
        await client.page()
    assert await client.mac() is None
    await server.stop()
    with pytest.raises(CannotConnect, match="refused"):
        await client.page()
    with pytest.raises(CannotConnect):
        await client.relay(1, ON)
    assert await client.mac() is None


@pytest.mark.parametrize("fault", [Fault.UNAUTHORISED, Fault.ENDLESS, Fault.GARBAGE])
async def test_a_fault_ends_with_a_typed_error_or_octets(
    server: WesServer, client: WesClient, fault: Fault
) -> None:
    """Whatever the simulator plays."""
    server.faults.add(fault)
    try:
        assert await client.page()
    except InvalidAuth:
        assert fault is Fault.UNAUTHORISED
    except CannotConnect:
        assert fault is Fault.ENDLESS


CUT = http(PAGE).removesuffix(b"</info></data>")
CHUNKED = http(b"", "Transfer-Encoding: chunked", length=False)
HEADER = "X-Filler: " + "x" * 1000


@pytest.mark.parametrize(
    ("said", "page"),
    [
        (http(PAGE), PAGE),
        (http(PAGE, length=False), PAGE),
        (http(PAGE, length=False).replace(b"HTTP/1.1", b"HTTP/1.0"), PAGE),
        (http(PAGE, "Content-Encoding: identity"), PAGE),
        (http(PAGE, "Set-Cookie: a=b"), PAGE),
        (http(b""), b""),
        (CUT, PAGE.removesuffix(b"</info></data>")),
        (CHUNKED + b"5\r\n<data\r\n1\r\n>\r\n0\r\n\r\n", b"<data>"),
        (CHUNKED + b"5\r\n<data\r\n", b"<data"),
        (CHUNKED + b"50\r\n<data", b"<data"),
        (http(PAGE) + b"\r\n", PAGE),
        (http(b"x" * MOST_OCTETS), b"x" * MOST_OCTETS),
    ],
)
async def test_what_is_understood(said: bytes, page: bytes) -> None:
    """Old and new ways to send a page, and what ends too early."""
    assert await page_from(said) == page


async def test_a_reset_connection_gives_what_came() -> None:
    """As an early end does."""
    assert await page_from(resetting(CUT)) == PAGE.removesuffix(b"</info></data>")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00\x01\x02 nonsense\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
        http(b"", "Transfer-Encoding: chunked"),
        CHUNKED + b"banana\r\n<data>\r\n0\r\n\r\n",
        CHUNKED + b"-5\r\n<data>\r\n0\r\n\r\n",
        CHUNKED + b"ffffffffffffffffff\r\n<data>",
        CHUNKED + b"3\r\n<data>\r\n0\r\n\r\n",
        http(PAGE, *[f"X-{number}: 1" for number in range(2000)]),
        http(PAGE, "X-Long: " + "x" * 100_000),
        http(PAGE, status="200 " + "O" * 100_000),
        http(PAGE, "Content-Encoding: gzip"),
        http(gzip.compress(b"<data>" + b"x" * 10_000_000), "Content-Encoding: gzip"),
        http(PAGE, "Content-Encoding: br"),
        http(b"x" * (MOST_OCTETS + 1)),
        http(PAGE, status="302 Found"),
        http(PAGE, status="404 Not Found"),
        http(PAGE, status="500 Oops"),
        http(b"", status="204 No Content"),
        http(PAGE, status="403 Forbidden"),
        http(
            b"", "Upgrade: websocket", "Connection: Upgrade", status="101 Switching", length=False
        ),
    ],
)
async def test_what_is_no_page_cannot_connect(said: bytes) -> None:
    """Every way to get HTTP wrong is the same typed error, with nothing secret in it."""
    with pytest.raises(CannotConnect) as caught:
        await page_from(said, timeout=1)
    assert 0 < len(str(caught.value)) < 80
    assert "127.0.0.1" not in str(caught.value)
    assert PASSWORD not in repr(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "talk",
    [
        for_ever,
        repeating(http(b"", length=False), b"x" * 1000),
        repeating(CHUNKED, b"3e8\r\n" + b"x" * 1000 + b"\r\n"),
        repeating(CHUNKED, b"1\r\nx\r\n" * 100),
        repeating(CHUNKED, b"1;extension=" + b"x" * 1000),
        repeating(CHUNKED + b"0\r\n", b"X-Trailer: 1\r\n"),
        repeating(b"HTTP/1.1 200 OK\r\n", b"X-Filler: 1\r\n"),
        repeating(b"HTTP/1.1 200 OK\r\nX-Filler: ", b"x" * 1000),
        repeating(b"HTTP/1.1 200 ", b"OK" * 1000),
        repeating(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        repeating(b"", b"\r\n"),
        repeating(b"", b"x"),
    ],
)
async def test_what_never_ends_is_given_up(talk: Talk) -> None:
    """By its size or by the time that it takes."""
    with pytest.raises(CannotConnect):
        await page_from(talk, timeout=IMPATIENT)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_no_redirect_is_followed(status: str) -> None:
    """The password would be sent elsewhere."""
    async with rude(http(PAGE)) as other:
        where = f"Location: http://127.0.0.1:{other.port}/data.cgx"
        with pytest.raises(CannotConnect):
            await page_from(http(b"", where, status=status))
        with pytest.raises(Unsupported):
            await identified(http(b"", where, status=status))
        assert not other.heard


async def test_what_is_sent() -> None:
    """A closing connection, nothing compressed, no cookie, and the password in UTF-8."""
    async with rude(http(PAGE, "Set-Cookie: spy=1; Path=/")) as server:
        client = WesClient(server.address, "admin", PASSWORD)
        for _ in range(2):
            await client.page()
        await client.close()
    for heard in server.heard:
        lines = heard.decode().lower().split("\r\n")
        assert lines[0] == "get /data.cgx http/1.1"
        assert "connection: close" in lines
        assert "accept-encoding: identity" in lines
        assert not any(line.startswith("cookie") for line in lines)
        token = heard.partition(b"Authorization: Basic ")[2].partition(b"\r\n")[0]
        assert base64.b64decode(token).decode() == f"admin:{PASSWORD}"


async def test_without_an_account_none_is_sent() -> None:
    """A WES may be open to everyone."""
    async with rude(http(PAGE)) as server:
        client = WesClient(server.address)
        await client.identify()
        assert await client.page() == PAGE
        await client.close()
    assert not any(b"authorization" in heard.lower() for heard in server.heard)


@pytest.mark.parametrize(
    "said",
    [
        http(b"", 'WWW-Authenticate: Basic realm="serveur WES"', status="401 No"),
        http(b"", 'www-authenticate: BASIC Realm = "Le  Serveur  wes!"', status="401 No"),
        http(b"", "WWW-Authenticate: Basic realm=serveur WES", status="401 No"),
        http(b"", 'WWW-Authenticate: Basic realm="\xe9\xff serveur WES', status="401 No"),
        http(
            b"",
            "WWW-Authenticate: Digest realm=x",
            'WWW-Authenticate: Basic realm="serveur WES"',
            status="401 No",
        ),
        http(PAGE),
        http(b'\xef\xbb\xbf<?xml version="1.0"?>\r\n<DATA>\n<tic1>'),
    ],
)
async def test_a_wes_is_recognised(said: bytes) -> None:
    """By its realm, or by its page if nobody needs a password."""
    await identified(said)


@pytest.mark.parametrize(
    "said",
    [
        http(b"", 'WWW-Authenticate: Basic realm="router"', status="401 No"),
        http(b"", 'WWW-Authenticate: Basic realm="Western Digital"', status="401 No"),
        http(b"", 'WWW-Authenticate: Digest realm="serveur WES"', status="401 No"),
        http(b"", "WWW-Authenticate: Basic", status="401 No"),
        http(b"", 'WWW-Authenticate: \xff\xfe=,,""\'', status="401 No"),
        http(b"", "WWW-Authenticate: " + "basic realm" * 700, status="401 No"),
        http(b"", status="401 No"),
        http(b"", 'WWW-Authenticate: Basic realm="serveur WES"', status="200 OK"),
        http(b"<html><data><info></html>"),
        http(b"<data><other>"),
        http(b"<database><info>"),
        http(b""),
        http(PAGE, status="404 Not Found"),
    ],
)
async def test_something_else_is_not_asked_twice(said: bytes) -> None:
    """A router, a printer, a web page: none of them is told a password."""
    with pytest.raises(Unsupported):
        await identified(said)


async def test_nothing_there_is_not_something_else() -> None:
    """What cannot be reached may still be a WES."""
    with pytest.raises(CannotConnect):
        await identified(b"")


@pytest.mark.parametrize(
    ("status", "admin"),
    [("200 OK", True), ("401 No", False), ("403 No", False), ("404 No", True), ("500 No", True)],
)
async def test_who_may_switch(status: str, admin: bool) -> None:  # noqa: FBT001 - a column
    """Only a refusal is one: an unknown firmware may lack the page."""
    async with rude(resetting(http(b"x", status=status, length=False))) as server:
        client = WesClient(server.address, "admin", PASSWORD)
        assert await client.is_admin() is admin
        await client.close()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (http(b"", status="401 No"), InvalidAuth),
        (http(b"", status="403 No"), DeviceError),
        (http(b"", status="404 No"), DeviceError),
        (http(b"", status="302 No"), DeviceError),
        (http(b"", status="500 No"), DeviceError),
        (b"", CannotConnect),
    ],
)
async def test_a_command_that_fails_says_so(said: bytes, error: type[EcomError]) -> None:
    """And is sent once: nobody repeats it unasked."""
    async with rude(said) as server:
        client = WesClient(server.address, "admin", PASSWORD)
        with pytest.raises(error):
            await client.virtual_switch(1, ON)
        await client.close()
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("said", "mac"),
    [
        (b"gI000=0004A3112233\r\n", "0004a3112233"),
        (b"0004A3112233\n\r", "0004a3112233"),
        (b"gI000\r\n0004A3112233", "0004a3112233"),
        (b"00:04:A3:11:22:33\r\n", "0004a3112233"),
        (b"gI000=000000000000\r\n", None),
        (b"gI000=FFFFFFFFFFFF\r\n", None),
        (b"gI000=???\r\n", None),
        (b"gI000=0004A3", None),
        (b"\xff\xfe" * 500, None),
        (b"", None),
    ],
)
async def test_the_mac_address(said: bytes, mac: str | None) -> None:
    """With the echo of the question or without; whatever else is heard is nothing."""
    assert await mac_from(said) == mac


@pytest.mark.parametrize("talk", [for_ever, repeating(b"", b"x" * 1000), repeating(b"", b"\n")])
async def test_no_mac_address_in_time(talk: Talk) -> None:
    """A server that says nothing, or too much."""
    assert await mac_from(talk) is None


async def test_a_mac_address_in_pieces() -> None:
    """It is complete when it is."""

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for octet in b"gI000=0004A3112233":
            writer.write(bytes((octet,)))
            await writer.drain()
            await asyncio.sleep(0)

    async with rude(talk) as piecemeal:
        assert await WesClient(piecemeal.address).mac() == "0004a3112233"
    closed = Address(host="127.0.0.1", m2m_port=1)
    assert await WesClient(closed).mac() is None


async def test_a_closed_client_stays_closed(server: WesServer, client: WesClient) -> None:
    """Closing twice is harmless, and nothing opens a connection afterwards."""
    await client.page()
    await client.close()
    await client.close()
    with pytest.raises(CannotConnect):
        await client.page()
    assert len(server.requests) == 1


async def test_closing_ends_a_call(server: WesServer, client: WesClient) -> None:
    """Home Assistant does not wait for a server that it is leaving."""
    server.faults.add(Fault.SLOW)
    reading = asyncio.ensure_future(client.page())
    await until(lambda: server.requests)
    await client.close()
    with pytest.raises(CannotConnect):
        await reading


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 70, "", "a..b", "bad host"])
async def test_a_host_that_is_none_cannot_connect(host: str) -> None:
    """Whatever stands in an old entry."""
    client = WesClient(Address(host=host), "admin", PASSWORD, timeout=5)
    with pytest.raises(CannotConnect):
        await client.page()
    assert await client.mac() is None
    await client.close()


@pytest.mark.parametrize("password", ["\ud800", "\x00\r\n", ":", "", None])
async def test_odd_passwords_do_no_harm(password: str | None) -> None:
    """They are wrong at most."""
    async with rude(http(PAGE)) as server:
        client = WesClient(server.address, "admin", password)
        assert await client.page() == PAGE
        await client.close()
    assert server.heard[0].count(b"Authorization: Basic ") == 1


def test_nothing_shows_the_password() -> None:
    """Neither the client nor its address."""
    address = Address.parse("wes:8080")
    assert PASSWORD not in repr(WesClient(address, "admin", PASSWORD))
    assert repr(address) == "Address(host='wes', http_port=8080, m2m_port=1500)"
