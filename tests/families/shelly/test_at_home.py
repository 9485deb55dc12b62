"""From the simulator through the library to the entities: the values of the samples."""

from collections.abc import AsyncIterator

import pytest
from homeassistant.const import Platform
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.plugs import ChannelKind, Quantity
from custom_components.ecom.ports import Kind
from tests.families.shelly.at_home import (
    PLUG_M,
    PRO_3EM,
    PRO_4PM,
    STRIP,
    ShellyAtHome,
    server_of,
)
from tests.house import House, until

EM_GEN3 = "em_gen3_1.4.4"


@pytest.fixture
async def device(
    house: House, socket_enabled: None, request: pytest.FixtureRequest
) -> AsyncIterator[ShellyAtHome]:
    """Return a recorded device that has moved in; the parameter is its fixture."""
    del socket_enabled
    async with server_of(request.param) as server:
        at_home = ShellyAtHome(house, server)
        await at_home.move_in(title="Cellar")
        yield at_home
        await house.close()


def shown_of(shelly: ShellyAtHome) -> dict[str, float]:
    """Return what all sensors show, by their local key."""
    registry = er.async_get(shelly.house.hass)
    entities = er.async_entries_for_config_entry(registry, shelly.entry.entry_id)
    prefix = f"{shelly.entry.unique_id}/"
    return {
        entity.unique_id.removeprefix(prefix): float(
            shelly.house.shown(entity.unique_id, Platform.SENSOR)
        )
        for entity in entities
        if entity.domain == "sensor"
    }


async def test_a_plug_shows_what_was_recorded(shelly: ShellyAtHome) -> None:
    """Plus Plug S (REAL): one device, with the name of its entry."""
    await shelly.move_in()
    assert shelly.outlet() == "on"
    assert shown_of(shelly) == {
        "switch0/power": 2.7,
        "switch0/voltage": 227.9,
        "switch0/current": 0.121,
        "switch0/energy": 7258.589,
    }
    assert shelly.reachable == "on"
    (device,) = dr.async_entries_for_config_entry(
        dr.async_get(shelly.house.hass), shelly.entry.entry_id
    )
    assert (device.name, device.model, device.sw_version, device.manufacturer) == (
        "Kettle",
        "Shelly Plus Plug S",
        "1.1.0",
        "Shelly",
    )
    assert shelly.house.entity_id(shelly.key("switch0/power")) == "sensor.kettle_power"


@pytest.mark.parametrize("device", [PRO_4PM], indirect=True)
async def test_four_outlets_are_four_devices(device: ShellyAtHome) -> None:
    """Pro 4PM (REAL): all off, each measured for itself."""
    assert [device.outlet(number) for number in range(4)] == ["off"] * 4
    shown = shown_of(device)
    assert len(shown) == 16
    assert shown["switch0/voltage"] == 121.7
    assert shown["switch3/voltage"] == 121.8
    assert {shown[f"switch{n}/{q}"] for n in range(4) for q in ("power", "current", "energy")} == {
        0.0
    }
    registry = dr.async_get(device.house.hass)
    children = dr.async_child_entries_for_config_entry(registry, device.entry.entry_id)
    assert {child.name for child in children} == {f"Cellar switch {n}" for n in range(4)}
    assert set(device.state.unknown) >= {"input:0", "script:1"}


@pytest.mark.parametrize("device", [PRO_3EM], indirect=True)
async def test_three_phases_and_what_they_make_together(device: ShellyAtHome) -> None:
    """Pro 3EM (REAL): per-phase and total, drawn and returned."""
    assert shown_of(device) == {
        "em0/power": 558.965,
        "em0/current": 3.856,
        "em0/energy": 2589773.39,
        "em0/returned": 1026.61,
        "em0a/power": 375.5,
        "em0a/voltage": 229.0,
        "em0a/current": 2.392,
        "em0a/energy": 2034616.71,
        "em0a/returned": 0.0,
        "em0b/power": 170.8,
        "em0b/voltage": 229.0,
        "em0b/current": 1.037,
        "em0b/energy": 185686.89,
        "em0b/returned": 40.7,
        "em0c/power": 12.7,
        "em0c/voltage": 229.2,
        "em0c/current": 0.428,
        "em0c/energy": 369469.8,
        "em0c/returned": 985.91,
    }
    counters = device.source.counters[device.key("em0/power")]
    assert counters.imported == device.key("em0/energy")
    assert counters.exported == device.key("em0/returned")
    registry = dr.async_get(device.house.hass)
    children = dr.async_child_entries_for_config_entry(registry, device.entry.entry_id)
    assert {child.name for child in children} == {f"Cellar phase {n}" for n in (1, 2, 3)}
    assert device.state.unknown == ("temperature:0",)


