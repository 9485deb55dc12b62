"""The simulated Meross device, as meross-iot sees it: what was recorded, and what changes."""

import asyncio
import json
import sys
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession

from scripts.simulators.meross import make_server, parse
from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_server import KEY, MOST_OCTETS, MerossServer
from scripts.simulators.meross_trace import made_up_plug, read_trace
from scripts.simulators.meross_wire import sign
from scripts.tools.pure import ROOT
from tests.simulators.clocks import Clock
from tests.simulators.merosses import (
    EM06,
    FIXTURES,
    MSS305,
    MSS310,
    STRIP,
    DeviceError,
    Lan,
    connect,
    device,
)

CONTROL = "Appliance.Control."

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def test_the_values_of_a_recording(session: ClientSession) -> None:
    """Of an mss305, through the library's own objects."""
    async with MerossServer(device(MSS305)) as server:
        plug = await connect(session, server)
        assert plug.is_on()
        found = await plug.async_get_instant_metrics()
        assert (found.power, found.voltage, found.current) == (5.297, 233.1, 0.29)
        days = await plug.async_get_daily_power_consumption()
        assert {f"{day['date']:%m-%d}": day["total_consumption_kwh"] for day in days} == {
            "01-18": 0.216,
            "01-31": 0.216,
            "02-13": 0.217,
            "02-14": 0.088,
            "02-17": 0.0,
        }


async def test_a_recording_goes_on_at_its_own_time(session: ClientSession, clock: Clock) -> None:
    """So that its last day is today; what is plugged in there lives today."""
    async with MerossServer(device(MSS305, clock=clock)) as server:
        lan = Lan(session, server.address, KEY)
        clock.pass_(seconds=30)
        found = (await lan.ask("Appliance.System.All"))["all"]["system"]["time"]
        assert (found["timestamp"], found["timezone"]) == (1739780217 + 30, "Europe/London")
        server.device.set_power(0, 5.0)
        found = (await lan.ask("Appliance.System.All"))["all"]["system"]["time"]
        assert found["timestamp"] == int(clock.now.timestamp())


async def test_answers_are_those_of_the_trace(session: ClientSession) -> None:
    """Whole, with what the library does not know; what was masked is made up."""
    rows = json.loads((FIXTURES / MSS305).read_text())["data"]["trace"]
    recorded = {row[4]: row[5] for row in rows[1:]}
    async with MerossServer(device(MSS305)) as server:
        lan = Lan(session, server.address, KEY)
        for name in ("ConsumptionH", "ConsumptionX", "Electricity"):
            assert await lan.ask(CONTROL + name) == recorded[CONTROL + name]
        toggled = await lan.ask(CONTROL + "ToggleX")
        assert toggled["channel"] == 4294967295
        system = (await lan.ask("Appliance.System.All"))["all"]["system"]
        assert system["hardware"]["macAddress"] == "48:e1:e9:00:00:01"
        assert system["firmware"]["version"] == "8.3.15"
        assert (await lan.ask("Appliance.System.Hardware"))["hardware"] == system["hardware"]


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_a_plug_switches_and_reads(encrypted: bool, session: ClientSession) -> None:  # noqa: FBT001 - a case
    """Off draws nothing; on again shows what was plugged in before."""
    trace = made_up_plug()
    async with MerossServer(MerossDevice(trace, encrypted=encrypted)) as server:
        plug = await connect(session, server)
        assert plug.abilities.keys() >= trace.ability.keys()
        assert plug.support_encryption() is encrypted
        assert (await plug.async_get_instant_metrics()).power == 42.5
        await plug.async_turn_off()
        assert not server.device.is_on(0)
        assert (await plug.async_get_instant_metrics()).power == 0
        await plug.async_update()
        assert plug.is_on() is False
        await plug.async_turn_on()
        assert (await plug.async_get_instant_metrics()).power == 42.5


async def test_a_strip(session: ClientSession) -> None:
    """Channel 0 is all outlets; each of the others is itself."""
    async with MerossServer(device(STRIP)) as server:
        strip = await connect(session, server)
        assert len(strip.channels) == 5
        assert [strip.is_on(channel) for channel in range(5)] == [True, True, False, False, True]
        await strip.async_turn_on(2)
        await strip.async_turn_off(1)
        await strip.async_update()
        assert [strip.is_on(channel) for channel in range(5)] == [True, False, True, False, True]
        await strip.async_turn_off(0)
        await strip.async_update()
        assert not any(strip.is_on(channel) for channel in range(5))
        with pytest.raises(DeviceError):
            await strip.async_turn_on(7)
        lan = Lan(session, server.address, KEY)
        assert (await lan.ask("Appliance.System.Runtime"))["runtime"]["signal"] == 88


async def test_a_meter_of_six_channels(session: ClientSession) -> None:
    """All at once or one by one; what two answers of the trace said stands in one."""
    async with MerossServer(device(EM06)) as server:
        lan = Lan(session, server.address, KEY)
        everything = (await lan.ask(CONTROL + "ElectricityX"))["electricity"]
        assert [item["channel"] for item in everything] == [1, 2, 3, 4, 5, 6]
        assert [item["power"] for item in everything] == [0, 124400, 0, -128, 61200, 0]
        asked = {"electricity": [{"channel": 4}]}
        (one,) = (await lan.ask(CONTROL + "ElectricityX", asked))["electricity"]
        assert one["power"] == -128
        asked = {"consumptionH": [{"channel": 2}]}
        (hours,) = (await lan.ask(CONTROL + "ConsumptionH", asked))["consumptionH"]
        assert hours["total"] == 958 == sum(row["value"] for row in hours["data"])
        assert (await lan.ask(CONTROL + "Sensor.History"))["history"][0]["capacity"] == 16
        server.device.set_power(4, 50.0)
        asked = {"electricity": [{"channel": 4}]}
        (one,) = (await lan.ask(CONTROL + "ElectricityX", asked))["electricity"]
        assert (one["power"], one["voltage"], one["current"]) == (50000, 233680, 214)


