"""The simulated Shelly, as aioshelly sees it: what was recorded, and what changes."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, DigestAuthMiddleware
from aioshelly.common import get_info
from aioshelly.exceptions import (
    DeviceConnectionError,
    InvalidAuthError,
    RpcCallError,
)
from aioshelly.rpc_device import RpcUpdateType

from scripts.simulators.shelly import make_server, parse
from scripts.simulators.shelly_fixture import read_fixture
from scripts.simulators.shelly_server import MOST_CLIENTS, ShellyServer
from scripts.tools.pure import ROOT
from tests.simulators.clocks import Clock
from tests.simulators.shellys import FIXTURES, PLUG, Connect, Heard, device, recording

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
async def test_a_recording_is_shown_as_it_is(path: Path, connect: Connect) -> None:
    """Identity, settings and every value, the device's clock excepted."""
    recorded = recording(path.stem)
    async with ShellyServer(device(path.stem)) as server:
        client = await connect(server)
        assert client.config == recorded["config"]
        assert client.model == recorded["shelly"]["model"]
        assert client.firmware_supported
        shown, wanted = dict(client.status), dict(recorded["status"])
        assert shown.pop("sys").keys() == wanted.pop("sys").keys()
        assert shown == wanted


async def test_identity_needs_no_websocket(session: ClientSession) -> None:
    """The first question of aioshelly is a GET."""
    async with ShellyServer() as server:
        info = await get_info(session, "127.0.0.1", port=server.port)
        assert (info["model"], info["gen"], info["auth_en"]) == ("SNPL-00112EU", 2, False)


async def test_a_switch_switches_and_everyone_hears_of_it(connect: Connect) -> None:
    """Two clients at once; the one that did not switch is told too."""
    async with ShellyServer(device()) as server:
        one, other = await connect(server), await connect(server)
        told = Heard(other)
        await one.switch_set(0, value=False)
        await told.until(RpcUpdateType.STATUS)
        assert other.status["switch:0"]["output"] is False
        assert other.status["switch:0"]["apower"] == 0
        assert other.status["switch:0"]["source"] == "WS_in"
        assert other.status["switch:0"]["aenergy"]["total"] == 7258.589
        assert server.most_clients == 2
        await one.switch_set(0, value=True)
        await one.update_status()
        assert one.status["switch:0"]["apower"] == 2.7


async def test_a_push_holds_what_has_changed(connect: Connect, clock: Clock) -> None:
    """A test sets a power, lets it run for an hour, and pushes once."""
    async with ShellyServer(device(clock=clock)) as server:
        client = await connect(server)
        told = Heard(client)
        await server.push()
        server.device.set_power("switch:0", 100.0)
        clock.pass_(hours=1)
        server.device.set("switch:0", voltage=231.5)
        await server.push()
        await told.until(RpcUpdateType.STATUS)
        assert told.types == [RpcUpdateType.STATUS]
        found = client.status["switch:0"]
        assert (found["apower"], found["voltage"], found["current"]) == (100.0, 231.5, 0.432)
        assert found["aenergy"]["total"] == 7358.589
        assert found["aenergy"]["by_minute"] == [1666.667, 1666.667, 1666.667]
        assert found["temperature"] == {"tC": 32.1, "tF": 89.7}


async def test_one_client_more_than_it_has_channels_is_turned_away(connect: Connect) -> None:
    """Those who were there do not notice."""
    async with ShellyServer() as server:
        clients = [await connect(server) for _ in range(MOST_CLIENTS)]
        with pytest.raises(DeviceConnectionError):
            await connect(server)
        assert all(client.connected for client in clients)


async def test_a_password_lets_its_owner_in_and_nobody_else(connect: Connect) -> None:
    """Right, wrong, none; and the right one for call after call."""
    async with ShellyServer(device(), password="secret") as server:
        client = await connect(server, "secret")
        for _ in range(20):
            await client.switch_set(0, value=False)
        assert client.requires_auth
        with pytest.raises(InvalidAuthError):
            await connect(server, "wrong")
        with pytest.raises(InvalidAuthError):
            await connect(server)


async def test_a_changed_password_locks_out(connect: Connect) -> None:
    """The old one is refused at the next call, the new one accepted."""
    async with ShellyServer(device(), password="old") as server:
        client = await connect(server, "old")
        server.password = "new"
        with pytest.raises(InvalidAuthError):
            await client.switch_set(0, value=False)
        await (await connect(server, "new")).switch_set(0, value=False)


