"""Recorded devices, from the socket to the entity."""

from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.helpers import device_registry as dr

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.ports import Kind
from tests.families.meross.at_home import (
    EM06,
    MSS305,
    MSS310,
    RECORDED_AT,
    STRIP,
    MerossAtHome,
    recorded,
)


async def move_in(meross: MerossAtHome, name: str, *, encrypted: bool = False) -> None:
    """Set a recorded device up at the moment of its recording."""
    meross.house.freezer.move_to(RECORDED_AT[name])
    await meross.is_a(recorded(name, encrypted=encrypted))
    await meross.move_in()
    assert meross.entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_an_mss305(meross: MerossAtHome, *, encrypted: bool) -> None:
    """REAL: the values of the recording; its total is what its ring of days holds."""
    await move_in(meross, MSS305, encrypted=encrypted)
    assert meross.values() == {
        "power": 5.297,
        "voltage": 233.1,
        "current": 0.29,
        "energy": 216 + 216 + 217 + 88 + 0,
    }
    assert meross.is_on() == "on"
    assert meross.reachable == "on"
    state = meross.state("outlet0/energy")
    assert state.attributes["state_class"] == "total_increasing"
    assert state.attributes["unit_of_measurement"] == "Wh"


async def test_an_mss310(meross: MerossAtHome) -> None:
    """DERIVED: a plug that measures nothing at the moment."""
    await move_in(meross, MSS310)
    assert meross.values() == {"power": 0, "voltage": 238, "current": 0, "energy": 42}
    assert meross.is_on() == "on"


async def test_a_strip(meross: MerossAtHome) -> None:
    """SYNTHETIC: each outlet is a device of its own, and all at once are none."""
    await move_in(meross, STRIP)
    assert [meross.is_on(f"outlet{n}") for n in (1, 2, 3, 4)] == ["on", "off", "off", "on"]
    assert meross.house.entity_id(meross.key("outlet0/state"), Platform.SWITCH) is None
    assert {port.kind for port in meross.source.ports.values()} == {Kind.SWITCH}
    assert not meross.source.histories
    devices = dr.async_get(meross.house.hass)
    for number in (1, 4):
        identifier = (DOMAIN, meross.key(f"outlet{number}"))
        child = devices.async_get_child_device_by_identifier(identifier, meross.entry.entry_id)
        assert child is not None
        assert child.name == f"Plug outlet {number}"


async def test_an_em06(meross: MerossAtHome) -> None:
    """SYNTHETIC: six channels, none of which can be switched; a little may flow back."""
    await move_in(meross, EM06)
    assert meross.values("meter2") == {
        "power": 124.4,
        "voltage": 233.68,
        "current": 0.542,
        "energy": 958,
    }
    assert meross.values("meter4")["power"] == -0.128
    assert meross.values("meter5")["energy"] == 182
    assert set(meross.source.state.channels) == {f"meter{n}" for n in range(1, 7)}
    assert set(meross.source.counters) == {meross.key(f"meter{n}/power") for n in range(1, 7)}
    assert set(meross.source.histories) == {meross.key(f"meter{n}/energy") for n in range(1, 7)}


async def test_an_em06_that_cuts_long_answers(meross: MerossAtHome) -> None:
    """SYNTHETIC: all channels are too much for one answer, each alone is not."""
    meross.house.freezer.move_to(RECORDED_AT[EM06])
    device = recorded(EM06)
    true = device.tell

    def tell(namespace: str, payload: dict[str, Any]) -> dict[str, Any]:
        asked = payload.get("consumptionH", {})
        return (
            {"error": {"code": 5000}} if asked == {"channel": 65535} else true(namespace, payload)
        )

    device.tell = tell  # type: ignore[method-assign]
    await meross.is_a(device)
    await meross.move_in()
    assert meross.values("meter2")["energy"] == 958
    assert meross.values("meter5")["energy"] == 182
    calls = meross.server.calls.count("GET Appliance.Control.ConsumptionH")
    assert calls == 7


async def test_an_em06_that_refuses_everything(meross: MerossAtHome) -> None:
    """SYNTHETIC: neither power nor hours; it is there, and has nothing to say."""
    device = recorded(EM06)
    true = device.tell

    def tell(namespace: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {"error": {"code": 5000}} if ".Control." in namespace else true(namespace, payload)

    device.tell = tell  # type: ignore[method-assign]
    await meross.is_a(device)
    await meross.move_in()
    assert meross.reachable == "on"
    assert not meross.source.ports
