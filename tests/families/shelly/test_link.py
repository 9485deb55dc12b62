"""What a person sees when a device is pulled, rebooted, busy, slow or not the one it was."""

import asyncio
import logging
from contextlib import suppress

import pytest
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import Platform
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from custom_components.ecom.families.shelly.client import Address, ShellyClient
from custom_components.ecom.families.shelly.coordinator import VALID_FOR, ShellyCoordinator
from scripts.simulators.plug_faults import Fault, Pace
from scripts.simulators.shelly_fixture import made_up_plug
from scripts.simulators.shelly_server import ShellyServer
from tests.dialogue import Dialogue
from tests.families.shelly.at_home import ShellyAtHome, server_of
from tests.house import House, until


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what ECOM has logged, details left out."""
    return [
        record.message
        for record in caplog.records
        if "ecom" in record.name and record.levelno >= logging.INFO and "Kettle" in record.message
    ]


def reauths(shelly: ShellyAtHome) -> int:
    """Return how many times a person is asked for the password at this moment."""
    flows = shelly.entry.async_get_active_flows(shelly.house.hass, {SOURCE_REAUTH})
    return len(list(flows))


async def test_a_plug_is_pulled_and_plugged_in_again(
    shelly: ShellyAtHome, caplog: pytest.LogCaptureFixture
) -> None:
    """Gone at once, back by itself, one line down and one up, and the counter goes on."""
    caplog.set_level("INFO", "custom_components.ecom")
    await shelly.move_in()
    shelly.server.device.set_power("switch:0", 60.0)
    await shelly.house.later(seconds=31)
    await shelly.server.pull()
    await shelly.becomes(reachable=False)
    assert shelly.reachable == "off"
    assert shelly.outlet() == "unavailable"
    assert shelly.shown("switch0/energy") == "unavailable"
    await shelly.later(200)
    await shelly.server.plug_in()
    await shelly.until_reachable()
    assert shelly.reachable == "on"
    assert shelly.shown("switch0/power") == "60.0"
    assert float(shelly.shown("switch0/energy")) == pytest.approx(7259.1, abs=1.5)
    down, up = lines(caplog)
    assert down.startswith("Kettle cannot be read: ")
    assert up == "Kettle is read again"


async def test_a_device_that_stays_away_is_reported(shelly: ShellyAtHome) -> None:
    """A repair after five minutes; it goes when the device is back."""
    await shelly.move_in()
    await shelly.house.later(seconds=31)
    await shelly.server.stop()
    await shelly.later(240)
    assert shelly.house.issues == set()
    await shelly.later(140)
    assert shelly.house.issues == {"shelly_silent"}
    await shelly.server.start()
    await shelly.until_reachable()
    assert shelly.house.issues == set()


async def test_the_repair_goes_with_the_entry(shelly: ShellyAtHome) -> None:
    """Nobody can answer it any more."""
    await shelly.move_in()
    await shelly.house.later(seconds=31)
    await shelly.server.stop()
    await shelly.later(400)
    assert shelly.house.issues == {"shelly_silent"}
    await shelly.house.remove(shelly.entry)
    assert shelly.house.issues == set()


async def test_a_reboot_is_not_even_seen(
    shelly: ShellyAtHome, caplog: pytest.LogCaptureFixture
) -> None:
    """It hangs up and answers again at once: connected again with nothing said."""
    caplog.set_level("INFO", "custom_components.ecom")
    await shelly.move_in()
    await shelly.house.later(seconds=31)
    reads = shelly.state.reads
    shelly.server.reboot()
    await until(lambda: shelly.state.reads > reads)
    await until(lambda: shelly.server.clients == 1)
    assert shelly.reachable == "on"
    assert not lines(caplog)


async def test_a_new_firmware_is_shown(shelly: ShellyAtHome) -> None:
    """An update ends with a reboot."""
    await shelly.move_in()
    await shelly.house.later(seconds=31)
    shelly.server.device.info["ver"] = "1.7.1"
    shelly.server.reboot()
    await until(lambda: shelly.state.firmware == "1.7.1")


async def test_a_connection_that_never_lasts_is_left_alone_for_longer_and_longer(
    shelly: ShellyAtHome,
) -> None:
    """A device that hangs up on everyone is not asked in a circle."""
    await shelly.move_in()
    before = len(shelly.server.calls)
    for _ in range(120):
        shelly.server.reboot()
        await shelly.later(1)
    asked = shelly.server.calls[before:].count("Shelly.GetStatus")
    assert 2 <= asked <= 8


async def test_a_throttled_device_keeps_what_it_said(shelly: ShellyAtHome) -> None:
    """A poll that is refused is tried again a minute later; nothing flickers."""
    await shelly.move_in()
    shelly.server.faults.add(Fault.THROTTLE)
    for _ in range(Pace().most_calls):
        await shelly.poll()
    assert not await shelly.poll()
    assert shelly.reachable == "on"
    assert shelly.outlet() == "on"
    assert shelly.server.clients == 1
    shelly.server.faults.clear()
    assert await shelly.poll()


async def test_what_is_not_confirmed_for_long_goes_stale(shelly: ShellyAtHome) -> None:
    """Refused for three minutes: unavailable, though there is a connection."""
    await shelly.move_in()
    shelly.server.faults.add(Fault.THROTTLE)
    shelly.server.pace = Pace(most_calls=0)
    shelly.server._throttle._pace = Pace(most_calls=0)
    await shelly.later(int(VALID_FOR.total_seconds()))
    assert shelly.outlet() == "on"
    await shelly.later(1)
    assert shelly.outlet() == "unavailable"
    assert shelly.reachable == "on"
    shelly.server.faults.clear()
    await shelly.later(60)
    assert shelly.outlet() == "on"


async def test_a_device_that_answers_too_late(shelly: ShellyAtHome) -> None:
    """Two polls without an answer end the connection; once it is quick again it is read."""
    await shelly.move_in()
    shelly.server.faults.add(Fault.LATE)
    await shelly.later(75)
    assert shelly.reachable == "on"
    await shelly.later(75)
    assert shelly.reachable == "off"
    shelly.server.faults.clear()
    await shelly.until_reachable()
    assert shelly.outlet() == "on"


async def test_a_password_that_is_wrong_at_the_start(house: House, socket_enabled: None) -> None:
    """Home Assistant asks for another one."""
    del socket_enabled
    async with server_of(password="right") as server:
        at_home = ShellyAtHome(house, server)
        await at_home.move_in(password="wrong")
        assert at_home.entry.state is ConfigEntryState.SETUP_ERROR
        assert reauths(at_home) == 1
        assert server.clients == 0
        dialogue = await Dialogue.of_entry(house, at_home.entry, "reauth")
        await dialogue.send(password="right")
        assert dialogue.reason == "reauth_successful"
        assert at_home.entry.state is ConfigEntryState.LOADED
        await house.close()


async def test_a_password_that_is_changed_while_it_runs(
    house: House, socket_enabled: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Asked for once, the old one tried every five minutes; changed back, all is as before."""
    del socket_enabled
    async with server_of(password="0ld-s3cret") as server:
        at_home = ShellyAtHome(house, server)
        await at_home.move_in(title="Kettle")
        assert at_home.outlet() == "on"
        server.password = "n3w-s3cret"
        caplog.set_level("DEBUG")
        await at_home.later(65)
        assert at_home.reachable == "off"
        assert at_home.outlet() == "unavailable"
        assert reauths(at_home) == 1
        calls = len(server.calls)
        await at_home.later(280)
        assert len(server.calls) == calls
        assert reauths(at_home) == 1
        assert house.issues == set()
        server.password = "0ld-s3cret"
        await at_home.until_reachable(30)
        assert reauths(at_home) == 0
        assert [line.partition(":")[0] for line in lines(caplog)] == [
            "Kettle cannot be read",
            "Kettle is read again",
        ]
        assert "s3cret" not in caplog.text
        await house.close()


