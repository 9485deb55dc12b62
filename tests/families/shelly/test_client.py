"""The shell around aioshelly: whatever a device does, only ECOM's errors come out."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web

from custom_components.ecom.errors import CannotConnect, DeviceError, InvalidAuth, Unsupported
from custom_components.ecom.families.shelly.client import (
    MOST_OCTETS,
    Address,
    News,
    ShellyClient,
    _tells_of_settings,
)
from custom_components.ecom.families.shelly.identity import Gen1
from scripts.simulators.plug_faults import Fault, Pace
from scripts.simulators.shelly_device import ShellyDevice
from scripts.simulators.shelly_server import MOST_CLIENTS, ShellyServer
from tests.families.shelly.at_home import PLUG, fixture_of
from tests.families.shelly.rude import honest, page, talker
from tests.house import until

pytestmark = pytest.mark.usefixtures("socket_enabled")

MAC = fixture_of(PLUG).shelly["mac"]


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """Return a session that somebody else owns."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def server(socket_enabled: None) -> AsyncIterator[ShellyServer]:
    """Return a running plug."""
    del socket_enabled
    async with ShellyServer(ShellyDevice(fixture_of(PLUG))) as server:
        yield server


def client_of(
    session: ClientSession, port: int, password: str | None = None, mac: str | None = None
) -> ShellyClient:
    """Return a client of a server on loopback."""
    return ShellyClient(session, Address(host="127.0.0.1", port=port), password, mac)


async def test_it_identifies_reads_and_switches(
    session: ClientSession, server: ShellyServer
) -> None:
    """The whole conversation, push included."""
    client = client_of(session, server.port, mac=MAC)
    identity = await client.identify()
    assert (identity.mac, identity.model, identity.name) == (MAC, "SNPL-00112EU", "Test Name")
    assert identity.title == "Shelly Plus Plug S"
    assert not client.connected
    assert client.status == client.config == {}
    assert await client.connect() == identity
    assert client.connected
    assert set(client.config) == set(server.device.config)
    news: list[News] = []
    client.on_news = news.append
    await client.switch(0, on=False)
    await until(lambda: News.STATUS in news)
    assert dict(client.status)["switch:0"]["output"] is False
    await client.refresh()
    await server.rename("Kettle")
    await until(lambda: News.SETTINGS in news)
    await client.refresh_settings()
    assert dict(client.config)["sys"]["device"]["name"] == "Kettle"
    server.reboot()
    await until(lambda: News.LOST in news)
    assert not client.connected
    await client.connect()
    await client.close()
    await client.close()
    await until(lambda: server.clients == 0)


async def test_without_a_connection_nothing_can_be_asked(
    session: ClientSession, server: ShellyServer
) -> None:
    """It is said; nothing hangs."""
    client = client_of(session, server.port)
    for call in (client.refresh(), client.refresh_settings(), client.switch(0, on=True)):
        with pytest.raises(CannotConnect, match="no connection"):
            await call


async def test_passwords(session: ClientSession, server: ShellyServer) -> None:
    """Missing, wrong and right; a refused one is in no text."""
    server.password = "r1ght"
    assert (await client_of(session, server.port).identify()).asks_for_password
    for password in (None, "", "wr0ng"):
        client = client_of(session, server.port, password)
        with pytest.raises(InvalidAuth) as raised:
            await client.connect()
        assert "wr0ng" not in f"{raised.value!r} {raised.value.__context__!r} {client!r}"
        assert raised.value.__cause__ is None
    await until(lambda: server.clients == 0)
    client = client_of(session, server.port, "r1ght")
    await client.connect()
    await client.close()


async def test_another_device_is_not_asked(session: ClientSession, server: ShellyServer) -> None:
    """Also one of the first generation."""
    client = client_of(session, server.port, mac="0A0B0C0D0E0F")
    for info in (server.device.info, {"type": "SHPLG-S", "mac": MAC}):
        server.device.info = info
        with pytest.raises(CannotConnect, match="another device"):
            await client.connect()
    assert server.calls == []


async def test_it_changes_places_while_it_is_asked(
    session: ClientSession, server: ShellyServer
) -> None:
    """The MAC is looked at once more over the connection that stays."""

    def reply(call: dict[str, Any]) -> str:
        said = json.loads(honest(server, call))
        said["result"]["mac"] = "0A0B0C0D0E0F"
        return json.dumps(said)

    async with talker(server, reply) as port:
        with pytest.raises(CannotConnect, match="another device"):
            await client_of(session, port).connect()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>a printer</html>",
        "null",
        "[]",
        "5",
        "{}",
        '{"mac": 5, "gen": 2}',
        '{"mac": "XXBBCCDDEEFF", "gen": 2}',
        '{"mac": "AABBCCDDEE", "gen": 2}',
        "[" * 60_000,
        "1" * 5000,
        "\xff",
    ],
)
async def test_what_is_no_shelly(session: ClientSession, body: str) -> None:
    """Other devices have web pages too."""

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body.encode("latin-1"))

    async with page(handler) as port:
        with pytest.raises(Unsupported, match="no Shelly"):
            await client_of(session, port).connect()


@pytest.mark.parametrize("gen", [1, 0, -2, "2", None, 1.5])
async def test_the_first_generation_is_refused(session: ClientSession, gen: object) -> None:
    """In words, and with its MAC."""

    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"mac": "aa:bb:cc:dd:ee:ff", "gen": gen})

    async with page(handler) as port:
        with pytest.raises(Gen1, match="Gen1") as raised:
            await client_of(session, port).identify()
        assert raised.value.mac == "AABBCCDDEEFF"


