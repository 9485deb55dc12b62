"""Relays and virtual switches: the truth is what the server says, not what was asked."""

import asyncio
from datetime import timedelta

import pytest
from homeassistant.const import Platform
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er

from custom_components.ecom.errors import DeviceError, Why
from custom_components.ecom.families.wes.switching import LATENCY
from custom_components.ecom.ports import Kind, SwitchPort
from scripts.simulators.wes_faults import Fault
from tests.families.wes.at_home import WesAtHome


async def test_a_relay_is_switched_and_read_back(wes: WesAtHome) -> None:
    """On and off, on the simulator and on the entity; each is followed by a look at the page."""
    await wes.move_in()
    await wes.switch("relay1/state", on=True)
    assert wes.server.outputs.relays[1]
    assert wes.relay(1) == "on"
    assert wes.relay(2) == "off"
    assert wes.server.requests[-2:] == ["/rl.cgx?rl1=on", "/data.cgx"]
    await wes.switch("relay1/state", on=False)
    assert not wes.server.outputs.relays[1]
    assert wes.relay(1) == "off"


async def test_a_relay_of_a_card(wes: WesAtHome) -> None:
    """1-Wire relays count from 101, and are switched alike."""
    await wes.move_in()
    await wes.switch("relay103/state", on=True)
    assert wes.server.outputs.relays[103]
    assert wes.relay(103) == "on"
    assert wes.server.requests[-2] == "/rl.cgx?rl103=on"


async def test_a_virtual_switch(wes: WesAtHome) -> None:
    """Its command is answered with nothing; the page confirms."""
    await wes.move_in()
    entity_id = wes.house.entity_id(wes.key("switch5/state"), Platform.SWITCH)
    assert entity_id is not None
    entity = er.async_get(wes.house.hass).async_get(entity_id)
    assert entity is not None
    assert entity.disabled, "24 of them are on every page; whoever uses one enables it"
    port = wes.port("switch5/state")
    assert isinstance(port, SwitchPort)
    await port.command(True)
    assert wes.server.outputs.switches[5]
    assert port.read().value is True


async def test_the_port_of_a_relay(wes: WesAtHome) -> None:
    """It reserves what a circuit carries, and says how long it may take."""
    await wes.move_in()
    port = wes.port("relay1/state")
    assert isinstance(port, SwitchPort)
    assert port.kind is Kind.SWITCH
    assert port.rated_va == 3680
    assert port.phases == frozenset({1})
    assert port.latency == LATENCY
    await port.command(True)
    assert port.read().value is True


async def test_a_relay_that_refuses(wes: WesAtHome) -> None:
    """The entity says off, and the person is told."""
    await wes.move_in()
    wes.server.faults.add(Fault.RELAY_REFUSES)
    with pytest.raises(HomeAssistantError) as raised:
        await wes.switch("relay1/state", on=True)
    assert raised.value.translation_key == "switch_refused"
    assert str(raised.value.__cause__) == "Relais 1 was asked to be on and is not"
    assert wes.relay(1) == "off"


async def test_a_relay_that_is_late(wes: WesAtHome) -> None:
    """What is not confirmed has not happened; when it has, the next poll shows it."""
    await wes.move_in()
    wes.server.faults.add(Fault.RELAY_LATE)
    with pytest.raises(HomeAssistantError):
        await wes.switch("relay1/state", on=True)
    assert wes.relay(1) == "off"
    await wes.later(20)
    assert wes.relay(1) == "on"


async def test_a_relay_that_flips_back(wes: WesAtHome) -> None:
    """It was on, and so the command succeeded; one poll later it is off."""
    await wes.move_in()
    wes.server.faults.add(Fault.RELAY_FLIPS)
    await wes.switch("relay1/state", on=True)
    assert wes.relay(1) == "on"
    await wes.later(20)
    assert wes.relay(1) == "off"


async def test_a_command_without_an_answer_is_looked_up(wes: WesAtHome) -> None:
    """An answer that is lost says nothing; the page does."""
    await wes.move_in()
    port = wes.port("relay1/state")
    assert isinstance(port, SwitchPort)
    await wes.server.stop()
    with pytest.raises(DeviceError, match="could not be read back"):
        await port.command(True)
    await wes.server.start()
    await port.command(True)
    assert port.read().value is True


async def test_an_account_that_lost_its_rights(wes: WesAtHome) -> None:
    """A command that the account may not give is an error, and a 401 is one too."""
    await wes.move_in()
    port = wes.port("relay1/state")
    assert isinstance(port, SwitchPort)
    wes.server.faults.add(Fault.UNAUTHORISED)
    with pytest.raises(DeviceError, match="may not switch") as raised:
        await port.command(True)
    assert raised.value.why is Why.FORBIDDEN


async def test_commands_are_given_in_turn(wes: WesAtHome) -> None:
    """Three at once end as the last one wants, over one connection at a time."""
    await wes.move_in()
    port = wes.port("relay1/state")
    assert isinstance(port, SwitchPort)
    await asyncio.gather(port.command(True), port.command(False), port.command(True))
    assert wes.server.outputs.relays[1]
    assert port.read().value is True
    assert wes.server.most_connections == 1


async def test_a_command_that_takes_too_long(
    wes: WesAtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After half a minute it is given up."""
    await wes.move_in()
    port = wes.port("relay1/state")
    assert isinstance(port, SwitchPort)
    monkeypatch.setattr("custom_components.ecom.families.wes.switching.LATENCY", timedelta())
    with pytest.raises(DeviceError, match="no confirmation in time") as raised:
        await port.command(True)
    assert raised.value.why is Why.UNCONFIRMED