@pytest.mark.parametrize("device", [STRIP], indirect=True)
async def test_a_strip_counts_what_its_power_does_not_show(device: ShellyAtHome) -> None:
    """Power Strip Gen4 (DERIVED): 0 W on outlet 1, and its counter all the same."""
    assert [device.outlet(number) for number in range(4)] == ["on", "on", "off", "on"]
    shown = shown_of(device)
    assert [shown[f"switch{n}/energy"] for n in range(4)] == [6468.282, 4227.56, 336.76, 18440.297]
    assert [shown[f"switch{n}/power"] for n in range(4)] == [0.0, 1.7, 0.0, 15.4]
    assert [shown[f"switch{n}/returned"] for n in range(4)] == [0.0] * 4
    assert device.state.model == "Shelly Power Strip 4 Gen4"


@pytest.mark.parametrize("device", [PLUG_M], indirect=True)
async def test_a_plug_that_nobody_has_published(device: ShellyAtHome) -> None:
    """Plug M Gen3 (SYNTHETIC)."""
    recorded = device.server.device.recorded["switch:0"]
    assert shown_of(device)["switch0/power"] == recorded["apower"]
    assert shown_of(device)["switch0/energy"] == recorded["aenergy"]["total"]


@pytest.mark.parametrize("device", [EM_GEN3], indirect=True)
async def test_a_mixture_that_was_never_seen(device: ShellyAtHome) -> None:
    """EM Gen3 with more than it has (SYNTHETIC): clamps, a contactor, an input, and the rest."""
    assert shown_of(device) == {
        "clamp0/power": -850.2,
        "clamp0/voltage": 232.1,
        "clamp0/current": 3.712,
        "clamp0/energy": 40123.55,
        "clamp0/returned": 65012.34,
        "clamp1/power": 61.4,
        "clamp1/voltage": 232.0,
        "clamp1/current": 0.303,
        "clamp1/energy": 7001.02,
        "clamp1/returned": 0.0,
        "meter0/power": 1210.0,
        "meter0/voltage": 231.9,
        "meter0/current": 5.3,
        "meter0/energy": 980.125,
    }
    assert device.outlet() == "off"
    assert device.state.quantities("switch0") == [Quantity.STATE]
    assert device.state.channels["clamp0"].kind is ChannelKind.METER
    assert device.state.channels["clamp0"].name == "Grid"
    assert device.source.diagnostics()["passed_over"] == ["cover:0", "script:1"]


@pytest.mark.parametrize("device", [EM_GEN3], indirect=True)
async def test_the_ports_of_a_mixture(device: ShellyAtHome) -> None:
    """Power, energy and switches are ports; voltage and current are shown only."""
    kinds = {key.partition("/")[2]: port.kind for key, port in device.source.ports.items()}
    assert kinds["clamp0/power"] is Kind.POWER
    assert kinds["clamp0/returned"] is Kind.ENERGY
    assert kinds["switch0/state"] is Kind.SWITCH
    assert not {key for key in kinds if key.endswith(("voltage", "current"))}
    assert set(device.source.histories) == {
        device.key(f"clamp{n}/{q}") for n in (0, 1) for q in ("energy", "returned")
    }


async def test_a_push_is_shown_at_once(shelly: ShellyAtHome) -> None:
    """Values that have changed, and nothing else, in one go."""
    await shelly.move_in()
    before = shelly.state.reading("switch0", Quantity.POWER)
    heard: list[float] = []
    shelly.coordinator.async_add_listener(lambda: heard.append(shelly.value("switch0/power")))
    await shelly.house.later(seconds=1)
    shelly.server.device.set_power("switch:0", 1200.0)
    await shelly.push()
    assert shelly.shown("switch0/power") == "1200.0"
    assert heard == [1200.0]
    after = shelly.state.reading("switch0", Quantity.POWER)
    assert before is not None
    assert after is not None
    assert after.measured_at > before.measured_at


