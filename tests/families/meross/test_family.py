"""What is stored, what is forgotten, and devices never seen before."""

from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import device_registry as dr

from custom_components.ecom.const import DOMAIN
from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_trace import Trace, unmasked
from tests.families.meross.at_home import MerossAtHome, made_up

type Storage = dict[str, Any]


def stored(meross: MerossAtHome, hass_storage: Storage) -> Any:
    """Return the total that is stored."""
    return hass_storage[f"ecom.meross.{meross.entry.entry_id}"]["data"]["0"]["energy_wh"]


async def test_the_total_survives(meross: MerossAtHome, hass_storage: Storage) -> None:
    """A restart, a day without Home Assistant, and a midnight in it."""
    await meross.move_in()
    device = meross.server.device
    device.set_power(0, 1000)
    await meross.count()
    before = meross.values()["energy"]
    await meross.house.unload(meross.entry)
    assert stored(meross, hass_storage) == before
    start = meross.house.freezer().timestamp()
    meross.house.freezer.tick(86400)
    await meross.house.reload(meross.entry)
    drawn = device.drawn_wh(0, start, meross.house.freezer().timestamp())
    assert meross.values()["energy"] - before == pytest.approx(drawn, abs=1)
    assert drawn == pytest.approx(24000, rel=0.01)


async def test_a_save_that_is_lost_costs_nothing(
    meross: MerossAtHome, hass_storage: Storage
) -> None:
    """What is booked already is booked again, and only once."""
    await meross.move_in()
    meross.server.device.set_power(0, 1000)
    await meross.count()
    await meross.house.unload(meross.entry)
    old = hass_storage[f"ecom.meross.{meross.entry.entry_id}"]
    await meross.house.reload(meross.entry)
    for _ in range(10):
        await meross.count()
    total = meross.values()["energy"]
    await meross.house.unload(meross.entry)
    hass_storage[f"ecom.meross.{meross.entry.entry_id}"] = old
    await meross.house.reload(meross.entry)
    assert meross.values()["energy"] == total
    await meross.house.unload(meross.entry)
    del hass_storage[f"ecom.meross.{meross.entry.entry_id}"]
    await meross.house.reload(meross.entry)
    assert meross.values()["energy"] == total


async def test_it_is_stored_soon_and_not_often(meross: MerossAtHome, hass_storage: Storage) -> None:
    """Seconds after the first reading, and then every five minutes at most."""
    await meross.move_in()
    assert hass_storage.get(f"ecom.meross.{meross.entry.entry_id}") is None
    await meross.later(7)
    first = stored(meross, hass_storage)
    meross.server.device.set_power(0, 3000)
    await meross.later(240)
    assert stored(meross, hass_storage) == first
    await meross.later(80)
    assert stored(meross, hass_storage) > first


@pytest.mark.parametrize(
    "damage", [{"0": {}}, {"x": {}}, {"0": None}, {"0": {"energy_wh": "?"}}, [], {"0": 7}], ids=str
)
async def test_a_damaged_store_begins_anew(
    meross: MerossAtHome, hass_storage: Storage, caplog: pytest.LogCaptureFixture, damage: Any
) -> None:
    """From what the plug remembers, and says so."""
    await meross.move_in()
    total = meross.values()["energy"]
    await meross.house.unload(meross.entry)
    hass_storage[f"ecom.meross.{meross.entry.entry_id}"]["data"] = damage
    await meross.house.reload(meross.entry)
    assert meross.values()["energy"] == total
    assert ("is damaged" in caplog.text) is bool(damage)


async def test_it_forgets(meross: MerossAtHome, hass_storage: Storage) -> None:
    """What was stored goes with the entry, and so does its repair."""
    await meross.move_in()
    await meross.server.stop()
    await meross.later(420)
    assert meross.house.issues == {"meross_silent"}
    await meross.house.remove(meross.entry)
    assert meross.house.issues == set()
    assert f"ecom.meross.{meross.entry.entry_id}" not in hass_storage


async def test_an_entry_of_a_newer_version_is_left_alone(meross: MerossAtHome) -> None:
    """Its data may mean something else."""
    await meross.move_in(schema=2)
    assert meross.entry.state is ConfigEntryState.SETUP_ERROR


async def test_the_device_in_the_registry(meross: MerossAtHome) -> None:
    """Maker, model, firmware and MAC."""
    await meross.move_in()
    registry = dr.async_get(meross.house.hass)
    found = registry.async_get_device_by_identifier(
        (DOMAIN, meross.source.uid), meross.entry.entry_id
    )
    assert found is not None
    assert (found.manufacturer, found.model, found.sw_version) == ("Meross", "mss310", "2.1.17")
    assert (dr.CONNECTION_NETWORK_MAC, meross.server.device.mac) in found.connections


def never_seen() -> Trace:
    """Return a strip of three outlets that measures each, and does what nobody knows.

    SYNTHETIC: no such model exists.
    """
    system = {
        "hardware": {"type": "mss999x", "version": "9.0.0", "uuid": "#", "macAddress": "#"},
        "firmware": {"version": "9.9.9-beta", "innerIp": "#", "extra": [1, {"a": None}]},
        "time": {"timestamp": 1780488000, "timezone": "Asia/Kathmandu", "timeRule": []},
        "online": {"status": 1},
        "future": {"holds": ["anything"]},
    }
    toggles = [{"channel": n, "onoff": n % 2, "lmTime": 0} for n in range(4)]
    names = ("ToggleX", "ElectricityX", "ConsumptionH", "Dreams", "Warp.Drive")
    measured = [
        {"channel": n, "current": 1000 * n, "voltage": 2301, "power": 230_100 * n, "factor": 1}
        for n in (1, 2, 3)
    ]
    hours = [
        {"channel": n, "total": 10 * n, "data": [{"timestamp": 1780487999, "value": 10 * n}]}
        for n in (1, 2, 3)
    ]
    return Trace(
        all=unmasked({"system": system, "digest": {"togglex": toggles, "dreams": [7]}}, 5),
        ability={
            "Appliance.System.All": {},
            "Appliance.System.Ability": {},
            **{f"Appliance.Control.{name}": {} for name in names},
        },
        answers={
            "Appliance.Control.ElectricityX": {"electricity": measured},
            "Appliance.Control.ConsumptionH": {"consumptionH": hours},
        },
    )


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_a_trace_never_seen_before(meross: MerossAtHome, *, encrypted: bool) -> None:
    """Its outlets are found, measured, counted and switched; the rest is named, no more."""
    meross.house.freezer.move_to("2026-06-03 12:00:00+00:00")
    device = MerossDevice(never_seen(), encrypted=encrypted, clock=made_up().clock)
    await meross.is_a(device)
    await meross.move_in()
    assert set(meross.source.state.channels) == {"outlet1", "outlet2", "outlet3"}
    assert meross.values("outlet3") == {
        "power": 690.3,
        "voltage": 230.1,
        "current": 3,
        "energy": 30,
    }
    assert [meross.is_on(f"outlet{n}") for n in (1, 2, 3)] == ["on", "off", "on"]
    await meross.switch("outlet2", on=True)
    assert device.is_on(2)
    assert meross.source.diagnostics()["passed_over"] == [
        "Appliance.Control.Dreams",
        "Appliance.Control.Warp.Drive",
    ]
