"""Outlets: confirmed, a lost command repeated once, and then reported."""

import asyncio
from datetime import timedelta

import pytest
from homeassistant.exceptions import HomeAssistantError

from custom_components.ecom.errors import DeviceError, Why
from custom_components.ecom.families.shelly import switching
from custom_components.ecom.families.shelly.switching import LATENCY
from custom_components.ecom.ports import SwitchPort
from scripts.simulators.plug_faults import Fault, Pace
from tests.families.shelly.at_home import PRO_4PM, ShellyAtHome, server_of
from tests.house import House, until


def outlet(shelly: ShellyAtHome, number: int = 0) -> SwitchPort:
    """Return the port of an outlet."""
    port = shelly.port(f"switch{number}/state")
    assert isinstance(port, SwitchPort)
    return port


def asked(shelly: ShellyAtHome) -> int:
    """Return how many commands have arrived."""
    return shelly.server.calls.count("Switch.Set")


async def late(shelly: ShellyAtHome, seconds: int) -> None:
    """Let time pass for a command that waits."""
    for _ in range(seconds):
        await shelly.settle()
        await shelly.house.later(seconds=1)


async def test_an_outlet_is_switched(shelly: ShellyAtHome) -> None:
    """On and off, on the device and on the entity, with one command each."""
    await shelly.move_in()
    for number, on in enumerate((False, True, False), 1):
        await shelly.switch(on=on)
        assert shelly.server.device.recorded["switch:0"]["output"] is on
        assert shelly.outlet() == ("on" if on else "off")
        assert asked(shelly) == number
    assert shelly.shown("switch0/power") == "0.0"


async def test_the_right_outlet_of_four(house: House, socket_enabled: None) -> None:
    """And no other one."""
    del socket_enabled
    async with server_of(PRO_4PM) as server:
        strip = ShellyAtHome(house, server)
        await strip.move_in()
        await strip.switch(on=True, number=2)
        assert [strip.outlet(number) for number in range(4)] == ["off", "off", "on", "off"]
        await house.close()


async def test_a_button_on_the_device(shelly: ShellyAtHome) -> None:
    """What somebody presses is shown as it happens."""
    await shelly.move_in()
    shelly.server.device.switch(0, "button", on=False)
    await shelly.push()
    assert shelly.outlet() == "off"


async def test_a_refused_command(shelly: ShellyAtHome) -> None:
    """The person is told, and the entity says what is so."""
    await shelly.move_in()
    shelly.server.faults.add(Fault.REFUSE)
    with pytest.raises(HomeAssistantError) as raised:
        await shelly.switch(on=False)
    assert raised.value.translation_key == "switch_refused"
    assert shelly.outlet() == "on"
    assert asked(shelly) == 1


async def test_a_lost_command_is_given_once_more(shelly: ShellyAtHome) -> None:
    """Of two commands the first is lost: the second is done, and nobody is bothered."""
    await shelly.move_in()
    shelly.server.faults.add(Fault.LOST)
    command = asyncio.ensure_future(outlet(shelly).command(False))
    await late(shelly, 6)
    await command
    assert shelly.outlet() == "off"


async def test_a_command_that_is_lost_twice_is_reported(shelly: ShellyAtHome) -> None:
    """The device can be read, and is as it was."""
    await shelly.move_in()
    shelly.server._is_lost = lambda method: method == "Switch.Set"  # type: ignore[method-assign]
    command = asyncio.ensure_future(outlet(shelly).command(False))
    await late(shelly, 12)
    with pytest.raises(DeviceError) as raised:
        await command
    assert raised.value.why is Why.REFUSED
    assert shelly.outlet() == "on"


async def test_a_device_that_was_pulled(shelly: ShellyAtHome) -> None:
    """It cannot be told, and that is what is said."""
    await shelly.move_in()
    await shelly.server.pull()
    with pytest.raises(DeviceError) as raised:
        await outlet(shelly).command(False)
    assert raised.value.why is Why.UNCONFIRMED


async def test_a_device_that_answers_after_the_command(shelly: ShellyAtHome) -> None:
    """Six seconds for each answer: too late for the command, in time to be read back."""
    await shelly.move_in()
    shelly.server.pace = Pace(late_s=6.0)
    shelly.server.faults.add(Fault.LATE)
    command = asyncio.ensure_future(outlet(shelly).command(False))
    await late(shelly, 14)
    await command
    assert shelly.outlet() == "off"


async def test_a_throttled_device_that_has_told_by_itself(shelly: ShellyAtHome) -> None:
    """The look is refused, but the push has confirmed already."""
    await shelly.move_in()
    server = shelly.server
    called = server._called

    def throttled(method: str, params: object) -> object:
        if method == "Shelly.GetStatus":
            server.faults.add(Fault.THROTTLE)
            server._throttle._pace = Pace(most_calls=0)
        return called(method, params)

    server._called = throttled  # type: ignore[method-assign]
    await shelly.house.later(seconds=1)
    await outlet(shelly).command(False)
    assert shelly.outlet() == "off"
    assert asked(shelly) == 1


async def test_commands_are_given_in_turn(shelly: ShellyAtHome) -> None:
    """Three at once end as the last one wants."""
    await shelly.move_in()
    port = outlet(shelly)
    await asyncio.gather(port.command(False), port.command(True), port.command(False))
    assert shelly.outlet() == "off"


async def test_a_command_that_takes_too_long(
    shelly: ShellyAtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is given up, and said."""
    await shelly.move_in()
    monkeypatch.setattr(switching, "LATENCY", timedelta())
    with pytest.raises(DeviceError, match="no confirmation in time") as raised:
        await outlet(shelly).command(False)
    assert raised.value.why is Why.UNCONFIRMED


async def test_what_the_port_says_of_itself(shelly: ShellyAtHome) -> None:
    """It reserves what a circuit carries, and how long it may take covers two tries."""
    await shelly.move_in()
    assert outlet(shelly).rated_va == 3680
    assert outlet(shelly).latency == LATENCY
    await until(lambda: shelly.server.clients == 1)
