"""The Site and its sources: whichever comes first, goes, or fails, the power is right."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from homeassistant.config_entries import ConfigEntryState

from custom_components.ecom.const import SITE_UID
from tests.families.e450.at_home import MeterAtHome, entry_of
from tests.families.e450.telegrams import EXPORT, IMPORT, OTHER_METER, Voice
from tests.house import House, until
from tests.meters import tcp_meter

UNKNOWN = ("unknown",) * 4
ALIVE = ("28.0", "28.0", "0.0", "unknown")


def grid(meter: MeterAtHome) -> dict[str, str]:
    """Return the data of the Site's meter over an E450."""
    return {"port": meter.key("power"), "role": "grid"}


@pytest.fixture
async def sun(meter: MeterAtHome) -> AsyncIterator[MeterAtHome]:
    """Return a second E450, behind the panels."""
    async with tcp_meter() as socket:
        sun = MeterAtHome(meter.house, socket, Voice(meter_id=OTHER_METER))
        sun.entry = entry_of(socket, OTHER_METER)
        yield sun
        await meter.house.close()


async def test_a_source_that_loads_before_the_site(meter: MeterAtHome) -> None:
    """The Site looks around when it starts."""
    await meter.move_in()
    await meter.says({IMPORT: 28})
    await meter.house.add_site(grid(meter))
    assert meter.house.site == ALIVE
    await meter.says({IMPORT: 0, EXPORT: 500})
    assert meter.house.site == ("-500.0", "0.0", "500.0", "unknown")


async def test_a_source_that_loads_after_the_site(meter: MeterAtHome) -> None:
    """The Site is told when a source's ports can be found."""
    await meter.house.add_site(grid(meter))
    assert meter.house.site == UNKNOWN
    await meter.move_in()
    assert meter.house.site == UNKNOWN
    await meter.says({IMPORT: 28})
    assert meter.house.site == ALIVE


@pytest.mark.parametrize("site_first", [True, False])
async def test_both_are_set_up_at_once(meter: MeterAtHome, *, site_first: bool) -> None:
    """At start-up Home Assistant sets all entries up together, in no order."""
    await meter.move_in()
    await meter.says({IMPORT: 28})
    entries = [await meter.house.add_site(grid(meter)), meter.entry]
    for entry in entries:
        await meter.house.unload(entry)
    set_up = meter.house.hass.config_entries.async_setup
    order = entries if site_first else reversed(entries)
    await asyncio.gather(*(set_up(entry.entry_id) for entry in order))
    await meter.house.hass.async_block_till_done()
    assert meter.house.site == ALIVE
    await meter.back()
    await meter.says({IMPORT: 29})
    assert meter.house.site[0] == "29.0"


async def test_a_source_that_is_reloaded(meter: MeterAtHome) -> None:
    """While it is away its power is unknown; what it stored is known again at once."""
    await meter.move_in()
    await meter.says({IMPORT: 28})
    await meter.house.add_site(grid(meter))
    await meter.house.unload(meter.entry)
    assert meter.house.site == UNKNOWN
    await meter.house.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.house.hass.async_block_till_done()
    assert meter.house.site == ALIVE
    await meter.back()
    await meter.says({IMPORT: 29})
    assert meter.house.site[0] == "29.0"


async def test_a_source_that_is_removed(meter: MeterAtHome, sun: MeterAtHome) -> None:
    """Its meter stays in the Site, and its power unknown: nothing is left out of a sum."""
    await meter.move_in()
    await sun.move_in(OTHER_METER)
    await meter.says({IMPORT: 28})
    await sun.says({IMPORT: 1000})
    await meter.house.add_site(grid(meter), {"port": sun.key("power"), "role": "solar"})
    assert meter.house.site == ("1028.0", "28.0", "0.0", "1000.0")
    await meter.house.remove(sun.entry)
    assert meter.house.site == ("unknown", "28.0", "0.0", "unknown")


async def test_a_source_that_fails_and_returns(meter: MeterAtHome) -> None:
    """A port that is closed at start-up is tried again, and the Site takes the source up."""
    await meter.move_in()
    await meter.says({IMPORT: 28})
    await meter.house.add_site(grid(meter))
    port = int(meter.socket.url.rpartition(":")[2])
    await meter.socket.stop()
    await meter.house.reload(meter.entry)
    assert meter.entry.state is ConfigEntryState.SETUP_RETRY
    assert meter.house.site == UNKNOWN
    await meter.socket.start(port)
    await meter.house.later(seconds=60)
    await until(lambda: meter.entry.state is ConfigEntryState.LOADED)
    await meter.back()
    await meter.says({IMPORT: 28})
    assert meter.house.site == ALIVE


async def test_a_source_that_falls_silent(meter: MeterAtHome) -> None:
    """A meter that says nothing is not summed, though its entry is loaded."""
    await meter.move_in()
    await meter.house.add_site(grid(meter))
    for _ in range(4):
        await meter.says({IMPORT: 28})
        await meter.house.later(seconds=5)
    assert meter.house.site == ALIVE
    await meter.house.later(seconds=16)
    assert meter.house.site == UNKNOWN
    await meter.says({IMPORT: 28})
    assert meter.house.site == ALIVE


async def test_an_unload_that_fails_gives_the_ports_back(
    meter: MeterAtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If Home Assistant cannot unload the entities, the source goes on as it was."""
    await meter.move_in()
    await meter.says({IMPORT: 28})
    await meter.house.add_site(grid(meter))
    entries = meter.house.hass.config_entries

    async def refuse(*_args: object) -> bool:
        return False

    with monkeypatch.context() as patched:
        patched.setattr(entries, "async_unload_platforms", refuse)
        assert not await entries.async_unload(meter.entry.entry_id)
    await meter.house.hass.async_block_till_done()
    assert meter.house.site == ALIVE
    await meter.source.close()


async def test_a_meter_of_the_wrong_kind_is_not_added_up(meter: MeterAtHome) -> None:
    """A port that turns out to be energy is no power, whatever the subentry says."""
    await meter.move_in()
    await meter.says({IMPORT: 28, "1-0:1.8.0": 1000})
    await meter.house.add_site({"port": meter.key("1-0:1.8.0"), "role": "grid"})
    assert meter.house.site == UNKNOWN


async def test_the_site_alone_can_be_reloaded(meter: MeterAtHome) -> None:
    """The Site finds everything again, and follows it once."""
    await meter.move_in()
    await meter.says({IMPORT: 28})
    site = await meter.house.add_site(grid(meter))
    await meter.house.reload(site)
    assert meter.house.site == ALIVE
    before = len(meter.coordinator._listeners)
    await meter.house.reload(site)
    assert len(meter.coordinator._listeners) == before


async def test_the_site_is_one_device(meter: MeterAtHome) -> None:
    """Its sensors are the Site's own, with unique ids that are their keys."""
    await meter.house.add_site()
    state = meter.house.state(f"{SITE_UID}/power")
    assert state.attributes["friendly_name"] == "Home Power"
    assert state.attributes["device_class"] == "power"
    assert state.attributes["state_class"] == "measurement"
    assert state.attributes["unit_of_measurement"] == "W"


async def test_the_site_has_nothing_to_fix(house: House) -> None:
    """Repairs of the Site are about its absence; there is none that it could fix."""
    site = await house.add_site()
    with pytest.raises(NotImplementedError):
        await site.runtime_data.fix("anything", {})
