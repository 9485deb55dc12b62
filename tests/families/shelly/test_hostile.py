"""A running device that begins to talk nonsense: nothing wrong is shown, nothing breaks."""

import json
import logging
import random
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import entity_registry as er

from custom_components.ecom.diagnostics import async_get_config_entry_diagnostics
from custom_components.ecom.plugs import Quantity
from scripts.simulators.shelly_server import ShellyServer
from tests.families.shelly.at_home import PRO_4PM, ShellyAtHome, server_of
from tests.families.shelly.test_pure import damaged
from tests.house import House, until


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what ECOM, or a listener of its, has logged as an error."""
    return [
        record.message
        for record in caplog.records
        if record.levelno >= logging.ERROR and not record.name.startswith("aioshelly")
    ]


async def say(server: ShellyServer, text: str) -> None:
    """Send a frame to every client."""
    for client in tuple(server._clients):
        await client.send_str(text)


@pytest.mark.parametrize(
    "params",
    [
        None,
        5,
        "switch:0",
        [],
        {},
        {"switch:0": None},
        {"switch:0": "on"},
        {"switch:0": []},
        {"switch:0": {"output": "on", "apower": "12", "voltage": None, "aenergy": 7}},
        {"switch:0": {"output": 1, "apower": 1e300, "aenergy": {"total": -5}}},
        {"switch:0": {"apower": True, "current": {"a": 1}}},
        {"switch:9": {"output": True}, "sys": None},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["NotifyStatus", "NotifyFullStatus", "NotifyEvent"])
async def test_pushes_that_cannot_be(
    shelly: ShellyAtHome, caplog: pytest.LogCaptureFixture, method: str, params: Any
) -> None:
    """Values are what was recorded or unknown; the next look at the device mends all."""
    await shelly.move_in()
    await shelly.server.notify(method, params)
    await shelly.settle()
    assert shelly.outlet() in {"on", "unknown"}
    assert shelly.shown("switch0/power") in {"2.7", "unknown"}
    assert shelly.shown("switch0/energy") in {"7258.589", "unknown"}
    assert shelly.house.entity_id(shelly.key("switch9/power")) is None
    assert await shelly.poll()
    assert shelly.outlet() == "on"
    assert shelly.shown("switch0/power") == "2.7"
    assert shelly.server.clients == 1
    assert not complaints(caplog)


@pytest.mark.parametrize(
    "frame", ["nothing that is JSON", "[]", "5", "null", '{"id": {"a": 1}}', '{"id": 99}', "{}"]
)
async def test_frames_that_cannot_be(
    shelly: ShellyAtHome, caplog: pytest.LogCaptureFixture, frame: str
) -> None:
    """Whether the library bears them or hangs up, the device is read afterwards."""
    await shelly.move_in()
    await shelly.house.later(seconds=31)
    await say(shelly.server, frame)
    await shelly.settle()
    await until(lambda: shelly.server.clients == 1 and shelly.state.reachable)
    await until(lambda: shelly.coordinator._client.connected)
    shelly.server.device.set_power("switch:0", 75.0)
    await shelly.push()
    assert shelly.shown("switch0/power") == "75.0"
    assert not complaints(caplog)


async def test_a_flood_of_changed_settings(shelly: ShellyAtHome) -> None:
    """They are looked at once a second at most."""
    await shelly.move_in()
    for _ in range(200):
        await shelly.server.rename("Kettle")
    await shelly.later(1)
    await shelly.later(1)
    assert shelly.server.calls.count("Shelly.GetConfig") <= 3


async def test_settings_that_cannot_be_read(shelly: ShellyAtHome) -> None:
    """The next poll sees to it."""
    await shelly.move_in()
    called = shelly.server._called
    refused = 0

    def reply(method: str, params: Any) -> Any:
        nonlocal refused
        if method == "Shelly.GetConfig" and not refused:
            refused += 1
            return called("Cover.Open", params)
        return called(method, params)

    shelly.server._called = reply  # type: ignore[method-assign]
    await shelly.server.rename("Kettle")
    await until(lambda: shelly.coordinator._settings is not None)
    await shelly.later(1)
    assert refused == 1
    assert shelly.state.name == "Test Name"
    await shelly.poll()
    await shelly.later(1)
    assert shelly.state.name == "Kettle"


async def test_damaged_pushes(
    house: House, socket_enabled: None, caplog: pytest.LogCaptureFixture
) -> None:
    """A strip that goes mad (fixed seeds): each state is a recorded one, or none."""
    del socket_enabled
    async with server_of(PRO_4PM) as server:
        strip = ShellyAtHome(house, server)
        await strip.move_in()
        registry = er.async_get(house.hass)
        entities = [
            entity.entity_id
            for entity in er.async_entries_for_config_entry(registry, strip.entry.entry_id)
            if entity.domain == "sensor"
        ]
        recorded = {house.hass.states.get(each).state for each in entities}  # type: ignore[union-attr]
        for seed in range(150):
            lot = random.Random(seed)
            await server.notify("NotifyStatus", damaged(server.device.recorded, lot))
            if seed % 10 == 9:
                await strip.settle()
                shown = {house.hass.states.get(each).state for each in entities}  # type: ignore[union-attr]
                assert shown <= recorded | {"unknown", "unavailable", "0", "0.0", "-1", "-1.0"}
        assert await strip.poll()
        assert [strip.outlet(number) for number in range(4)] == ["off"] * 4
        assert strip.entry.state is ConfigEntryState.LOADED
        assert not complaints(caplog)
        await house.close()


async def test_diagnostics_hold_no_secret(house: House, socket_enabled: None) -> None:
    """Neither the password nor addresses, MACs and names; values and what is passed over."""
    del socket_enabled
    async with server_of(PRO_4PM, password="s3cret") as server:
        strip = ShellyAtHome(house, server)
        await strip.move_in(app_name="Aunt Agatha")
        server.device.set("cover:0", state="open")
        await strip.house.reload(strip.entry)
        found = await async_get_config_entry_diagnostics(house.hass, strip.entry)
        text = json.dumps(found, default=str)
        mac = server.device.info["mac"]
        for secret in ("s3cret", mac, mac.lower(), "127.0.0.1", "Agatha", "Test Name"):
            assert secret not in text
        runtime = found["runtime"]
        assert runtime["channels"]["switch0"][Quantity.VOLTAGE] == 121.7
        assert runtime["firmware"] == "1.0.3"
        assert "cover:0" in runtime["passed_over"]
        assert "s3cret" not in repr(strip.coordinator._client)
        await house.close()
