"""The faults of the simulated Shelly are what they are called."""

import pytest
from aiohttp import ClientSession
from aioshelly.common import get_info
from aioshelly.exceptions import (
    DeviceConnectionError,
    RpcCallError,
)
from aioshelly.rpc_device import RpcUpdateType

from scripts.simulators.plug_faults import Fault, Pace
from scripts.simulators.shelly_server import ShellyServer
from tests.simulators.clocks import Clock
from tests.simulators.shellys import Connect, Heard, device

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def test_a_reboot_hangs_up_and_the_client_comes_back(connect: Connect, clock: Clock) -> None:
    """The same client initialises again; the uptime begins anew."""
    async with ShellyServer(device(clock=clock)) as server:
        client = await connect(server)
        told = Heard(client)
        assert client.status["sys"]["uptime"] == 4319353
        server.reboot()
        await told.until(RpcUpdateType.DISCONNECTED)
        assert not client.connected
        clock.pass_(seconds=3)
        await client.initialize()
        assert client.status["sys"]["uptime"] == 3
        assert server.clients == 1
        await client.trigger_reboot()
        await told.until(RpcUpdateType.DISCONNECTED)


async def test_a_pulled_plug_is_gone_and_counts_nothing(connect: Connect, clock: Clock) -> None:
    """It comes back on the same port with the counter that it had."""
    async with ShellyServer(device(clock=clock)) as server:
        server.device.set_power("switch:0", 60.0)
        client = await connect(server)
        told = Heard(client)
        await server.pull()
        await told.until(RpcUpdateType.DISCONNECTED)
        with pytest.raises(DeviceConnectionError):
            await client.initialize()
        clock.pass_(hours=2)
        await server.plug_in()
        clock.pass_(hours=1)
        await client.initialize()
        assert client.status["switch:0"]["aenergy"]["total"] == 7318.589


async def test_a_refused_command_is_not_done(connect: Connect) -> None:
    """The error says so, and the output stays."""
    async with ShellyServer(device(), faults=[Fault.REFUSE]) as server:
        client = await connect(server)
        with pytest.raises(RpcCallError, match="Overtemperature"):
            await client.switch_set(0, value=False)
        await client.update_status()
        assert client.status["switch:0"]["output"] is True


async def test_of_two_commands_the_first_is_lost(connect: Connect) -> None:
    """Nobody answers, and nothing is done; the second is."""
    async with ShellyServer(device(), faults=[Fault.LOST]) as server:
        client = await connect(server)
        with pytest.raises(DeviceConnectionError):
            await client.call_rpc("Switch.Set", {"id": 0, "on": False}, timeout=0.1)
        await client.switch_set(0, value=False)
        assert server.calls.count("Switch.Set") == 1


async def test_a_late_answer_comes_too_late(connect: Connect) -> None:
    """The client gives up, the device answers all the same."""
    async with ShellyServer(device(), pace=Pace(late_s=0.2)) as server:
        client = await connect(server)
        server.faults = {Fault.LATE}
        with pytest.raises(DeviceConnectionError):
            await client.call_rpc("Shelly.GetStatus", timeout=0.05)
        await client.call_rpc("Shelly.GetStatus", timeout=5)


async def test_too_many_calls_are_answered_with_an_error(connect: Connect, clock: Clock) -> None:
    """And after a while it answers again."""
    async with ShellyServer(device(clock=clock), faults=[Fault.THROTTLE]) as server:
        client = await connect(server)
        for _ in range(Pace().most_calls - len(server.calls)):
            await client.update_status()
        with pytest.raises(RpcCallError, match="Too many"):
            await client.update_status()
        clock.pass_(seconds=11)
        await client.update_status()


@pytest.mark.parametrize("fault", [Fault.REBOOT, Fault.PULLED])
async def test_a_device_that_is_away_answers_nobody(
    fault: Fault, connect: Connect, clock: Clock, session: ClientSession
) -> None:
    """Within its seconds of the minute, or from some time on."""
    async with ShellyServer(device(clock=clock), faults=[fault]) as server:
        client = await connect(server)
        told = Heard(client)
        clock.pass_(seconds=45)
        assert server.is_away()
        await told.until(RpcUpdateType.DISCONNECTED)
        with pytest.raises(DeviceConnectionError):
            await client.initialize()
        with pytest.raises(DeviceConnectionError):
            await get_info(session, "127.0.0.1", port=server.port)
        clock.pass_(seconds=10)
        assert server.is_away() is (fault is Fault.PULLED)
