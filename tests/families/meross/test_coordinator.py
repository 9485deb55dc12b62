"""How often a device is read, and what a person sees when it cannot be."""

import pytest
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState

from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_server import MerossServer
from scripts.simulators.meross_trace import made_up_plug
from scripts.simulators.plug_faults import Fault
from tests.families.meross.at_home import MerossAtHome, made_up

ALL = "GET Appliance.System.All"
POWER = "GET Appliance.Control.Electricity"
DAYS = "GET Appliance.Control.ConsumptionX"
OTHER_KEY = "f" * 32


def reauths(meross: MerossAtHome) -> int:
    """Return how many dialogues ask for another key."""
    return len(list(meross.entry.async_get_active_flows(meross.house.hass, {SOURCE_REAUTH})))


async def test_it_is_read_on_a_beat(meross: MerossAtHome) -> None:
    """Switch and power every ten seconds, counters once a minute; one connection at a time."""
    await meross.move_in()
    assert meross.server.calls == ["GET Appliance.System.Ability", ALL, POWER, DAYS]
    meross.server.calls.clear()
    await meross.later(130)
    assert meross.server.calls.count(ALL) == 13
    assert meross.server.calls.count(POWER) == 13
    assert meross.server.calls.count(DAYS) == 2
    assert meross.server.most_connections == 1


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_what_changes_is_shown(meross: MerossAtHome, *, encrypted: bool) -> None:
    """A load that is plugged in, and a button that is pressed on the device itself."""
    await meross.is_a(made_up(encrypted=encrypted))
    await meross.move_in()
    meross.server.device.set_power(0, 1150)
    await meross.poll()
    assert meross.values()["power"] == 1150
    assert meross.values()["current"] == pytest.approx(5, rel=0.01)
    meross.server.device.switch(0, on=False)
    await meross.poll()
    assert meross.is_on() == "off"
    assert meross.values()["power"] == 0


async def test_two_failures_are_none(meross: MerossAtHome) -> None:
    """A radio may be disturbed: what the device said holds for three beats."""
    await meross.move_in()
    await meross.server.stop()
    assert not await meross.poll()
    assert not await meross.poll()
    assert meross.reachable == "on"
    assert meross.values()["power"] > 0


async def test_a_plug_that_is_pulled(
    meross: MerossAtHome, caplog: pytest.LogCaptureFixture
) -> None:
    """Unavailable within a minute, a repair after five, all well once it is back; logged once."""
    await meross.move_in()
    caplog.set_level("INFO", "custom_components.ecom")
    energy = meross.values()["energy"]
    await meross.server.pull()
    await meross.later(60)
    assert meross.reachable == "off"
    assert meross.shown("outlet0/power") == "unavailable"
    assert meross.is_on() == "unavailable"
    assert meross.house.issues == set()
    await meross.later(360)
    assert meross.house.issues == {"meross_silent"}
    assert meross.shown("outlet0/energy") == "unavailable"
    await meross.server.plug_in()
    await meross.later(70)
    assert meross.reachable == "on"
    assert meross.house.issues == set()
    assert meross.values()["energy"] >= energy
    lines = [r.message for r in caplog.records if "ecom" in r.name and r.levelname != "DEBUG"]
    assert lines == ["Plug cannot be read: no answer (ClientConnectorError)", "Plug is read again"]


async def test_a_plug_that_reboots(meross: MerossAtHome) -> None:
    """Ten seconds of every minute it is away: nobody is told, and nothing is lost."""
    await meross.move_in()
    meross.server.faults.add(Fault.REBOOT)
    for _ in range(3):
        await meross.later(60)
        assert meross.reachable == "on"
        assert meross.values()["power"] > 0
    assert meross.house.issues == set()


