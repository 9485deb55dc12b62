"""Where a meter hangs and what it is billed by, as its form has it."""

from typing import Any

import pytest
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    SubentryFlowResult,
)
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.site.meter_billing import nodes_of
from custom_components.ecom.site.meters import MeterConfig, Rates
from tests.entities import add_sensor, registry_id
from tests.house import House, part
from tests.subentries import PartDialogue, id_of

DETAILS: dict[str, Any] = {"inverted": False, "phases": ["1"], "valid_for": 300}
GRID = {"port": "entity:grid", "role": "grid"}
FLAT = {"port": "entity:flat", "role": "sub_meter"}
TAP = {"port": "entity:tap", "role": "hot_water"}


async def a_site(house: House) -> MockConfigEntry:
    """Return a site with three meters and a contract."""
    contract = part("contract", "Base", template="flat", prices="0.2")
    return await house.add_site(GRID, FLAT, TAP, parts=[contract])


async def change(
    house: House, site: MockConfigEntry, title: str, role: str, **billing: str
) -> SubentryFlowResult:
    """Go through the form that changes a meter."""
    flow = house.hass.config_entries.subentries
    form = await flow.async_init(
        (site.entry_id, "meter"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": id_of(site, title)},
    )
    answer = {"role": role, "details": DETAILS, "billing": {"rates": "as_named", **billing}}
    result = await flow.async_configure(form["flow_id"], answer)
    await house.hass.async_block_till_done()
    if result["type"] is FlowResultType.FORM:
        flow.async_abort(result["flow_id"])
    return result


def config_of(site: MockConfigEntry, title: str) -> MeterConfig:
    """Return a meter as its subentry describes it."""
    return MeterConfig.of(site.subentries[id_of(site, title)])


async def test_a_meter_hangs_below_another(house: House) -> None:
    """What is stated is kept; what is usual is not."""
    site = await a_site(house)
    grid, contract = id_of(site, "entity:grid"), id_of(site, "Base")
    await change(house, site, "entity:flat", "sub_meter", parent=grid, contract=contract)
    config = config_of(site, "entity:flat")
    assert (config.parent, config.contract, config.feed_in) == (grid, contract, None)
    assert config.rates is Rates.AS_NAMED
    assert "rates" not in site.subentries[id_of(site, "entity:flat")].data
    await change(house, site, "entity:flat", "sub_meter", rates="swapped")
    config = config_of(site, "entity:flat")
    assert (config.parent, config.rates) == (None, Rates.SWAPPED)


@pytest.mark.parametrize(
    ("child", "role", "parent", "error"),
    [
        ("entity:grid", "grid", "entity:flat", "trunk_has_no_parent"),
        ("entity:flat", "sub_meter", "entity:tap", "parent_of_other_kind"),
    ],
)
async def test_where_it_cannot_hang(
    house: House, child: str, role: str, parent: str, error: str
) -> None:
    """The form says why, and nothing changes."""
    site = await a_site(house)
    result = await change(house, site, child, role, parent=id_of(site, parent))
    assert result["errors"] == {"base": error}
    assert config_of(site, child).parent is None


CONTRACTS = {
    "Base": {"template": "flat", "prices": "0.2"},
    "Water": {"template": "water", "prices": "4"},
    "Sale": {"template": "feed_in", "prices": "0.04"},
    "Broken": {"template": "flat", "prices": "cheap"},
}


@pytest.mark.parametrize(
    ("title", "role", "field", "contract", "is_kept"),
    [
        ("entity:grid", "grid", "contract", "Base", True),
        ("entity:grid", "grid", "feed_in", "Sale", True),
        ("entity:flat", "sub_meter", "feed_in", "Sale", True),
        ("entity:tap", "hot_water", "contract", "Base", False),
        ("entity:tap", "hot_water", "contract", "Water", False),
        ("entity:tap", "hot_water", "feed_in", "Sale", False),
        ("entity:grid", "grid", "contract", "Sale", False),
        ("entity:grid", "grid", "feed_in", "Base", False),
        ("entity:grid", "grid", "contract", "Broken", False),
    ],
)
async def test_contracts_that_suit_a_meter(  # noqa: PLR0913 - a row of the table each
    house: House, title: str, role: str, field: str, contract: str, *, is_kept: bool
) -> None:
    """Are of what it measures, and of the direction of the field; the form refuses others."""
    parts = [part("contract", name, **data) for name, data in CONTRACTS.items()]
    site = await house.add_site(GRID, FLAT, TAP, parts=parts)
    key = id_of(site, contract)
    result = await change(house, site, title, role, **{field: key})
    assert site.subentries[id_of(site, title)].data.get(field) == (key if is_kept else None)
    if not is_kept:
        assert result["errors"] == {"base": "contract_of_other_kind"}


async def test_a_parent_that_is_another_thing_now(house: House) -> None:
    """A meter whose parent changed its role, or is gone, hangs on the trunk."""
    site = await a_site(house)
    grid = id_of(site, "entity:grid")
    await change(house, site, "entity:flat", "sub_meter", parent=grid)
    assert {node.key: node.parent for node in nodes_of(site)}[id_of(site, "entity:flat")] == grid
    house.hass.config_entries.async_remove_subentry(site, grid)
    assert {node.parent for node in nodes_of(site)} == {None}


async def test_a_new_meter_says_where_it_hangs(house: House) -> None:
    """The form for a new one has the same section."""
    site = await a_site(house)
    oven = await add_sensor(house.hass, "oven")
    oven.shows(100.0)
    flow = house.hass.config_entries.subentries
    form = await flow.async_init((site.entry_id, "meter"), context={"source": SOURCE_USER})
    result = await flow.async_configure(
        form["flow_id"],
        {
            "entity": oven.entity_id,
            "role": "sub_meter",
            "details": DETAILS,
            "billing": {"rates": "ignored", "parent": id_of(site, "entity:flat")},
        },
    )
    await house.hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    config = config_of(site, result["title"])
    assert (config.parent, config.rates) == (id_of(site, "entity:flat"), Rates.IGNORED)


async def test_sensors_that_count_one_band_each(house: House) -> None:
    """Both or neither, followed by their ids, and shown again in the form."""
    site = await a_site(house)
    sensors = {}
    for band in ("peak", "off_peak"):
        sensor = await add_sensor(house.hass, band, "kWh")
        sensor.shows(1.0, unit="kWh")
        sensors[f"register_{band}"] = sensor
    one = {"register_peak": sensors["register_peak"].entity_id}
    both = {field: sensor.entity_id for field, sensor in sensors.items()}
    result = await change(house, site, "entity:grid", "grid", **one)
    assert result["errors"] == {"base": "registers_one_of_two"}
    water = await add_sensor(house.hass, "water", "m³")
    water.shows(1.0, unit="m³")
    wrong = {**both, "register_off_peak": water.entity_id}
    result = await change(house, site, "entity:grid", "grid", **wrong)
    assert result["errors"] == {"base": "wrong_energy"}
    await change(house, site, "entity:grid", "grid", **both)
    peak, off_peak = (f"entity:{registry_id(sensor)}" for sensor in sensors.values())
    assert dict(config_of(site, "entity:grid").registers) == {peak: "peak", off_peak: "off_peak"}
    dialogue = await PartDialogue.begin(house, site, "meter", "entity:grid")
    assert dialogue.suggested["billing"] == both
