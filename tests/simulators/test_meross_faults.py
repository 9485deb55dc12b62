"""The faults of the simulated Meross device are what they are called."""

import pytest
from aiohttp import ClientError, ClientSession

from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_server import KEY, MerossServer
from scripts.simulators.plug_faults import Fault, Pace
from tests.simulators.clocks import Clock
from tests.simulators.merosses import MSS305, DeviceError, Lan, connect, device

ALL = "Appliance.System.All"

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def test_a_refused_command_is_not_done(session: ClientSession) -> None:
    """The error says so, and the output stays."""
    async with MerossServer(faults=[Fault.REFUSE]) as server:
        plug = await connect(session, server)
        with pytest.raises(DeviceError):
            await plug.async_turn_off()
        assert server.device.is_on(0)


async def test_of_two_commands_the_first_is_lost(session: ClientSession) -> None:
    """It hangs up, and nothing is done; the second is."""
    async with MerossServer(faults=[Fault.LOST]) as server:
        plug = await connect(session, server)
        with pytest.raises(ClientError):
            await plug.async_turn_off()
        assert server.device.is_on(0)
        await plug.async_turn_off()
        assert not server.device.is_on(0)


async def test_a_late_answer_comes_too_late(session: ClientSession) -> None:
    """The client gives up; one with more patience gets it."""
    async with MerossServer(faults=[Fault.LATE], pace=Pace(late_s=0.3)) as server:
        lan = Lan(session, server.address, KEY)
        lan.timeout = 0.05
        with pytest.raises(TimeoutError):
            await lan.ask(ALL)
        lan.timeout = 5.0
        await lan.ask(ALL)


async def test_too_many_calls_are_hung_up_on(session: ClientSession, clock: Clock) -> None:
    """And after a while it answers again."""
    async with MerossServer(MerossDevice(clock=clock), faults=[Fault.THROTTLE]) as server:
        lan = Lan(session, server.address, KEY)
        for _ in range(Pace().most_calls):
            await lan.ask(ALL)
        with pytest.raises(ClientError):
            await lan.ask(ALL)
        clock.pass_(seconds=11)
        await lan.ask(ALL)


@pytest.mark.parametrize("fault", [Fault.REBOOT, Fault.PULLED])
async def test_a_device_that_is_away_answers_nobody(
    fault: Fault, session: ClientSession, clock: Clock
) -> None:
    """Within its seconds of the minute, or from some time on."""
    async with MerossServer(MerossDevice(clock=clock), faults=[fault]) as server:
        lan = Lan(session, server.address, KEY)
        await lan.ask(ALL)
        clock.pass_(seconds=45)
        with pytest.raises(ClientError):
            await lan.ask(ALL)
        clock.pass_(seconds=10)
        assert server.is_away() is (fault is Fault.PULLED)


async def test_a_pulled_plug_is_gone_and_counts_nothing(
    session: ClientSession, clock: Clock
) -> None:
    """It comes back on the same port; the hours between are as they were a day before."""
    async with MerossServer(device(MSS305, clock=clock)) as server:
        server.device.set_power(0, 100.0)
        clock.pass_(hours=26)
        start = clock.now
        await server.pull()
        lan = Lan(session, server.address, KEY)
        with pytest.raises(ClientError):
            await lan.ask(ALL)
        clock.pass_(hours=5)
        await server.plug_in()
        clock.pass_(minutes=30)
        (answer,) = (await lan.ask("Appliance.Control.ConsumptionH"))["consumptionH"]
        rows = {row["timestamp"]: row["value"] for row in answer["data"]}
        assert len(rows) == 24
        assert answer["total"] == 0
        away = [at for at in rows if start.timestamp() < at < start.timestamp() + 5 * 3600]
        assert away == []
        assert min(rows) < start.timestamp() - 23 * 3600
        assert sum(rows.values()) == 100 * 19 + 50 + 100 * 4
