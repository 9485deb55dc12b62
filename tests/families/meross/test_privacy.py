"""No secret is told, and nobody but the device is talked to."""

import json
import logging
import os
from datetime import timedelta
from typing import Any

import pytest
from homeassistant.util import dt as dt_util

from custom_components.ecom.diagnostics import async_get_config_entry_diagnostics
from custom_components.ecom.families.meross.address import Address
from custom_components.ecom.families.meross.flow.visit import visit
from custom_components.ecom.families.meross.library import MerossManager
from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_server import KEY
from scripts.simulators.meross_trace import made_up_plug
from tests.families.meross.at_home import MSS305, RECORDED_AT, MerossAtHome, made_up, recorded


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that every address is added to which anybody connects to or looks up."""
    seen: list[Any] = []

    def spy(owner: type, name: str, place: int) -> None:
        true = getattr(owner, name)

        def spied(*arguments: Any, **more: Any) -> Any:
            seen.append(arguments[place])
            return true(*arguments, **more)

        monkeypatch.setattr(owner, name, spied)

    import asyncio.selector_events as loops  # noqa: PLC0415 - what is spied upon here alone
    import socket  # noqa: PLC0415 - as above

    spy(loops.BaseSelectorEventLoop, "sock_connect", 2)
    spy(socket.socket, "connect", 1)
    spy(socket.socket, "connect_ex", 1)
    return seen


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_only_the_device_is_talked_to(
    meross: MerossAtHome, connections: list[Any], *, encrypted: bool
) -> None:
    """Setting up, reading, switching, history, failing and recovering: one address."""
    await meross.is_a(made_up(encrypted=encrypted))
    await meross.move_in()
    await meross.later(70)
    await meross.switch(on=False)
    end = dt_util.utcnow().replace(minute=0, second=0)
    await meross.history().hours(end - timedelta(hours=3), end)
    await meross.server.stop()
    await meross.later(60)
    await meross.server.start()
    await meross.later(60)
    await meross.house.unload(meross.entry)
    assert len(connections) > 20
    assert set(connections) == {("127.0.0.1", meross.server.port)}


async def test_the_library_opens_no_connection_of_its_own(
    meross: MerossAtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its broker and its HTTP are out of reach: what would use them would fail."""
    for name in ("_async_get_create_mqtt_client", "_new_mqtt_client", "_async_execute_cmd_http"):
        assert hasattr(MerossManager, name)
        monkeypatch.setattr(MerossManager, name, None)
    await meross.move_in()
    await meross.switch(on=False)
    assert meross.is_on() == "off"


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_no_log_tells_a_secret(
    meross: MerossAtHome, caplog: pytest.LogCaptureFixture, *, encrypted: bool
) -> None:
    """At the deepest level of everybody, through all that can go wrong."""
    caplog.set_level(logging.DEBUG)
    await meross.is_a(made_up(encrypted=encrypted))
    await meross.move_in()
    cipher = meross.coordinator._reader.client._lan.cipher
    await meross.switch(on=False)
    meross.server.key = "f" * 32
    await meross.later(40)
    await meross.house.unload(meross.entry)
    assert "Plug: " in caplog.text
    assert KEY not in caplog.text
    assert KEY[:12] not in caplog.text
    if cipher is not None:
        assert cipher._encryption_key.decode() not in caplog.text


async def test_objects_and_errors_tell_no_secret(meross: MerossAtHome) -> None:
    """What might end in a traceback or a debugger's log."""
    await meross.move_in()
    reader = meross.coordinator._reader
    shown = [repr(each) for each in (reader, reader.client, reader.client._lan, meross.source)]
    found = await visit(meross.house.hass, Address.parse(meross.server.address), [KEY])
    shown.append(repr(found))
    shown.append(repr(vars(meross.source)))
    assert not any(KEY in text for text in shown)


async def test_the_process_is_left_as_it_was(meross: MerossAtHome) -> None:
    """Environment and root logger."""
    environment, handlers = dict(os.environ), [*logging.getLogger().handlers]
    level = logging.getLogger().level
    await meross.move_in()
    await meross.switch(on=False)
    assert dict(os.environ) == environment
    assert logging.getLogger().handlers == handlers
    assert logging.getLogger().level == level


async def test_the_diagnostics(meross: MerossAtHome) -> None:
    """They show what it says, name what ECOM passes over, and hold nobody's secret."""
    trace = made_up_plug()
    trace.ability["Appliance.Control.TeaTime"] = {}
    await meross.is_a(MerossDevice(trace, live=True, clock=made_up().clock))
    await meross.move_in()
    found = await async_get_config_entry_diagnostics(meross.house.hass, meross.entry)
    assert found["runtime"]["passed_over"] == ["Appliance.Control.TeaTime"]
    assert found["runtime"]["model"] == "mss310"
    assert found["runtime"]["channels"]["outlet0"]["voltage"] == 230.4
    text = json.dumps(found).lower()
    device = meross.server.device
    for secret in (KEY, device.uuid, device.mac, device.mac.replace(":", ""), "127.0.0.1"):
        assert secret.lower() not in text


async def test_a_known_device_passes_nothing_over(meross: MerossAtHome) -> None:
    """REAL: all abilities of an mss305 are known, if not used."""
    meross.house.freezer.move_to(RECORDED_AT[MSS305])
    await meross.is_a(recorded(MSS305))
    await meross.move_in()
    assert meross.source.diagnostics()["passed_over"] == []
