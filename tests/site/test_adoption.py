"""How a family hands a device that another integration has to the Site."""

import asyncio
from typing import Any

import pytest
from homeassistant.helpers import issue_registry as ir

from custom_components.ecom.const import DOMAIN, ISSUE_SITE_DELETED, SITE_UID
from custom_components.ecom.plug_adoption import adopt_device
from tests.foreign import add_device, add_plug, add_strip
from tests.house import House

NATIVE = "shelly:AABBCC/switch0-power"
POWER = "AABBCC-switch:0-power"


def old_meter(**more: Any) -> dict[str, Any]:
    """Return the data of a meter over a port of ECOM's own."""
    return {"port": NATIVE, "role": "solar", "phases": ["2"], "valid_for": 60, **more}


async def test_the_site_is_created_if_it_is_missing(house: House) -> None:
    """The first thing that a person adds may be a plug that is there already."""
    kettle = add_plug(house.hass)
    assert await adopt_device(house.hass, [kettle.id]) == 1
    await house.hass.async_block_till_done()
    (site,) = house.site_entries
    (meter,) = site.subentries.values()
    assert site.unique_id == SITE_UID
    assert (meter.title, meter.data["role"]) == ("Kettle", "sub_meter")


async def test_a_site_that_is_there_takes_them_up(house: House) -> None:
    """Each outlet is a meter; what is one already is not counted again."""
    site = await house.add_site()
    strip = add_strip(house.hass)
    assert await adopt_device(house.hass, [strip.id]) == 4
    assert await adopt_device(house.hass, [strip.id]) == 0
    assert len(site.subentries) == 4


async def test_two_at_once_make_one_site(house: House) -> None:
    """Two dialogues that end together do not race."""
    plugs = [add_plug(house.hass, f"Plug {n}", f"AABBC{n}") for n in range(2)]
    await asyncio.gather(*(adopt_device(house.hass, [plug.id]) for plug in plugs))
    await house.hass.async_block_till_done()
    (site,) = house.site_entries
    titles = {meter.title for meter in site.subentries.values()}
    assert titles == {"Plug 0", "Plug 1"}


async def test_a_device_without_plugs_makes_no_site(house: House) -> None:
    """Nothing found, nothing made."""
    assert await adopt_device(house.hass, [add_device(house.hass).id]) == 0
    assert not house.site_entries


async def test_a_site_that_was_deleted_stays_deleted(house: House) -> None:
    """Only the repair brings it back."""
    ir.async_create_issue(
        house.hass,
        DOMAIN,
        ISSUE_SITE_DELETED,
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=ISSUE_SITE_DELETED,
    )
    assert await adopt_device(house.hass, [add_plug(house.hass).id]) == 0
    assert not house.site_entries


async def test_a_meter_goes_on_with_another_port(house: House) -> None:
    """Title, role and phases stay; counters and the switch are those of the new port."""
    kettle = add_plug(house.hass)
    kettle.shows(POWER, 40, "W")
    site = await house.add_site(old_meter(energy="shelly:AABBCC/switch0-energy"))
    replace = {NATIVE: kettle.key(POWER)}
    assert await adopt_device(house.hass, [kettle.id], replace) == 0
    (meter,) = site.subentries.values()
    assert meter.title == NATIVE
    assert meter.unique_id == f"meter:{kettle.key(POWER)}"
    assert meter.data == {
        "port": kettle.key(POWER),
        "role": "solar",
        "phases": ["2"],
        "valid_for": 60,
        "energy": kettle.key("AABBCC-switch:0-energy"),
        "switch": kettle.key("AABBCC-switch:0"),
    }
    await house.hass.async_block_till_done()
    assert house.site[3] == "40.0"


async def test_where_the_new_port_has_a_meter_the_old_one_goes(house: House) -> None:
    """The same load would be there twice."""
    kettle = add_plug(house.hass)
    new = kettle.key(POWER)
    site = await house.add_site(old_meter(), {"port": new, "role": "grid"})
    await adopt_device(house.hass, [kettle.id], {NATIVE: new})
    (meter,) = site.subentries.values()
    assert (meter.data["port"], meter.data["role"]) == (new, "grid")


@pytest.mark.parametrize("replace", [{"shelly:other/power": "entity:x"}, {NATIVE: NATIVE}])
async def test_what_no_meter_reads_is_not_replaced(house: House, replace: dict[str, str]) -> None:
    """A key that is unknown, or the same, changes nothing."""
    site = await house.add_site(old_meter())
    assert await adopt_device(house.hass, [], replace) == 0
    (meter,) = site.subentries.values()
    assert meter.data == old_meter()


async def test_a_new_port_without_proposal_states_nothing(house: House) -> None:
    """A sensor that belongs to no plug replaces the power alone."""
    site = await house.add_site(old_meter(switch="shelly:AABBCC/switch0"))
    await adopt_device(house.hass, [], {NATIVE: "entity:x"})
    (meter,) = site.subentries.values()
    assert meter.data == {**old_meter(), "port": "entity:x"}
