"""Every entity of an E450 and of the Site as it stands, to see what a change changes."""

from datetime import UTC, datetime

import pytest
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from custom_components.ecom.families.e450.family import E450Family
from custom_components.ecom.families.e450.protocol.registers import REGISTERS
from custom_components.ecom.families.e450.protocol.values import Raw
from custom_components.ecom.runtime import EcomConfigEntry
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import IMPORT
from tests.house import House

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def table(house: House, entry: EcomConfigEntry) -> str:
    """Return one line for each entity of an entry: what it is, and what it shows."""
    entities = er.async_entries_for_config_entry(er.async_get(house.hass), entry.entry_id)
    return "\n".join(sorted(_line(house, entity) for entity in entities))


def _line(house: House, entity: er.RegistryEntry) -> str:
    state = house.hass.states.get(entity.entity_id)
    assert state is not None
    unit = entity.unit_of_measurement or ""
    columns = (
        entity.unique_id.partition("/")[2],
        entity.entity_id,
        state.name,
        entity.translation_key,
        entity.original_device_class,
        (entity.capabilities or {}).get("state_class"),
        entity.entity_category,
        f"{state.state} {unit}".strip(),
    )
    return " | ".join(str(column or "-") for column in columns)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return a snapshot that leaves out what differs at each run."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def everything() -> dict[str, Raw]:
    """Return a value for every register that ECOM knows, and one for a code that it does not."""
    values: dict[str, Raw] = {}
    for register in REGISTERS:
        for code in register.codes:
            if register.name not in {"clock", "push_setup", "logical_device_name"}:
                values[str(code)] = 1
    return {**values, "1-0:99.42.1": 5}


@pytest.fixture
def all_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let disabled entities show what they would show."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", property(lambda _self: True))


@pytest.fixture
async def noon(meter: MeterAtHome) -> MeterAtHome:
    """Return a meter at noon of a day."""
    meter.house.freezer.move_to(NOON)
    return meter


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("platform", [Platform.SENSOR, Platform.BINARY_SENSOR])
async def test_every_entity_of_a_meter(
    noon: MeterAtHome,
    everything: dict[str, Raw],
    snapshot: SnapshotAssertion,
    platform: Platform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Names, classes, units and states of all that an E450 may show."""
    monkeypatch.setattr(E450Family, "platforms", (platform,))
    await noon.move_in(options={"media": {"1": "water", "2": "gas", "3": "heat"}})
    await noon.says(everything)
    assert table(noon.house, noon.entry) == snapshot


async def test_every_entity_of_the_site(noon: MeterAtHome, snapshot: SnapshotAssertion) -> None:
    """The Site's sensors over one grid meter."""
    await noon.move_in()
    await noon.says({IMPORT: 28})
    entry = await noon.house.add_site({"port": noon.key("power"), "role": "grid"})
    (meter_id,) = entry.subentries
    assert table(noon.house, entry).replace(meter_id, "METER") == snapshot