async def test_a_command_with_a_password_that_was_changed(
    house: House, socket_enabled: None
) -> None:
    """It is refused, and the person is asked for the new one without waiting for a poll."""
    del socket_enabled
    async with server_of(password="old") as server:
        at_home = ShellyAtHome(house, server)
        await at_home.move_in()
        server.password = "new"
        with pytest.raises(HomeAssistantError) as raised:
            await at_home.switch(on=False)
        assert raised.value.translation_key == "switch_forbidden"
        assert reauths(at_home) == 1
        await house.close()


async def test_another_device_at_its_address(shelly: ShellyAtHome, socket_enabled: None) -> None:
    """Addresses wander: what a stranger measures is not shown, nor is it told the password."""
    del socket_enabled
    await shelly.move_in()
    await shelly.house.later(seconds=31)
    port = shelly.server.port
    await shelly.server.stop()
    async with ShellyServer(port=port) as stranger:
        await shelly.later(60)
        assert shelly.reachable == "off"
        assert shelly.outlet() == "unavailable"
        assert stranger.calls == []
        await shelly.house.reload(shelly.entry)
        assert shelly.entry.state is ConfigEntryState.SETUP_RETRY
        assert "another device answers" in str(shelly.entry.reason)


async def test_something_else_at_its_address(shelly: ShellyAtHome) -> None:
    """Neither is the entry given up: the device may come back."""
    entry = shelly.entry
    shelly.server.device.info.clear()
    await shelly.house.add(entry)
    assert shelly.entry.state is ConfigEntryState.SETUP_RETRY