async def test_a_plug_that_throttles(meross: MerossAtHome) -> None:
    """ECOM asks less often than the pickiest plug allows, commands included."""
    meross.server.faults.add(Fault.THROTTLE)
    await meross.move_in()
    await meross.later(120)
    assert meross.reachable == "on"
    assert meross.coordinator.data.reads >= 12


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_a_plug_with_another_key(meross: MerossAtHome, *, encrypted: bool) -> None:
    """Set up anew in the app: the key is asked for once, and nobody calls the plug silent."""
    await meross.is_a(made_up(encrypted=encrypted))
    await meross.move_in()
    meross.server.key = OTHER_KEY
    await meross.later(19)
    assert reauths(meross) == 0
    await meross.later(60)
    assert reauths(meross) == 1
    assert meross.reachable == "off"
    await meross.later(420)
    assert reauths(meross) == 1
    assert "meross_silent" not in meross.house.issues
    meross.server.key = meross.entry.data["key"]
    await meross.later(330)
    assert reauths(meross) == 0
    assert meross.reachable == "on"


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_a_wrong_key_at_the_start(meross: MerossAtHome, *, encrypted: bool) -> None:
    """It is asked for another one at once."""
    await meross.is_a(made_up(encrypted=encrypted))
    await meross.move_in(key=OTHER_KEY)
    assert meross.entry.state is ConfigEntryState.SETUP_ERROR
    assert reauths(meross) == 1


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_another_device_at_the_address(meross: MerossAtHome, *, encrypted: bool) -> None:
    """Its values are not those of ours: neither at the start nor later."""
    other = MerossDevice(made_up_plug(7), live=True, encrypted=encrypted)
    meross.server.device, mine = other, meross.server.device
    await meross.house.add(meross.entry)
    assert meross.entry.state is ConfigEntryState.SETUP_RETRY
    assert "another device answers" in str(meross.entry.reason)
    meross.server.device = mine
    await meross.house.reload(meross.entry)
    meross.server.device = other
    for _ in range(3):
        assert not await meross.poll()
    assert meross.reachable == "off"


async def test_a_plug_that_is_not_there_at_the_start(meross: MerossAtHome) -> None:
    """Home Assistant tries again by itself."""
    await meross.server.stop()
    await meross.move_in()
    assert meross.entry.state is ConfigEntryState.SETUP_RETRY


async def test_a_device_with_half_a_cipher(meross: MerossAtHome) -> None:
    """It is talked to plainly, where the library would raise."""
    trace = made_up_plug()
    trace.ability["Appliance.Encrypt.Suite"] = {}
    await meross.is_a(MerossDevice(trace, live=True, clock=made_up().clock))
    await meross.move_in()
    assert meross.values()["voltage"] == 230.4


async def test_an_old_plug(meross: MerossAtHome) -> None:
    """Toggle instead of ToggleX (SYNTHETIC): it reads and switches all the same."""
    trace = made_up_plug()
    trace.ability["Appliance.Control.Toggle"] = trace.ability.pop("Appliance.Control.ToggleX")
    del trace.all["digest"]["togglex"]
    trace.all["control"] = {"toggle": {"onoff": 1, "lmTime": 1}}
    await meross.is_a(MerossDevice(trace, live=True, clock=made_up().clock))
    await meross.move_in()
    assert meross.is_on() == "on"
    await meross.switch(on=False)
    assert meross.is_on() == "off"
    assert not meross.server.device.is_on(0)


async def test_a_fault_of_our_own_is_logged_and_survived(
    meross: MerossAtHome, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A beat that fails for a reason that nobody thought of is not the last one."""
    await meross.move_in()
    with monkeypatch.context() as patch:
        patch.setattr(meross.coordinator._reader.client, "measured", None)
        assert not await meross.poll()
        assert not await meross.poll()
    assert caplog.text.count("An answer could not be taken") == 1
    assert await meross.poll()


async def test_unloading_during_a_poll(meross: MerossAtHome, plug_server: MerossServer) -> None:
    """No task is left behind."""
    await meross.move_in()
    await meross.house.later(seconds=10)
    await meross.house.unload(meross.entry)
    calls = len(plug_server.calls)
    await meross.house.later(seconds=30)
    assert len(plug_server.calls) == calls