async def test_channels_are_known_by_their_energies(session: ClientSession) -> None:
    """The published trace of an em06 states no power."""
    trace = read_trace(FIXTURES / EM06)
    del trace.answers[CONTROL + "ElectricityX"]
    async with MerossServer(MerossDevice(trace)) as server:
        lan = Lan(session, server.address, KEY)
        server.device.set_power(2, 230.0)
        found = (await lan.ask(CONTROL + "ElectricityX"))["electricity"]
        assert [item["power"] for item in found] == [0, 230000, 0, 0, 0, 0]
        assert (found[1]["voltage"], found[1]["current"]) == (230000, 1000)


def wrapped(*names: str, key: str = KEY) -> dict[str, Any]:
    """Return a multiple message."""
    headers = [
        {"messageId": f"{number:032x}", "namespace": name, "method": "GET", "timestamp": 1}
        for number, name in enumerate(names)
    ]
    messages = [
        {"header": header | {"sign": sign(str(header["messageId"]), key, 1)}, "payload": {}}
        for header in headers
    ]
    return {"multiple": messages}


async def test_several_messages_in_one(session: ClientSession) -> None:
    """As many as the device takes."""
    async with MerossServer(device(MSS305)) as server:
        lan = Lan(session, server.address, KEY)
        names = ("Electricity", "ToggleX", "ConsumptionX", "ConsumptionH")
        message = wrapped(*(CONTROL + name for name in names))
        answer = await lan.ask(CONTROL + "Multiple", message, "SET")
        found = [item["header"]["namespace"] for item in answer["multiple"]]
        assert found == [CONTROL + name for name in names[:3]]
        assert answer["multiple"][0]["payload"]["electricity"]["power"] == 5297


async def test_what_is_too_long_is_cut(session: ClientSession) -> None:
    """An answer that wraps others is no JSON any more; alone it is whole."""
    async with MerossServer(device(MSS305)) as server:
        lan = Lan(session, server.address, KEY)
        server.device.answers[CONTROL + "ConsumptionX"]["padding"] = "x" * MOST_OCTETS
        with pytest.raises(json.JSONDecodeError):
            await lan.ask(CONTROL + "Multiple", wrapped(CONTROL + "ConsumptionX"), "SET")
        assert "padding" in await lan.ask(CONTROL + "ConsumptionX")


async def test_an_unknown_ability_is_an_error(session: ClientSession) -> None:
    """And so is a command that is none; nothing else is served on its port."""
    async with MerossServer() as server:
        lan = Lan(session, server.address, KEY)
        with pytest.raises(DeviceError):
            await lan.ask("Appliance.Control.Light")
        with pytest.raises(DeviceError):
            await lan.ask("Appliance.System.Time", {"time": {}}, "SET")
        async with session.get(f"http://{server.address}/config") as answer:
            assert answer.status == 404
        with pytest.raises(ClientError):
            await session.post(lan.url, data=b"{}")


async def test_one_connection_at_a_time(session: ClientSession) -> None:
    """The others wait; every one is answered in the end."""
    async with MerossServer(device(MSS305)) as server:
        lan = Lan(session, server.address, KEY)
        await asyncio.gather(*(lan.ask("Appliance.System.All") for _ in range(8)))
        assert server.calls == ["GET Appliance.System.All"] * 8


async def test_an_old_plug_with_one_toggle(session: ClientSession) -> None:
    """Firmware 1 has ``Toggle`` in ``control`` instead of ``ToggleX`` in ``digest``."""
    trace = made_up_plug()
    trace.all.pop("digest")
    trace.all["control"] = {"toggle": {"onoff": 1, "lmTime": 1713865630}}
    del trace.ability[CONTROL + "ToggleX"]
    trace.ability[CONTROL + "Toggle"] = {}
    async with MerossServer(MerossDevice(trace)) as server:
        plug = await connect(session, server)
        await plug.async_turn_off()
        assert (await plug.async_get_instant_metrics()).power == 0
        lan = Lan(session, server.address, KEY)
        assert (await lan.ask(CONTROL + "Toggle"))["toggle"]["onoff"] == 0


async def test_the_made_up_plug_lives(session: ClientSession) -> None:
    """As the command starts it: power changes, and the day's energy grows."""
    async with make_server(parse(["--serial", "3", "--encrypted"])) as server:
        clock = Clock()
        server.device.clock = clock
        plug = await connect(session, server)
        assert plug.mac_address == "48:e1:e9:00:00:03"
        powers, totals = set(), []
        for _ in range(5):
            clock.pass_(hours=1)
            powers.add((await plug.async_get_instant_metrics()).power)
            days = await plug.async_get_daily_power_consumption()
            (today,) = [day for day in days if f"{day['date']:%Y-%m-%d}" == "2026-06-03"]
            totals.append(today["total_consumption_kwh"])
        assert len(powers) > 1
        assert totals == sorted(set(totals))


async def test_the_command_says_where_it_listens(session: ClientSession) -> None:
    """With the key, and ends in peace when it is told to."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "scripts.simulators.meross", "--trace", FIXTURES / MSS310, "--key", "k" * 32),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = json.loads(await process.stdout.readline())
    assert line["key"] == "k" * 32
    lan = Lan(session, line["address"], "k" * 32)
    answer = await lan.ask(CONTROL + "Electricity", {"channel": 0})
    assert (answer["electricity"]["voltage"], answer["electricity"]["power"]) == (2380, 0)
    process.terminate()
    assert await process.wait() == 0
