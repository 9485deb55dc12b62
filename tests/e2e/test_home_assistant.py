"""A real Home Assistant 2026.11, driven as a browser would, reads a replayed capture.

Run by ``scripts/test`` in ``.venv-ha``, without the unit tests' harness.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scripts.tools.demo import TROUBLE
from scripts.tools.ha_api import Api, ApiError
from scripts.tools.ha_process import ROOT, HomeAssistant, free_port

PATIENCE = 30
CAPTURE = "e450_ekz_2021-07-06"
IMPORT = "sensor.meter_energy_import"


@asynccontextmanager
async def simulated(*arguments: str) -> AsyncIterator[dict[str, Any]]:
    """Run ``scripts/simulate`` and yield what it says of itself."""
    process = await asyncio.create_subprocess_exec(
        str(ROOT / "scripts" / "simulate"),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def home_assistant(folder: Path, port: int) -> AsyncIterator[tuple[Api, HomeAssistant]]:
    """Run Home Assistant on a folder and log in."""
    home = HomeAssistant(folder / "config", port)
    home.prepare()
    await home.start()
    try:
        async with Api(home.url) as api:
            await api.wait_until_up(PATIENCE * 3)
            await api.log_in()
            await api.wait_until_running(PATIENCE * 3)
            yield api, home
    finally:
        await home.stop()


async def states(api: Api) -> dict[str, str]:
    """Return every state by entity id."""
    return {state["entity_id"]: state["state"] for state in await api.get("/api/states")}


async def wait_for(api: Api, wanted: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    """Wait until the states are as wanted; return them, whatever they are at the end."""
    for _ in range(PATIENCE * 2):
        if wanted(found := await states(api)):
            return found
        await asyncio.sleep(0.5)
    return await states(api)


def answers(address: str, **found: Any) -> dict[str, dict[str, Any]]:
    """Return what a person answers in ECOM's config flow."""
    return {
        "user": {"next_step_id": "e450_user"},
        "e450_user": {"device": address},
        "e450_found": {"name": "Meter", "role": "grid", **found},
    }


async def test_a_replayed_capture_reaches_the_site_and_survives_restart_and_removal(
    tmp_path: Path,
) -> None:
    """28 W and 886,977 Wh of a captured telegram are in the states, and in the Site."""
    port = free_port()
    meter = ("e450", "--replay", CAPTURE, "--rebase-time", "--interval", "2")
    async with simulated(*meter) as says:
        async with home_assistant(tmp_path, port) as (api, home):
            assert (await api.run_flow(answers(says["address"])))["type"] == "create_entry"
            found = await wait_for(api, lambda now: now.get("sensor.ecom_demo_power") == "28.0")
            assert found["sensor.meter_power_import"] == "28"
            assert found[IMPORT] == "886977"
            assert found["sensor.ecom_demo_power"] == "28.0"
            assert found["sensor.ecom_demo_import"] == "28.0"
            energy = (await api.get(f"/api/states/{IMPORT}"))["attributes"]
            assert energy["unit_of_measurement"] == "Wh"
            assert energy["device_class"] == "energy"
            assert energy["state_class"] == "total_increasing"
        assert trouble(home) == []

        async with home_assistant(tmp_path, port) as (api, home):
            found = await wait_for(api, lambda now: now.get("sensor.ecom_demo_power") == "28.0")
            assert found["sensor.ecom_demo_power"] == "28.0"
            site = next(entry for entry in await api.entries() if entry["title"] == "ECOM demo")
            await api.delete(f"/api/config/config_entries/entry/{site['entry_id']}")
            found = await wait_for(api, lambda now: "sensor.ecom_demo_power" not in now)
            assert "sensor.ecom_demo_power" not in found
        assert trouble(home) == []

        async with home_assistant(tmp_path, port) as (api, home):
            found = await wait_for(api, lambda now: now.get(IMPORT) == "886977")
            assert found[IMPORT] == "886977"
            assert "sensor.ecom_demo_power" not in found, "a deleted Site stays deleted"
            issues = (await api.call("repairs/list_issues"))["issues"]
            assert "site_deleted" in [issue["issue_id"] for issue in issues]
        assert trouble(home) == []


async def test_a_relay_is_switched_on_a_wes_and_the_truth_is_shown(tmp_path: Path) -> None:
    """A relay follows; one that refuses stays off and is reported, one that flips is off again."""
    async with (
        simulated("wes", "--serial", "1", "--firmware", "0.84") as good,
        simulated("wes", "--serial", "2", "--fault", "relay-refuses") as refusing,
        simulated("wes", "--serial", "3", "--fault", "relay-flips") as flipping,
        home_assistant(tmp_path, free_port()) as (api, home),
    ):
        for says, name in ((good, "Good"), (refusing, "Refusing"), (flipping, "Flipping")):
            assert (await api.run_flow(wes_answers(says, name)))["type"] == "create_entry"
        found = await states(api)
        assert found["switch.good_relay_1"] == "off"
        assert float(found["sensor.good_tic1_import"]) > 0
        await switch(api, "good", "on")
        assert (await states(api))["switch.good_relay_1"] == "on"
        await switch(api, "good", "off")
        assert (await states(api))["switch.good_relay_1"] == "off"
        with pytest.raises(ApiError, match="500"):
            await switch(api, "refusing", "on")
        assert (await states(api))["switch.refusing_relay_1"] == "off"
        await switch(api, "flipping", "on")
        assert (await states(api))["switch.flipping_relay_1"] == "on"
        found = await wait_for(api, lambda now: now["switch.flipping_relay_1"] == "off")
        assert found["switch.flipping_relay_1"] == "off"
        assert found["binary_sensor.refusing_reachable"] == "on"
    assert trouble(home) == []


