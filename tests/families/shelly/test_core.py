"""A device that Home Assistant's own Shelly integration has as well."""

from collections.abc import Mapping, Sequence

import pytest
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.families.shelly.flow.known import core_devices, core_powers
from tests.dialogue import Dialogue
from tests.families.shelly.at_home import PRO_3EM, ShellyAtHome, server_of
from tests.house import House, meters_of
from tests.repairs import open_repair, press

ADOPT = (
    "custom_components.ecom.families.shelly.flow.adopt_device",
    "custom_components.ecom.families.shelly.family.source.adopt_device",
)

NOTHING: Mapping[str, str] = {}


class Adopted(list[list[str]]):
    """Takes the place of what makes plugs of the Site, and remembers of which devices."""

    def __init__(self) -> None:
        """Nothing has been adopted yet."""
        self.replaced: dict[str, str] = {}

    async def __call__(
        self, hass: HomeAssistant, device_ids: Sequence[str], replace: Mapping[str, str] = NOTHING
    ) -> int:
        """Make one plug of each device."""
        del hass
        self.append(list(device_ids))
        self.replaced |= replace
        return len(device_ids)


@pytest.fixture
def adopted(monkeypatch: pytest.MonkeyPatch) -> Adopted:
    """Return what is adopted in a test."""
    adopted = Adopted()
    for place in ADOPT:
        monkeypatch.setattr(place, adopted)
    return adopted


def core_entry(house: House, mac: str, *, devices: bool = True) -> MockConfigEntry:
    """Return an entry of core's integration, with a device and a channel if it is set up."""
    entry = MockConfigEntry(domain="shelly", unique_id=mac, title="Test Name")
    entry.add_to_hass(house.hass)
    if devices:
        registry = dr.async_get(house.hass)
        device = registry.async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={("shelly", mac)},
            connections={(dr.CONNECTION_NETWORK_MAC, dr.format_mac(mac))},
        )
        registry.async_get_or_create_child(
            config_entry_id=entry.entry_id,
            identifiers={("shelly", f"{mac}-switch:0")},
            parent_device_id=device.id,
            name="Outlet",
        )
    return entry


def power_sensor(house: House, entry: MockConfigEntry, mac: str) -> er.RegistryEntry:
    """Return the power sensor that core's integration makes of an outlet."""
    (device,) = dr.async_entries_for_config_entry(dr.async_get(house.hass), entry.entry_id)
    return er.async_get(house.hass).async_get_or_create(
        "sensor",
        "shelly",
        f"{mac}-switch:0-power",
        config_entry=entry,
        device_id=device.id,
        original_device_class=SensorDeviceClass.POWER,
        original_name="Power",
        unit_of_measurement="W",
    )


async def test_core_has_it_already(shelly: ShellyAtHome, adopted: Adopted) -> None:
    """No second connection: ECOM takes what is there, the channels included."""
    core_entry(shelly.house, shelly.server.device.info["mac"])
    dialogue = await Dialogue.begin(shelly.house, "shelly")
    await dialogue.send(address=shelly.server.address)
    assert dialogue.step == "shelly_core"
    assert dialogue.shown == {"device": "Test Name"}
    assert shelly.server.calls == []
    await dialogue.send()
    assert dialogue.reason == "shelly_adopted"
    assert dialogue.result["description_placeholders"] == {"count": "2"}
    ((one, other),) = adopted
    assert one != other
    assert not shelly.house.hass.config_entries.async_entries("ecom")


async def test_core_has_a_gen1(shelly: ShellyAtHome, adopted: Adopted) -> None:
    """Which ECOM cannot read itself, but core can."""
    mac = "AABBCCDDEEFF"
    core_entry(shelly.house, mac)
    shelly.server.device.info = {"type": "SHPLG-S", "mac": mac, "auth": True}
    dialogue = await Dialogue.begin(shelly.house, "shelly")
    await dialogue.send(address=shelly.server.address)
    assert dialogue.step == "shelly_core"
    await dialogue.send()
    assert dialogue.reason == "shelly_adopted"
    assert len(adopted) == 1


async def test_core_has_made_nothing_of_it_yet(shelly: ShellyAtHome, adopted: Adopted) -> None:
    """It is said, and can be tried again."""
    entry = core_entry(shelly.house, shelly.server.device.info["mac"], devices=False)
    dialogue = await Dialogue.begin(shelly.house, "shelly")
    await dialogue.send(address=shelly.server.address)
    await dialogue.send()
    assert dialogue.errors == {"base": "shelly_core_not_ready"}
    assert adopted == []
    await shelly.house.hass.config_entries.async_remove(entry.entry_id)
    await dialogue.send()
    assert dialogue.errors == {"base": "shelly_core_not_ready"}


async def test_an_entry_that_was_disabled_reads_nothing(shelly: ShellyAtHome) -> None:
    """Nor does one of another device."""
    mac = shelly.server.device.info["mac"]
    MockConfigEntry(domain="shelly", unique_id="0A0B0C0D0E0F").add_to_hass(shelly.house.hass)
    MockConfigEntry(domain="shelly", unique_id=None).add_to_hass(shelly.house.hass)
    MockConfigEntry(
        domain="shelly", unique_id=mac, disabled_by=ConfigEntryDisabler.USER
    ).add_to_hass(shelly.house.hass)
    dialogue = await Dialogue.begin(shelly.house, "shelly")
    await dialogue.send(address=shelly.server.address)
    assert dialogue.step == "shelly_found"


