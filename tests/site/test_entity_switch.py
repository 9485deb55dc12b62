"""A port over a switch of another integration: what is confirmed, lost, renamed and gone."""

import asyncio
from datetime import timedelta

import pytest
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from custom_components.ecom.errors import DeviceError, Why
from custom_components.ecom.ports import Kind, Reading, SwitchPort
from custom_components.ecom.site.directory import PortDirectory
from custom_components.ecom.site.entity_switch import LATENCY, EntitySwitchPort
from tests.entities import ForeignSwitch, add_switch, registry_id
from tests.house import House, until

TRY = LATENCY.total_seconds() / 2


@pytest.fixture
async def plug(house: House) -> ForeignSwitch:
    """Return a switch of another integration, off."""
    return await add_switch(house.hass, "plug")


def port_of(house: House, plug: ForeignSwitch) -> EntitySwitchPort:
    """Return a port over the switch."""
    return EntitySwitchPort(house.hass, registry_id(plug))


async def test_the_directory_knows_it(house: House, plug: ForeignSwitch) -> None:
    """Whoever asks for a switch by an entity's key gets a port that switches it."""
    directory = PortDirectory(house.hass, lambda: None)
    key = f"entity:{registry_id(plug)}"
    port = directory.resolve(key, Kind.SWITCH, timedelta(minutes=5))
    assert isinstance(port, SwitchPort)
    assert port.key == key
    await port.command(True)
    assert plug.is_on


@pytest.mark.parametrize(("on", "value"), [(True, True), (False, False), (None, None)])
async def test_it_reads_on_off_or_nothing(
    house: House, plug: ForeignSwitch, *, on: bool | None, value: bool | None
) -> None:
    """A state that is unknown is no reading."""
    plug.becomes(on=on)
    assert port_of(house, plug).read().value is value


async def test_unavailable_is_nothing(house: House, plug: ForeignSwitch) -> None:
    """What cannot be reached is neither on nor off, and its listeners hear so."""
    plug.becomes(on=True)
    heard: list[Reading[bool]] = []
    unsubscribe = port_of(house, plug).subscribe(heard.append)
    plug.goes()
    unsubscribe()
    assert [reading.value for reading in heard] == [None]


async def test_an_assumed_state_is_nothing(house: House, plug: ForeignSwitch) -> None:
    """A switch that only repeats what it was told confirms nothing."""
    house.hass.states.async_set(plug.entity_id, "on", {"assumed_state": True})
    assert port_of(house, plug).read().value is None


async def test_a_switch_that_stays_as_it_is_is_not_stale(house: House, plug: ForeignSwitch) -> None:
    """A switch reports changes only, and says so when it is gone."""
    plug.becomes(on=True)
    await house.later(days=30)
    reading = port_of(house, plug).read()
    assert not reading.is_stale(dt_util.utcnow())
    assert reading.expires_at is None


async def test_a_rename_is_followed(house: House, plug: ForeignSwitch) -> None:
    """Under its new name it is read, heard and switched as before."""
    port = port_of(house, plug)
    heard: list[Reading[bool]] = []
    unsubscribe = port.subscribe(heard.append)
    er.async_get(house.hass).async_update_entity(plug.entity_id, new_entity_id="switch.kettle")
    await house.hass.async_block_till_done()
    await port.command(True)
    unsubscribe()
    assert plug.entity_id == "switch.kettle"
    assert plug.is_on
    assert heard[-1].value is True


async def test_a_removed_switch_cannot_be_switched(house: House, plug: ForeignSwitch) -> None:
    """What left the registry is gone: it reads nothing, and a command says so."""
    port = port_of(house, plug)
    er.async_get(house.hass).async_remove(plug.entity_id)
    await house.hass.async_block_till_done()
    assert port.read().value is None
    with pytest.raises(DeviceError) as raised:
        await port.command(True)
    assert raised.value.why is Why.UNCONFIRMED


async def test_a_lost_command_is_sent_once_more(house: House, plug: ForeignSwitch) -> None:
    """The radio swallowed it: after its time it is sent again, and done."""
    plug.losing = 1
    command = asyncio.ensure_future(port_of(house, plug).command(True))
    await until(lambda: plug.calls == 1)
    await house.later(seconds=TRY + 1)
    await command
    assert (plug.is_on, plug.calls) == (True, 2)


async def test_what_is_lost_twice_is_reported(house: House, plug: ForeignSwitch) -> None:
    """Within its latency a command is confirmed or given up."""
    plug.losing = 9
    command = asyncio.ensure_future(port_of(house, plug).command(True))
    for tries in (1, 2):
        await until(lambda tries=tries: plug.calls == tries)
        await house.later(seconds=TRY + 1)
    with pytest.raises(DeviceError) as raised:
        await command
    assert raised.value.why is Why.REFUSED
    assert (plug.is_on, plug.calls) == (False, 2)


async def test_a_state_that_comes_late_confirms(house: House, plug: ForeignSwitch) -> None:
    """Many integrations return before the device has said that it did it."""
    plug.losing = 1
    command = asyncio.ensure_future(port_of(house, plug).command(True))
    await until(lambda: plug.calls == 1)
    plug.becomes(on=None)
    plug.becomes(on=True)
    await command
    assert plug.calls == 1


@pytest.mark.parametrize("failure", [ValueError("secret"), TimeoutError(), OSError("secret")])
async def test_whatever_an_integration_raises_is_a_device_error(
    house: House, plug: ForeignSwitch, failure: Exception
) -> None:
    """Other integrations raise what their libraries do; its text may hold anything."""
    plug.failure = failure
    with pytest.raises(DeviceError) as raised:
        await port_of(house, plug).command(True)
    assert "secret" not in str(raised.value)
    assert plug.calls == 2


async def test_a_command_whose_answer_failed_may_have_been_done(
    house: House, plug: ForeignSwitch
) -> None:
    """Only the state tells: who raises and is on all the same has switched."""
    plug.becomes(on=True)
    plug.refuses()
    await port_of(house, plug).command(True)
    assert plug.calls == 1
