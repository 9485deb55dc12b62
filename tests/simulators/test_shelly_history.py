"""The simulated Shelly remembers what it counted."""

from typing import Any

import pytest
from aiohttp import ClientSession
from aioshelly.rpc_device import RpcDevice

from scripts.simulators.shelly_device import ShellyDevice
from scripts.simulators.shelly_fixture import made_up_plug
from scripts.simulators.shelly_server import ShellyServer
from tests.simulators.clocks import NOON, Clock
from tests.simulators.shellys import PRO_3EM, Connect, device

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def records(client: RpcDevice, since: int, until: int | None) -> dict[int, list[float]]:
    """Return all records of a time, by their minute, over as many answers as it takes."""
    found: dict[int, list[float]] = {}
    params: dict[str, Any] = {"id": 0, "ts": since}
    if until is not None:
        params["end_ts"] = until
    while True:
        answer = await client.call_rpc("EMData.GetData", params)
        for block in answer["data"]:
            for number, values in enumerate(block["values"]):
                assert len(values) == len(answer["keys"])
                found[block["ts"] + number * block["period"]] = values
        if "next_record_ts" not in answer:
            return found
        params["ts"] = answer["next_record_ts"]


async def test_the_records_of_a_meter_add_up_to_its_counters(
    connect: Connect, clock: Clock
) -> None:
    """Phase by phase, to the hundredth of a Wh, with energy fed in and a power cut."""
    async with ShellyServer(device(PRO_3EM, live=True, clock=clock)) as server:
        since = int(NOON.timestamp())
        before = server.device.status()["emdata:0"]
        clock.pass_(minutes=30)
        server.device.set_power("em:0/b", -900.0)
        clock.pass_(minutes=50, seconds=20)
        await server.pull()
        clock.pass_(minutes=10)
        await server.plug_in()
        clock.pass_(minutes=29, seconds=40)
        client = await connect(server)
        blocks = (await client.call_rpc("EMData.GetRecords", {"id": 0, "ts": since}))["data_blocks"]
        assert blocks == [
            {"ts": since, "period": 60, "records": 81},
            {"ts": since + 90 * 60, "period": 60, "records": 30},
        ]
        found = await records(client, since, None)
        assert len(found) == 111
        after = client.status["emdata:0"]
        for phase, column in (("a", 0), ("b", 16), ("c", 32)):
            for field, place in (("total_act_energy", 0), ("total_act_ret_energy", 2)):
                total = sum(values[column + place] for values in found.values())
                name = f"{phase}_{field}"
                assert total == pytest.approx(after[name] - before[name], abs=0.001)
        assert after["b_total_act_ret_energy"] - before["b_total_act_ret_energy"] > 1000
        assert client.status["em:0"]["b_act_power"] == -900.0
        assert client.status["em:0"]["total_act_power"] == pytest.approx(
            sum(client.status["em:0"][f"{phase}_act_power"] for phase in "abc")
        )


async def test_a_live_meter_remembers_what_was_before_it_was_started(clock: Clock) -> None:
    """Sixty days of it; a mere recording remembers nothing."""
    live = device(PRO_3EM, live=True, clock=clock)
    async with ShellyServer(live) as server, ClientSession() as session:
        url = f"http://{server.address}/rpc/EMData.GetRecords?id=0&ts=0"
        async with session.get(url) as answer:
            (block,) = (await answer.json())["data_blocks"]
        assert block["records"] == 60 * 1440
    async with ShellyServer(device(PRO_3EM, clock=clock)) as server, ClientSession() as session:
        url = f"http://{server.address}/rpc/EMData.GetRecords?id=0"
        async with session.get(url) as answer:
            assert await answer.json() == {"data_blocks": []}


async def test_a_single_phase_meter(connect: Connect, clock: Clock) -> None:
    """``em1`` has its counters in ``em1data``, and records of fourteen numbers."""
    fixture = made_up_plug()
    fixture.status["em1:0"] = {"id": 0, "act_power": 12.0, "voltage": 230.0, "current": 0.05}
    fixture.status["em1data:0"] = {"id": 0, "total_act_energy": 5.0, "total_act_ret_energy": 1.0}
    async with ShellyServer(ShellyDevice(fixture, clock=clock)) as server:
        server.device.set_power("em1:0", -120.0)
        clock.pass_(minutes=30)
        client = await connect(server)
        assert client.status["em1:0"]["act_power"] == -120.0
        assert client.status["em1data:0"]["total_act_energy"] == 5.0
        assert client.status["em1data:0"]["total_act_ret_energy"] == 61.0
        since = int(NOON.timestamp())
        answer = await client.call_rpc("EM1Data.GetData", {"id": 0, "ts": since})
        assert len(answer["keys"]) == 14
        assert len(answer["data"][0]["values"][0]) == 14