async def test_a_call_over_http(session: ClientSession) -> None:
    """Arguments in the URL; with a password, digest authentication."""
    async with ShellyServer(device(), password="secret") as server:
        url = f"http://{server.address}/rpc/Switch.GetStatus?id=0"
        async with session.get(url) as refused:
            assert refused.status == 401
        digest = DigestAuthMiddleware("admin", "secret")
        async with session.get(url, middlewares=(digest,)) as answered:
            assert (await answered.json())["apower"] == 2.7


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("Switch.Set", {"id": 7, "on": True}, -105),
        ("Switch.Set", {"id": 0}, -103),
        ("Switch.Set", {"id": 0, "on": "yes"}, -103),
        ("Switch.GetStatus", {"id": 7}, -105),
        ("Cover.Open", {"id": 0}, 404),
        ("EMData.GetData", {"id": 0, "ts": 0}, -105),
    ],
)
async def test_a_call_that_cannot_be_done_says_why(
    method: str, params: dict[str, Any], code: int, connect: Connect
) -> None:
    """The codes of the documentation."""
    async with ShellyServer() as server:
        client = await connect(server)
        with pytest.raises(RpcCallError) as raised:
            await client.call_rpc(method, params)
        assert raised.value.code == code


async def test_single_components_and_methods(connect: Connect) -> None:
    """``Sys``, ``Switch`` and a list of what there is; unknown components are passed on."""
    async with ShellyServer(device()) as server:
        server.device.set("number:200", value=5)
        server.device.config["number:200"] = {"id": 200, "name": "made up"}
        client = await connect(server)
        assert (await client.call_rpc("Sys.GetStatus"))["mac"] == client.shelly["mac"]
        assert (await client.call_rpc("Sys.GetConfig"))["cfg_rev"] == 25
        assert (await client.call_rpc("Switch.GetConfig", {"id": 0}))["power_limit"] == 2500
        assert (await client.call_rpc("Switch.Toggle", {"id": 0})) == {"was_on": True}
        assert "Switch.Set" in await client.methods_list()
        page = await client.call_rpc("Shelly.GetComponents", {"include": ["status"], "offset": 5})
        assert page["total"] == 9
        assert len(page["components"]) == 4
        assert client.status["number:200"] == {"value": 5}


async def test_a_new_name_is_announced(connect: Connect) -> None:
    """An event says that the settings changed; the client reads them again."""
    async with ShellyServer(device()) as server:
        client = await connect(server)
        told = Heard(client)
        await server.rename("Kettle")
        await told.until(RpcUpdateType.EVENT)
        assert client.event is not None
        assert client.event["events"][0]["event"] == "config_changed"
        await client.update_config()
        assert client.name == "Kettle"
        await client.call_rpc("Sys.SetConfig", {"config": {"device": {"name": "Pot"}}})
        await client.update_config()
        assert client.name == "Pot"


async def test_the_made_up_plug_lives(connect: Connect) -> None:
    """As the command starts it: power changes, energy grows, and both are told."""
    async with make_server(parse(["--serial", "3"])) as server:
        clock = Clock()
        server.device.clock = clock
        client = await connect(server)
        assert client.shelly["mac"] == "02EC0A000003"
        powers, totals = set(), []
        for _ in range(5):
            clock.pass_(minutes=7)
            await client.update_status()
            powers.add(client.status["switch:0"]["apower"])
            totals.append(client.status["switch:0"]["aenergy"]["total"])
        assert len(powers) > 1
        assert totals == sorted(set(totals))


def test_a_gen1_recording_and_a_broken_one_are_refused(tmp_path: Path) -> None:
    """In words."""
    path = tmp_path / "device.json"
    path.write_text('{"settings": {}, "shelly": {}, "status": {}}')
    with pytest.raises(ValueError, match="Gen1"):
        read_fixture(path)
    path.write_text('{"shelly": {}, "status": {}}')
    with pytest.raises(TypeError, match="config"):
        read_fixture(path)


async def test_the_command_says_where_it_listens() -> None:
    """And ends in peace when it is told to."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "scripts.simulators.shelly", "--fixture", FIXTURES / f"{PLUG}.json"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = json.loads(await process.stdout.readline())
    assert line["key"] is None
    host, port = line["address"].split(":")
    async with ClientSession() as session:
        assert (await get_info(session, host, port=int(port)))["app"] == "PlusPlugS"
    process.terminate()
    assert await process.wait() == 0