def wes_answers(says: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """Return what a person answers; the account of the first server opens the others."""
    account = {"username": "admin", "password": "wes"} if name == "Good" else {}
    ports = {"http_port": 80, "m2m_port": says["m2m"]}
    roles = {f"role_{number}": "none" for number in ((1,) if name == "Good" else (1, 2, 3))}
    return {
        "user": {"next_step_id": "wes_user"},
        "wes_user": {"address": says["address"], "ports": ports, **account},
        "wes_found": {"name": name, "counters": {}, **roles},
    }


async def switch(api: Api, name: str, to: str) -> None:
    """Switch the first relay of a server."""
    await api.post(f"/api/services/switch/turn_{to}", {"entity_id": f"switch.{name}_relay_1"})


async def test_a_meross_plug_is_read_and_switched(tmp_path: Path) -> None:
    """An encrypted one whose commands get lost, and a second one that needs no key any more."""
    trace = str(ROOT / "tests" / "fixtures" / "meross" / "mss305_8.3.15_2025-02-17.json")
    async with (
        simulated("meross", "--trace", trace, "--live", "--encrypted", "--fault", "lost") as lossy,
        simulated("meross", "--serial", "2") as plain,
        home_assistant(tmp_path, free_port()) as (api, home),
    ):
        for says, name in ((lossy, "Lossy"), (plain, "Plain")):
            assert (await api.run_flow(meross_answers(says, name)))["type"] == "create_entry"
        found = await wait_for(api, lambda now: "sensor.plain_energy" in now)
        assert found["switch.lossy_outlet"] == found["switch.plain_outlet"] == "on"
        assert float(found["sensor.lossy_energy"]) > 0
        assert float(found["sensor.plain_voltage"]) == pytest.approx(230.4)
        for to in ("off", "on"):
            await api.post(f"/api/services/switch/turn_{to}", {"entity_id": "switch.lossy_outlet"})
            assert (await states(api))["switch.lossy_outlet"] == to
        log = home.log.read_text()
        assert lossy["key"] not in log
        assert "meross_iot" not in log
    assert trouble(home) == []


async def test_a_recorded_shelly_is_read_switched_and_counted(tmp_path: Path) -> None:
    """A Pro 3EM shows its recording; a plug with a password lives, and its energy is counted."""
    trace = str(ROOT / "tests" / "fixtures" / "shelly" / "pro_3em_1.1.0_2024-02-07.json")
    async with (
        simulated("shelly", "--fixture", trace) as mains,
        simulated("shelly", "--serial", "3", "--password", "cold", "--interval", "1") as plug,
        home_assistant(tmp_path, free_port()) as (api, home),
    ):
        for says, name, role in ((mains, "Mains", "grid"), (plug, "Kettle", "sub_meter")):
            answers = {
                "user": {"next_step_id": "shelly_user"},
                "shelly_user": {"address": says["address"]},
                "shelly_password": {"password": "cold"},
                "shelly_found": {"name": name, "role": role},
            }
            assert (await api.run_flow(answers))["type"] == "create_entry"
        found = await wait_for(api, lambda now: now.get("sensor.ecom_demo_power") == "558.965")
        assert found["sensor.mains_power"] == found["sensor.ecom_demo_power"] == "558.965"
        assert float(found["sensor.mains_em0a_energy"]) == 2034616.71
        for to in ("off", "on"):
            await api.post(f"/api/services/switch/turn_{to}", {"entity_id": "switch.kettle_outlet"})
            assert (await states(api))["switch.kettle_outlet"] == to
        now = datetime.now(UTC)
        asked = {"start": (now - timedelta(days=1)).isoformat(), "resolution": "month"}
        asked["end"] = (now + timedelta(days=1)).isoformat()
        answer = await api.post("/api/services/ecom/get_consumption?return_response", asked)
        meters = {meter["name"]: meter for meter in answer["service_response"]["meters"]}
        assert meters.keys() == {"Mains", "Kettle"}
        drawn = [slot["drawn"] for slot in meters["Kettle"]["slots"] if slot["drawn"] is not None]
        assert len(drawn) in {1, 2}, "this month, or the end of one and the beginning of another"
        with pytest.raises(ApiError, match="400"):
            await api.post(
                "/api/services/ecom/get_consumption?return_response",
                {**asked, "end": asked["start"]},
            )
        assert "cold" not in home.log.read_text()
    assert trouble(home) == []


def meross_answers(says: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """Return what a person answers; the key of the first plug opens the second one."""
    return {
        "user": {"next_step_id": "meross_user"},
        "meross_user": {"address": says["address"]},
        "meross_found": {"name": name, "role": "sub_meter"},
        **(
            {"meross_access": {"next_step_id": "meross_key"}, "meross_key": {"key": says["key"]}}
            if name == "Lossy"
            else {}
        ),
    }


def trouble(home: HomeAssistant) -> list[str]:
    """Return the log's lines in which ECOM complains or breaks."""
    return [line for line in home.log.read_text().splitlines() if TROUBLE.search(line)]
