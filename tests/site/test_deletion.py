"""A Site that was deleted on purpose stays deleted until somebody asks for it."""

import pytest
from homeassistant.helpers import issue_registry as ir

from custom_components.ecom.const import DOMAIN, ISSUE_SITE_DELETED
from tests.dialogue import Dialogue
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import IMPORT, OTHER_METER, Voice
from tests.house import House, meters_of
from tests.meters import tcp_meter
from tests.repairs import confirm, open_repair, press

CHANGED = "e450_meter_changed"


@pytest.fixture
async def deleted(meter: MeterAtHome) -> House:
    """Return a house with a source, whose Site was deleted."""
    await meter.move_in()
    site = await meter.house.add_site({"port": meter.key("power"), "role": "grid"})
    await meter.house.remove(site)
    return meter.house


async def test_deleting_the_site_raises_a_repair(deleted: House) -> None:
    """The repair offers the Site again, and remembers that it was deleted."""
    assert not deleted.site_entries
    assert deleted.issues == {ISSUE_SITE_DELETED}
    issue = ir.async_get(deleted.hass).async_get_issue(DOMAIN, ISSUE_SITE_DELETED)
    assert issue is not None
    assert issue.is_fixable
    assert issue.is_persistent


async def test_a_reload_does_not_bring_it_back(deleted: House, meter: MeterAtHome) -> None:
    """What happens at a start happens at a reload: the source is set up, no Site is made."""
    await deleted.reload(meter.entry)
    await deleted.unload(meter.entry)
    await deleted.hass.config_entries.async_setup(meter.entry.entry_id)
    await deleted.hass.async_block_till_done()
    assert not deleted.site_entries
    assert deleted.issues == {ISSUE_SITE_DELETED}


async def test_another_source_does_not_bring_it_back(deleted: House) -> None:
    """Who deleted the Site and adds a meter is not contradicted."""
    async with tcp_meter(Voice(meter_id=OTHER_METER).says({IMPORT: 1})) as socket:
        dialogue = await Dialogue.begin(deleted)
        await dialogue.send(device=socket.url)
        await dialogue.send(name="Another", role="grid")
        assert dialogue.created.title == "Another"
        assert not deleted.site_entries
        assert deleted.issues == {ISSUE_SITE_DELETED}
        await deleted.close()


async def test_the_repair_brings_it_back(deleted: House, meter: MeterAtHome) -> None:
    """One click: the Site is there again, without meters, and the repair is gone."""
    await confirm(deleted, ISSUE_SITE_DELETED)
    (site,) = deleted.site_entries
    assert not meters_of(site)
    assert deleted.issues == set()
    assert deleted.site == ("unknown",) * 4
    await deleted.remove(site)
    assert deleted.issues == {ISSUE_SITE_DELETED}
    assert meter.entry.runtime_data


async def test_the_site_comes_back_with_the_meters_that_sources_proposed(
    deleted: House, meter: MeterAtHome
) -> None:
    """What the user once confirmed need not be chosen again."""
    proposal = {"port": meter.key("power"), "role": "grid", "title": "Meter", "phases": ["1"]}
    data = {**meter.entry.data, "meters": [proposal]}
    deleted.hass.config_entries.async_update_entry(meter.entry, data=data)
    await confirm(deleted, ISSUE_SITE_DELETED)
    (site,) = deleted.site_entries
    (found,) = site.subentries.values()
    assert (found.data["port"], found.data["role"]) == (meter.key("power"), "grid")


async def test_deleting_the_last_source_ends_the_repair(deleted: House, meter: MeterAtHome) -> None:
    """Without a source nobody needs a Site."""
    await deleted.remove(meter.entry)
    assert deleted.issues == set()


async def test_a_site_without_sources_is_deleted_in_silence(house: House) -> None:
    """There is nothing to add up, so there is nothing to repair."""
    await house.remove(await house.add_site())
    assert house.issues == set()


async def test_an_exchanged_meter_is_accepted_by_one_click(meter: MeterAtHome) -> None:
    """The repair of a source is fixed by that source."""
    await meter.move_in()
    await meter.says({IMPORT: 28})
    meter.voice = Voice(meter_id=OTHER_METER)
    for _ in range(10):
        await meter.says({IMPORT: 77})
    await confirm(meter.house, f"{CHANGED}_{meter.entry.entry_id}")
    assert meter.house.issues == set()
    await meter.says({IMPORT: 78})
    assert meter.shown(IMPORT) == "78"


async def test_a_source_that_is_not_loaded_fixes_nothing(meter: MeterAtHome) -> None:
    """A repair that was left open while its source was unloaded says so."""
    await meter.move_in()
    await meter.says({IMPORT: 28})
    meter.voice = Voice(meter_id=OTHER_METER)
    for _ in range(10):
        await meter.says({IMPORT: 77})
    flow_id = await open_repair(meter.house, f"{CHANGED}_{meter.entry.entry_id}")
    await meter.house.unload(meter.entry)
    result = await press(meter.house, flow_id)
    assert result["reason"] == "not_loaded"