async def test_nobody_at_home(shelly: ShellyAtHome) -> None:
    """Set-up is tried again by Home Assistant."""
    await shelly.server.stop()
    await shelly.move_in()
    assert shelly.entry.state is ConfigEntryState.SETUP_RETRY
    assert "refused" in str(shelly.entry.reason)


async def test_an_entry_of_a_newer_version(shelly: ShellyAtHome) -> None:
    """Its data may mean something else."""
    await shelly.move_in(schema=2)
    assert shelly.entry.state is ConfigEntryState.SETUP_ERROR


async def test_two_plugs_disturb_each_other_in_nothing(
    shelly: ShellyAtHome, socket_enabled: None
) -> None:
    """One is pulled, the other goes on."""
    del socket_enabled
    await shelly.move_in()
    async with server_of(made_up_plug(7)) as second:
        other = ShellyAtHome(shelly.house, second)
        await other.move_in(title="Lamp")
        await shelly.house.later(seconds=31)
        await shelly.server.pull()
        await shelly.becomes(reachable=False)
        second.device.set_power("switch:0", 12.0)
        await other.push()
        assert other.shown("switch0/power") == "12.0"
        assert shelly.shown("switch0/power") == "unavailable"
        await shelly.house.close()


async def test_two_clients_on_one_device(shelly: ShellyAtHome) -> None:
    """Another program, such as core's integration: each hears what the other does."""
    await shelly.move_in()
    session = async_get_clientsession(shelly.house.hass)
    other = ShellyClient(session, Address.parse(shelly.server.address))
    await other.connect()
    assert shelly.server.clients == 2
    await other.switch(0, on=False)
    await until(lambda: shelly.outlet() == "off")
    await shelly.switch(on=True)
    await until(lambda: dict(other.status)["switch:0"]["output"] is True)
    await other.close()
    await until(lambda: shelly.server.clients == 1)
    assert await shelly.poll()
    assert shelly.outlet() == "on"


async def test_a_fault_of_our_own_is_survived(
    shelly: ShellyAtHome, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and the connection made anew."""
    await shelly.move_in()
    take = ShellyCoordinator._take

    def broken(_self: ShellyCoordinator) -> None:
        monkeypatch.setattr(ShellyCoordinator, "_take", take)
        raise ZeroDivisionError

    monkeypatch.setattr(ShellyCoordinator, "_take", broken)
    await shelly.later(61)
    assert "could not be taken" in caplog.text
    await shelly.until_reachable()
    assert shelly.shown("switch0/state", Platform.SWITCH) == "on"


async def test_a_cancellation_that_is_swallowed(
    shelly: ShellyAtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Aioshelly 13 does so while it hangs up; unloading ends all the same."""
    await shelly.move_in()
    close, held = ShellyClient.close, asyncio.Event()

    async def swallow(client: ShellyClient) -> None:
        monkeypatch.setattr(ShellyClient, "close", close)
        held.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await close(client)

    monkeypatch.setattr(ShellyClient, "close", swallow)
    shelly.server.reboot()
    await held.wait()
    await shelly.house.unload(shelly.entry)
    assert shelly.entry.state is ConfigEntryState.NOT_LOADED
    await until(lambda: shelly.server.clients == 0)