async def test_what_is_told_of_other_things_wakes_nobody(shelly: ShellyAtHome) -> None:
    """A hundred plugs tell their temperature each second."""
    await shelly.move_in()
    heard: list[bool] = []
    shelly.coordinator.async_add_listener(lambda: heard.append(True))
    shelly.server.device.set("switch:0", temperature={"tC": 50.0, "tF": 122.0})
    await shelly.server.push()
    shelly.server.device.set("switch:0", voltage=229.5)
    await shelly.push()
    assert heard == [True]


async def test_a_new_name_of_the_device(shelly: ShellyAtHome) -> None:
    """An entry that has the app's name keeps it; the firmware follows as well."""
    await shelly.move_in(title="Test Name")
    await shelly.server.rename("Kettle")
    await until(lambda: shelly.coordinator._settings is not None)
    await shelly.house.later(seconds=1)
    await until(lambda: shelly.state.name == "Kettle")
    await shelly.house.hass.async_block_till_done()
    assert shelly.entry.title == "Kettle"
    (device,) = dr.async_entries_for_config_entry(
        dr.async_get(shelly.house.hass), shelly.entry.entry_id
    )
    assert device.name == "Kettle"


async def test_a_name_of_ones_own_stays(shelly: ShellyAtHome) -> None:
    """Whoever named the entry differently meant it, also over a restart."""
    await shelly.move_in(title="Coffee")
    shelly.server.device.rename("Kettle")
    await shelly.house.reload(shelly.entry)
    assert shelly.entry.title == "Coffee"
    assert shelly.entry.data["app_name"] == "Kettle"


async def test_a_name_that_was_changed_while_nobody_looked(shelly: ShellyAtHome) -> None:
    """It is found at the next start."""
    await shelly.move_in(title="Test Name")
    shelly.server.device.rename("Kettle")
    await shelly.house.reload(shelly.entry)
    assert shelly.entry.title == "Kettle"


@pytest.mark.parametrize("device", [PRO_4PM], indirect=True)
async def test_a_new_name_of_a_channel(device: ShellyAtHome) -> None:
    """The child device follows; a burst of changes costs one look."""
    calls = device.server.calls.count("Shelly.GetConfig")
    for name in ("Lamp", "Oven", "Washing machine"):
        await device.server.rename(name, "switch:2")
    await until(lambda: device.coordinator._settings is not None)
    await device.house.later(seconds=1)
    await until(lambda: device.state.channels["switch2"].name == "Washing machine")
    assert device.server.calls.count("Shelly.GetConfig") == calls + 1
    registry = dr.async_get(device.house.hass)
    child = registry.async_get_child_device_by_identifier(
        (DOMAIN, device.key("switch2")), device.entry.entry_id
    )
    assert child is not None
    assert child.name == "Cellar Washing machine"


async def test_unloading_hangs_up(shelly: ShellyAtHome) -> None:
    """The device has few channels for clients."""
    await shelly.move_in()
    assert shelly.server.clients == 1
    await shelly.house.unload(shelly.entry)
    await until(lambda: shelly.server.clients == 0)


async def test_a_plug_that_feeds_in(house: House, socket_enabled: None) -> None:
    """Its own total counts both directions; what is drawn is what is left of it."""
    del socket_enabled
    async with server_of(STRIP) as server:
        device = ShellyAtHome(house, server)
        await device.move_in()
        drawn, fed = device.value("switch1/energy"), device.value("switch1/returned")
        server.device.set_power("switch:1", 200)
        house.freezer.tick(3600)
        server.device.set_power("switch:1", -100)
        house.freezer.tick(3600)
        await device.poll()
        status = server.device.status()["switch:1"]
        assert device.value("switch1/energy") - drawn == pytest.approx(200, abs=0.01)
        assert device.value("switch1/returned") - fed == pytest.approx(100, abs=0.01)
        assert status["aenergy"]["total"] - drawn - fed == pytest.approx(300, abs=0.01)
        await house.close()
