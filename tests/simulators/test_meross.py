"""The simulated Meross device, as meross-iot sees it: what was recorded, and what changes."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession

from scripts.simulators.meross import make_server, parse
from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_server import KEY, MOST_OCTETS, MerossServer
from scripts.simulators.meross_trace import made_up_plug, read_trace
from scripts.simulators.meross_wire import Aes, sign
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
CIPHER = (
    "gePqxtXDpIP7WxDr58cVLfr8OHjfRBsIJU+4hbVu/WS/L4gMok2Chg1b+L67nBL3VnY0jwj4QZsXVONaZHZ0OCRMV2JernpE"
    "ctRJ3sOJmtEi1s4A1ajUjem/LqXq95+oyKij7nSNiRIxGg7iGugZesZQmVctcFYWiWuRNL8bmgKdetJ3f9FXd2AXu3Psaz8g"
    "ECOankmRQEwdO+a/7Wpgzz/3d4TiRn7N/ZHjnJJnTG+Vx0cwTAH/ldlW5f/19W3TR/Xh8W6QJUdL8c+REl7ae86mgC1B7Ugs"
    "HuB517Zf0faaORHkhtcQn9Te9iZBayy2yq0Rx5PHXCe3QVkN47dDHoOl745LO4dk1Br5zFtT8bxFawS2REwZZVq+DuBJ2lP3"
    "pFxCvBGWejjYT22g6efq0A=="
)

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


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_a_wrong_key_is_told(encrypted: bool, session: ClientSession) -> None:  # noqa: FBT001 - a case
    """Error 5001, to the one question that every device answers in plain."""
    async with MerossServer(MerossDevice(encrypted=encrypted)) as server:
        with pytest.raises(DeviceError) as raised:
            await connect(session, server, key="f" * 32)
        assert raised.value.code == 5001
        server.key = "f" * 32
        assert (await connect(session, server, key="f" * 32)).is_on()


async def test_who_encrypts_is_deaf_to_plain_words(session: ClientSession) -> None:
    """It hangs up on them, its abilities excepted; and on another key's cipher."""
    async with MerossServer(MerossDevice(encrypted=True)) as server:
        lan = Lan(session, server.address, KEY)
        assert "Appliance.Encrypt.ECDHE" in (await lan.ask("Appliance.System.Ability"))["ability"]
        with pytest.raises(ClientError):
            await lan.ask("Appliance.System.All")
        plug = await connect(session, server)
        plug.set_encryption_key(plug.uuid, "e" * 32, plug.mac_address)
        with pytest.raises(ClientError):
            await plug.async_update()


def test_the_cipher_is_that_of_the_published_vector() -> None:
    """Key, signature and body as stated with the facts, made by meross-iot."""
    key = "0123456789abcdef0123456789abcdef"
    cipher = Aes("2101010000000000000048e1e9000001", "48:e1:e9:00:00:01", key)
    message = json.loads(cipher.decrypt(CIPHER))
    header = message["header"]
    assert header["sign"] == sign(header["messageId"], key, header["timestamp"])
    assert cipher.encrypt(json.dumps(message, separators=(",", ":"))) == CIPHER


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


def test_a_file_that_is_no_trace_is_refused(tmp_path: Path) -> None:
    """In words."""
    path = tmp_path / "trace.csv"
    path.write_text("a\tb\nnothing\n")
    with pytest.raises(ValueError, match=r"System\.All"):
        read_trace(path)
    lines = (FIXTURES / MSS310).read_text().splitlines()
    path.write_text(lines[0])
    with pytest.raises(TypeError, match=r"System\.Ability"):
        read_trace(path)


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
