"""Outlets: the truth is what the device says, not what was asked of it."""

import asyncio
from datetime import timedelta

import pytest
from homeassistant.exceptions import HomeAssistantError

from custom_components.ecom.errors import DeviceError, Why
from custom_components.ecom.families.meross.switching import LATENCY
from scripts.simulators.plug_faults import Fault
from tests.families.meross.at_home import STRIP, MerossAtHome, made_up, recorded

SET = "SET Appliance.Control.ToggleX"
ALL = "GET Appliance.System.All"


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_an_outlet_is_switched_and_read_back(
    meross: MerossAtHome, *, encrypted: bool
) -> None:
    """On and off, on the device and on the entity; each is looked up."""
    await meross.is_a(made_up(encrypted=encrypted))
    await meross.move_in()
    await meross.switch(on=False)
    assert not meross.server.device.is_on(0)
    assert meross.is_on() == "off"
    assert meross.server.calls[-2:] == [SET, ALL]
    await meross.switch(on=True)
    assert meross.server.device.is_on(0)
    assert meross.is_on() == "on"


async def test_the_outlets_of_a_strip(meross: MerossAtHome) -> None:
    """One is switched, the others stay as they are."""
    await meross.is_a(recorded(STRIP))
    await meross.move_in()
    await meross.switch("outlet2", on=True)
    assert [meross.is_on(f"outlet{n}") for n in (1, 2, 3, 4)] == ["on", "on", "off", "on"]
    assert [meross.server.device.is_on(n) for n in (1, 2, 3, 4)] == [True, True, False, True]


async def test_a_command_that_is_lost_is_sent_once_more(meross: MerossAtHome) -> None:
    """The first is neither answered nor done; the person sees nothing of it."""
    await meross.move_in()
    meross.server.faults.add(Fault.LOST)
    await meross.switch(on=False)
    assert not meross.server.device.is_on(0)
    assert meross.is_on() == "off"


async def test_a_plug_that_refuses(meross: MerossAtHome) -> None:
    """The person is told, and the entity says what the plug says."""
    await meross.move_in()
    meross.server.faults.add(Fault.REFUSE)
    with pytest.raises(HomeAssistantError) as raised:
        await meross.switch(on=False)
    assert raised.value.translation_key == "switch_refused"
    assert meross.is_on() == "on"


async def test_a_plug_that_is_gone(meross: MerossAtHome) -> None:
    """Two tries, and then it cannot be told."""
    await meross.move_in()
    await meross.server.stop()
    with pytest.raises(HomeAssistantError) as raised:
        await meross.switch(on=False)
    assert raised.value.translation_key == "switch_unconfirmed"


async def test_a_plug_with_another_key(meross: MerossAtHome) -> None:
    """It obeys somebody else."""
    await meross.move_in()
    meross.server.key = "f" * 32
    with pytest.raises(HomeAssistantError) as raised:
        await meross.switch(on=False)
    assert raised.value.translation_key == "switch_forbidden"
    assert meross.server.device.is_on(0)


async def test_commands_are_given_in_turn(meross: MerossAtHome) -> None:
    """Three at once end as the last one wants, over one connection at a time."""
    await meross.move_in()
    outlet = meross.outlet()
    await asyncio.gather(outlet.command(False), outlet.command(True), outlet.command(False))
    assert not meross.server.device.is_on(0)
    assert outlet.read().value is False
    assert meross.server.most_connections == 1


async def test_a_command_that_takes_too_long(
    meross: MerossAtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a minute it is given up."""
    await meross.move_in()
    assert meross.outlet().latency == LATENCY
    monkeypatch.setattr("custom_components.ecom.families.meross.switching.LATENCY", timedelta())
    with pytest.raises(DeviceError, match="no confirmation in time") as raised:
        await meross.outlet().command(False)
    assert raised.value.why is Why.UNCONFIRMED