async def test_core_takes_it_later(shelly: ShellyAtHome, adopted: Adopted) -> None:
    """A repair says so, and one click leaves the device to core; the entry goes by itself."""
    await shelly.move_in()
    assert shelly.house.issues == set()
    mac = shelly.server.device.info["mac"]
    hass = shelly.house.hass
    await hass.config_entries.async_add(MockConfigEntry(domain="shelly", unique_id=mac))
    await hass.async_block_till_done()
    assert shelly.house.issues == {"shelly_core_has_device"}
    issue_id = f"shelly_core_has_device_{shelly.entry.entry_id}"
    flow_id = await open_repair(shelly.house, issue_id)
    refused = await press(shelly.house, flow_id)
    assert refused["errors"] == {"base": "shelly_core_not_ready"}
    assert adopted == []
    (entry,) = hass.config_entries.async_entries("shelly")
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("shelly", mac)}
    )
    done = await press(shelly.house, flow_id)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert len(adopted) == 1
    assert hass.config_entries.async_get_entry(shelly.entry.entry_id) is None
    assert shelly.house.issues == set()
    assert shelly.server.clients == 0


async def test_core_had_it_at_the_start_and_lets_it_go(shelly: ShellyAtHome) -> None:
    """The repair is raised at the start, and goes when core's entry does."""
    entry = core_entry(shelly.house, shelly.server.device.info["mac"])
    await shelly.move_in()
    assert shelly.house.issues == {"shelly_core_has_device"}
    await shelly.house.hass.config_entries.async_remove(entry.entry_id)
    await shelly.house.hass.async_block_till_done()
    assert shelly.house.issues == set()


async def test_cores_plug_becomes_a_meter_of_the_site(shelly: ShellyAtHome) -> None:
    """All the way: the Site is made, and reads core's sensor."""
    mac = shelly.server.device.info["mac"]
    sensor = power_sensor(shelly.house, core_entry(shelly.house, mac), mac)
    dialogue = await Dialogue.begin(shelly.house, "shelly")
    await dialogue.send(address=shelly.server.address)
    await dialogue.send()
    assert dialogue.reason == "shelly_adopted"
    assert dialogue.result["description_placeholders"] == {"count": "1"}
    (site,) = shelly.house.site_entries
    assert [meter["port"] for meter in meters_of(site)] == [f"entity:{sensor.id}"]


async def test_a_meter_keeps_its_role(shelly: ShellyAtHome) -> None:
    """All the way: it was at the grid with ECOM's connection, and is with core's."""
    dialogue = await Dialogue.begin(shelly.house, "shelly")
    await dialogue.send(address=shelly.server.address)
    await dialogue.send(name="Main switch", role="grid")
    shelly.entry = dialogue.created  # type: ignore[assignment]
    mac = shelly.server.device.info["mac"]
    sensor = power_sensor(shelly.house, core_entry(shelly.house, mac), mac)
    await shelly.source.fix("shelly_core_has_device", {})
    await shelly.house.hass.async_block_till_done()
    assert shelly.house.hass.config_entries.async_get_entry(shelly.entry.entry_id) is None
    (site,) = shelly.house.site_entries
    ((port, role),) = [(meter["port"], meter["role"]) for meter in meters_of(site)]
    assert (port, role) == (f"entity:{sensor.id}", "grid")


@pytest.mark.parametrize(
    ("fixture", "channels"),
    [
        (
            PRO_3EM,
            {
                "em0": "em:0-total_act_power",
                "em0a": "em:0-a_act_power",
                "em0b": "em:0-b_act_power",
                "em0c": "em:0-c_act_power",
            },
        ),
        (
            "em_gen3_1.4.4",
            {
                "clamp0": "em1:0-power_em1",
                "clamp1": "em1:1-power_em1",
                "meter0": "pm1:0-power_pm1",
                "switch0": "switch:0-power",
            },
        ),
    ],
)
async def test_meters_read_cores_sensors_from_then_on(
    house: House,
    socket_enabled: None,
    adopted: Adopted,
    fixture: str,
    channels: dict[str, str],
) -> None:
    """The Site is told which of core's sensors shows what each channel showed."""
    del socket_enabled
    async with server_of(fixture) as server:
        at_home = ShellyAtHome(house, server)
        await at_home.move_in()
        mac = server.device.info["mac"]
        entry = core_entry(house, mac)
        registry = er.async_get(house.hass)
        wanted = {
            at_home.key(f"{channel}/power"): "entity:"
            + registry.async_get_or_create(
                "sensor", "shelly", f"{mac}-{local}", config_entry=entry
            ).id
            for channel, local in channels.items()
        }
        await at_home.source.fix("shelly_core_has_device", {})
        await house.hass.async_block_till_done()
        assert adopted.replaced == wanted
        assert house.hass.config_entries.async_get_entry(at_home.entry.entry_id) is None


async def test_a_channel_that_core_has_not(shelly: ShellyAtHome) -> None:
    """Nor without an entry of core's."""
    mac = shelly.server.device.info["mac"]
    assert core_powers(shelly.house.hass, mac, ["switch0"]) == {}
    core_entry(shelly.house, mac)
    assert core_powers(shelly.house.hass, mac, ["switch0", "oven", "x1"]) == {}
    assert core_devices(shelly.house.hass, "0A0B0C0D0E0F") == []


async def test_another_issue_is_not_this_familys(shelly: ShellyAtHome, adopted: Adopted) -> None:
    """Only one of them can be fixed."""
    await shelly.move_in()
    await shelly.source.fix("shelly_silent", {})
    assert adopted == []
    assert shelly.source.question("shelly_core_has_device") is None
