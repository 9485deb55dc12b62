"""Which energy ports count a meter: those that are stated, else those of its source."""

from collections.abc import AsyncIterator
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentry

from custom_components.ecom.ports import Counters
from custom_components.ecom.site.directory import PortDirectory
from custom_components.ecom.site.meters import MeterConfig
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import EXPORT, EXPORTED, IMPORT, IMPORTED
from tests.house import House

ENTITY = {"port": "entity:power", "role": "sub_meter"}


def config(**data: Any) -> MeterConfig:
    """Return a meter as its subentry describes it."""
    subentry = ConfigSubentry(
        data=MappingProxyType(data), subentry_type="meter", title="A meter", unique_id=None
    )
    return MeterConfig.of(subentry)


@pytest.fixture
async def directory(house: House) -> AsyncIterator[PortDirectory]:
    """Return a directory that follows the sources."""
    directory = PortDirectory(house.hass, lambda: None)
    stop = directory.start()
    yield directory
    stop()


async def test_an_old_meter_over_an_entity_has_none(directory: PortDirectory) -> None:
    """A subentry from before there were counters is as it was."""
    old = config(**ENTITY)
    assert (old.energy, old.exported, old.switch) == (None, None, None)
    assert old.counters(directory) == Counters()


async def test_what_is_stated_counts(directory: PortDirectory) -> None:
    """An entity says nothing of what counts it, so the subentry does."""
    meter = config(**ENTITY, energy="entity:in", exported="entity:out", switch="entity:s")
    assert meter.counters(directory) == Counters(imported="entity:in", exported="entity:out")
    assert meter.switch == "entity:s"


async def test_what_is_inverted_counts_the_other_way_round(directory: PortDirectory) -> None:
    """Where the port's power is negative, that of the meter is positive."""
    meter = config(**ENTITY, inverted=True, energy="entity:in", exported="entity:out")
    assert meter.counters(directory) == Counters(imported="entity:out", exported="entity:in")
    assert config(**ENTITY, inverted=True).counters(directory) == Counters()


@pytest.mark.parametrize("role", ["water", "gas", "heat"])
async def test_a_volume_counts_itself(directory: PortDirectory, role: str) -> None:
    """Its own port is the total, whichever way its sign would be."""
    meter = config(port="entity:litres", role=role, inverted=True)
    assert meter.counters(directory) == Counters(imported="entity:litres")


async def test_a_source_knows_its_counters(meter: MeterAtHome) -> None:
    """Those of the port in its own sign; without its source a meter has none."""
    directory = PortDirectory(meter.house.hass, lambda: None)
    stop = directory.start()
    grid = {"port": meter.key("power"), "role": "grid"}
    assert config(**grid).counters(directory) == Counters()
    await meter.move_in()
    await meter.says({IMPORT: 28, EXPORT: 0, IMPORTED: 1000, EXPORTED: 7})
    known = Counters(imported=meter.key(IMPORTED), exported=meter.key(EXPORTED))
    assert directory.counters(meter.key("power")) == known
    assert config(**grid).counters(directory) == known
    swapped = Counters(imported=known.exported, exported=known.imported)
    assert config(**grid, inverted=True).counters(directory) == swapped
    stated = config(**grid, energy="entity:better").counters(directory)
    assert stated == Counters(imported="entity:better", exported=known.exported)
    assert directory.counters(meter.key(IMPORTED)) is None
    await meter.house.unload(meter.entry)
    assert directory.counters(meter.key("power")) is None
    stop()


async def test_a_port_without_a_source_has_none(directory: PortDirectory) -> None:
    """What nobody offers counts nothing, and the Site's own figures are no ports."""
    assert directory.counters("nobody:1/power") is None
    assert directory.counters("site/power") is None