async def test_a_page_without_an_end(session: ClientSession) -> None:
    """It is cut off."""

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=b" " * (MOST_OCTETS + 1))

    async with page(handler) as port:
        with pytest.raises(CannotConnect, match="does not end"):
            await client_of(session, port).identify()


@pytest.mark.parametrize(
    ("status", "error"), [(302, Unsupported), (404, Unsupported), (503, CannotConnect)]
)
async def test_a_status_that_is_not_200(
    session: ClientSession, status: int, error: type[Exception]
) -> None:
    """No redirect is followed: it could lead anywhere."""
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"mac": MAC, "gen": 2}, status=status, headers={"Location": "/x"})

    async with page(handler) as port:
        with pytest.raises(error):
            await client_of(session, port).identify()
    assert asked == ["/shelly"]


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [("127.0.0.1", 1, "refused"), ("no-such-host.invalid", 80, "")],
)
async def test_nobody_there(session: ClientSession, host: str, port: int, reason: str) -> None:
    """The reason is in words, and holds no address."""
    client = ShellyClient(session, Address(host=host, port=port))
    with pytest.raises(CannotConnect) as raised:
        await client.connect()
    assert reason in str(raised.value)
    assert host not in str(raised.value)


async def test_it_slams_the_door(session: ClientSession) -> None:
    """Hanging up without an answer is no answer."""

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with page(handler) as port:
        with pytest.raises(CannotConnect, match="hung up"):
            await client_of(session, port).identify()


async def test_all_its_channels_are_taken(session: ClientSession, server: ShellyServer) -> None:
    """A Shelly bears six clients."""
    clients = [client_of(session, server.port) for _ in range(MOST_CLIENTS)]
    for client in clients:
        await client.connect()
    with pytest.raises(CannotConnect, match="no more connections"):
        await client_of(session, server.port).connect()
    for client in clients:
        await client.close()


async def test_a_device_that_refuses(session: ClientSession, server: ShellyServer) -> None:
    """A command, and at another time everything."""
    client = client_of(session, server.port)
    await client.connect()
    server.faults.add(Fault.REFUSE)
    with pytest.raises(DeviceError, match="error -109"):
        await client.switch(0, on=False)
    await client.close()
    server.faults.add(Fault.THROTTLE)
    server._throttle._pace = Pace(most_calls=0)
    with pytest.raises(CannotConnect, match="refuses to be read"):
        await client.connect()


FRAMES: list[Any] = [
    "nothing that is JSON",
    "null",
    "[]",
    "5",
    '"text"',
    "{}",
    '{"id": {}}',
    '{"id": [1], "result": {}}',
    '{"id": 1}',
    '{"id": 1, "result": null}',
    '{"id": 1, "result": 7}',
    '{"id": 1, "result": []}',
    '{"id": 1, "result": {}}',
    '{"id": 1, "result": {"mac": 5, "auth_en": false, "id": "x", "fw_id": "y"}}',
    '{"id": 1, "error": 5}',
    '{"id": 1, "error": {"code": "x", "message": 5}}',
    '{"id": 1, "error": {"code": 401, "message": "no challenge"}}',
    '{"id": 1, "method": "Shelly.GetStatus", "params": 5}',
    b"octets",
]


@pytest.mark.parametrize("frame", FRAMES, ids=range(len(FRAMES)))
async def test_frames_that_cannot_be(
    session: ClientSession,
    server: ShellyServer,
    frame: str | bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first answer is nonsense: an error of ours, whatever it is; nothing stays open."""
    monkeypatch.setattr("custom_components.ecom.families.shelly.client.CONNECT_TIMEOUT", 0.2)
    async with talker(server, lambda _call: frame) as port:
        client = client_of(session, port, "s3cret")
        with pytest.raises((CannotConnect, InvalidAuth)) as raised:
            await client.connect()
        assert "s3cret" not in repr(raised.value)
        assert not client.connected


@pytest.mark.parametrize("status", [None, 5, [], "x", {}])
async def test_a_status_that_cannot_be(
    session: ClientSession, server: ShellyServer, status: object
) -> None:
    """At first there is no connection then; later there is one, and an error."""
    lies = False

    def reply(call: dict[str, Any]) -> str:
        if lies and call["method"] == "Shelly.GetStatus":
            return json.dumps({"id": call["id"], "src": server.device.id, "result": status})
        return honest(server, call)

    async with talker(server, reply) as port:
        client = client_of(session, port)
        await client.connect()
        lies = True
        with pytest.raises(DeviceError, match="status"):
            await client.refresh()
        with pytest.raises(CannotConnect, match="status"):
            await client.connect()
        assert not client.connected


@pytest.mark.parametrize(
    ("event", "tells"),
    [
        ({"events": [{"event": "config_changed"}]}, True),
        ({"events": [5, None, {"event": "config_changed"}]}, True),
        ({"events": [{"event": "btn_down"}]}, False),
        ({"events": {"event": "config_changed"}}, False),
        ({"events": None}, False),
        ({}, False),
        (None, False),
        (5, False),
    ],
)
def test_which_events_tell_of_settings(event: object, tells: bool) -> None:  # noqa: FBT001 - a column
    """Buttons and the like do not."""
    assert _tells_of_settings(event) is tells
