"""How often a server is read, and what follows when it cannot be."""

from http import HTTPStatus

import pytest
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import Platform
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ecom.families.wes import coordinator as module
from scripts.simulators.wes_faults import Fault
from tests.families.wes.at_home import WesAtHome
from tests.house import until

REACHABLE = ("reachable", Platform.BINARY_SENSOR)


async def fail(wes: WesAtHome, times: int) -> None:
    """Let so many polls fail."""
    for _ in range(times):
        assert not await wes.poll()


async def test_it_is_read_on_a_beat(wes: WesAtHome) -> None:
    """Each 15 s has one read, whatever the answers take."""
    await wes.move_in()
    reads = wes.coordinator.data.reads
    for number in range(1, 9):
        await wes.later(15)
        assert wes.coordinator.data.reads == reads + number


async def test_one_failure_is_none(wes: WesAtHome) -> None:
    """A small server may miss a beat: what it said holds for three of them."""
    await wes.move_in()
    wes.server.faults.add(Fault.GARBAGE)
    await fail(wes, 2)
    assert wes.shown(*REACHABLE) == "on"
    assert wes.shown("clamp1/current") != "unavailable"


async def test_three_failures_are_logged_once(
    wes: WesAtHome, caplog: pytest.LogCaptureFixture
) -> None:
    """Once going down, once coming back."""
    await wes.move_in()
    caplog.set_level("INFO", "custom_components.ecom")
    wes.server.faults.add(Fault.GARBAGE)
    await fail(wes, 5)
    assert wes.shown(*REACHABLE) == "off"
    wes.server.faults.clear()
    assert await wes.poll()
    assert wes.shown(*REACHABLE) == "on"
    lines = [
        record.message
        for record in caplog.records
        if "ecom" in record.name and record.levelname != "DEBUG"
    ]
    assert lines == [
        "WES cannot be read: the page holds nothing that can be read",
        "WES is read again",
    ]


async def test_it_slows_down_and_recovers_its_pace(wes: WesAtHome) -> None:
    """After three failures it is asked every minute at most, and then every 15 s again."""
    await wes.move_in()
    await wes.server.stop()
    await wes.later(300)
    await wes.server.start()
    asked = len(wes.server.requests)
    await wes.later(60)
    assert len(wes.server.requests) - asked in range(1, 7)
    reads = wes.coordinator.data.reads
    await wes.later(60)
    assert wes.coordinator.data.reads == reads + 4


async def test_a_silent_server_is_a_repair(wes: WesAtHome) -> None:
    """After five minutes, until it answers again."""
    await wes.move_in()
    await wes.server.stop()
    await wes.later(280)
    assert wes.house.issues == set()
    await wes.later(120)
    assert wes.house.issues == {"wes_silent"}
    assert wes.shown("clamp1/current") == "unavailable"
    await wes.server.start()
    await wes.later(61)
    assert wes.house.issues == set()
    assert wes.shown("clamp1/current") != "unavailable"


async def test_a_refused_account_asks_for_another(wes: WesAtHome) -> None:
    """The server is not hammered with a wrong password, and one that is right again ends it."""
    await wes.move_in()
    wes.server.faults.add(Fault.UNAUTHORISED)
    await wes.later(29)
    assert not list(wes.entry.async_get_active_flows(wes.house.hass, {SOURCE_REAUTH}))
    await wes.later(17)
    assert list(wes.entry.async_get_active_flows(wes.house.hass, {SOURCE_REAUTH}))
    asked = len(wes.server.requests)
    await wes.later(240)
    assert len(wes.server.requests) == asked
    assert wes.house.issues <= {"config_entry_reauth"}
    wes.server.faults.clear()
    await wes.later(90)
    assert not list(wes.entry.async_get_active_flows(wes.house.hass, {SOURCE_REAUTH}))
    assert wes.shown(*REACHABLE) == "on"


async def test_after_a_break_it_must_be_the_same_server(wes: WesAtHome) -> None:
    """Another one may have got the address meanwhile."""
    await wes.move_in()
    wes.server.faults.add(Fault.GARBAGE)
    await fail(wes, 3)
    wes.server.faults.clear()
    data = {**wes.entry.data, "mac": "02e7500000ff"}
    wes.house.hass.config_entries.async_update_entry(wes.entry, data=data)
    await fail(wes, 1)
    data["mac"] = wes.server.mac
    wes.house.hass.config_entries.async_update_entry(wes.entry, data=data)
    assert await wes.poll()


async def test_a_clock_that_is_off_is_a_repair(wes: WesAtHome) -> None:
    """More than two minutes, three times in a row; set right, the repair goes."""
    wes.server.values["info/time"] = "11:05"
    await wes.move_in({"interval": 300})
    await wes.poll()
    assert wes.house.issues == set()
    await wes.poll()
    assert wes.house.issues == {"wes_clock_off"}
    wes.server.values.clear()
    await wes.poll()
    assert wes.house.issues == set()


async def test_a_fault_of_our_own_is_logged_and_survived(
    wes: WesAtHome, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing that a page says ends the polling."""
    await wes.move_in()

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(module, "read_page", broken)
        await fail(wes, 1)
    assert "the next one will be tried" in caplog.text
    caplog.clear()
    assert await wes.poll()


async def test_an_event_is_seen_at_once(
    wes: WesAtHome, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """The webhook causes a read; what its call claims is not believed."""
    assert await async_setup_component(wes.house.hass, "webhook", {})
    await wes.move_in()
    client = await hass_client_no_auth()
    url = f"/api/webhook/{wes.entry.data['webhook_id']}"
    await wes.later(2)
    assert (await client.get(f"{url}?input2=1")).status == HTTPStatus.OK
    await wes.later(2)
    assert wes.shown("input2/state", Platform.BINARY_SENSOR) == "off"
    await wes.server.set_input(2, True)
    assert (await client.get(url)).status == HTTPStatus.OK
    await wes.later(2)
    assert wes.shown("input2/state", Platform.BINARY_SENSOR) == "on"


async def test_a_flood_of_events_costs_a_read_a_second(wes: WesAtHome) -> None:
    """And the beat goes on."""
    await wes.move_in()
    await wes.later(5)
    reads = wes.coordinator.data.reads
    for _ in range(10):
        for _ in range(100):
            wes.coordinator.poke()
        await wes.later(1)
    assert wes.coordinator.data.reads - reads in range(8, 12)


async def test_an_event_during_a_read_causes_another(wes: WesAtHome) -> None:
    """The page under way may have been made before the event."""
    await wes.move_in()
    await wes.later(5)
    wes.coordinator.poke()
    await wes.house.later(seconds=1)
    reads = wes.coordinator.data.reads
    await until(lambda: wes.coordinator.polling or wes.coordinator.data.reads > reads)
    wes.coordinator.poke()
    await wes.later(3)
    assert wes.coordinator.data.reads >= reads + 1


async def test_unloading_stops_everything(wes: WesAtHome) -> None:
    """No poll after the unload, and the repairs are taken back."""
    wes.server.values["info/time"] = "11:05"
    await wes.move_in()
    await wes.poll()
    await wes.poll()
    assert wes.house.issues == {"wes_clock_off"}
    await wes.house.unload(wes.entry)
    asked = len(wes.server.requests)
    await wes.house.later(seconds=60)
    assert len(wes.server.requests) == asked
    assert wes.house.issues == set()
