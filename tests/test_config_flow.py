"""The one config flow: it finds the family, and makes the one Site."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any

import pytest
from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_IGNORE,
    SOURCE_RECONFIGURE,
    SOURCE_SYSTEM,
    SOURCE_USB,
    SOURCE_USER,
    SOURCE_ZEROCONF,
)
from homeassistant.data_entry_flow import FlowResultType, UnknownHandler
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.config_flow import EcomConfigFlow
from custom_components.ecom.const import DOMAIN, SITE_UID
from tests.dialogue import Dialogue
from tests.families.e450.at_home import entry_of
from tests.families.e450.telegrams import IMPORT, Voice
from tests.house import House, meters_of
from tests.meters import TcpMeter, tcp_meter

METERS = ("LGZ1030000000031", "LGZ1030000000048", "LGZ1030000000055")


@pytest.fixture
async def meters(house: House, socket_enabled: None) -> AsyncIterator[list[TcpMeter]]:
    """Return three meters, each on a socket of its own."""
    del socket_enabled
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(tcp_meter(Voice(meter_id=meter_id).says({IMPORT: 100})))
            for meter_id in METERS
        ]
        await house.close()


async def add(house: House, meter: TcpMeter, role: str = "grid") -> Dialogue:
    """Add a meter through the dialogue, up to its end."""
    dialogue = await Dialogue.begin(house)
    await dialogue.send(device=meter.url)
    await dialogue.send(name="A meter", role=role)
    return dialogue


async def test_the_first_source_brings_the_site(house: House, meters: list[TcpMeter]) -> None:
    """A person adds a meter and nothing else: the Site is there, under the home's name."""
    house.hass.config.location_name = "Chez nous"
    await add(house, meters[0])
    (site,) = house.site_entries
    assert (site.title, site.unique_id) == ("Chez nous", SITE_UID)
    assert site.source == SOURCE_SYSTEM


async def test_the_second_source_joins_the_site(house: House, meters: list[TcpMeter]) -> None:
    """There is one Site, which adopts every meter that is added."""
    await add(house, meters[0])
    await add(house, meters[1], role="sub_meter")
    (site,) = house.site_entries
    assert [meter["role"] for meter in meters_of(site)] == ["grid", "sub_meter"]


async def test_sources_that_are_added_at_once_share_one_site(
    house: House, meters: list[TcpMeter]
) -> None:
    """Three dialogues that end in the same moment make exactly one Site."""
    dialogues = [await Dialogue.begin(house) for _ in meters]
    for dialogue, meter in zip(dialogues, meters, strict=True):
        await dialogue.send(device=meter.url)
    await asyncio.gather(
        *(dialogue.send_only(name="A meter", role="solar") for dialogue in dialogues)
    )
    await house.hass.async_block_till_done()
    (site,) = house.site_entries
    assert len(list(meters_of(site))) == 3
    assert len(house.hass.config_entries.async_entries(DOMAIN)) == 4


async def test_the_site_cannot_be_made_twice(house: House) -> None:
    """The system's step ends where there is a Site already."""
    await house.add_site()
    flow = house.hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_SYSTEM})
    assert result["reason"] == "already_configured"


async def test_ignoring_a_discovery_is_not_adding(house: House) -> None:
    """A device that a person does not want brings no Site."""
    await house.hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": "e450:ignored", "title": "Not wanted"},
    )
    await house.hass.async_block_till_done()
    assert not house.site_entries
    (ignored,) = house.hass.config_entries.async_entries(DOMAIN)
    await house.remove(ignored)


async def test_the_site_has_no_connection_to_change(house: House) -> None:
    """Home Assistant shows the button on every entry; the Site explains."""
    site = await house.add_site()
    dialogue = await Dialogue.of_entry(house, site, SOURCE_RECONFIGURE)
    assert dialogue.reason == "site_reconfigure"


async def test_only_the_site_has_parts(house: House, meters: list[TcpMeter]) -> None:
    """A source has options alone; what nobody knows has neither."""
    site = await house.add_site()
    source = await house.add(entry_of(meters[0]))
    stranger = MockConfigEntry(domain=DOMAIN, data={"family": "stranger"})
    for entry, has in ((site, True), (source, True), (stranger, False)):
        assert EcomConfigFlow.async_supports_options_flow(entry) is has
    parts = {"meter", "plug", "contract", "member", "alert"}
    assert set(EcomConfigFlow.async_get_supported_subentry_types(site)) == parts
    assert not EcomConfigFlow.async_get_supported_subentry_types(source)
    with pytest.raises(UnknownHandler):
        EcomConfigFlow.async_get_options_flow(stranger)


@pytest.mark.parametrize("source", [SOURCE_DHCP, SOURCE_USB, SOURCE_ZEROCONF])
async def test_what_no_family_knows_is_not_supported(house: House, source: str) -> None:
    """A discovery that nobody claims ends without a question."""
    found: Any = SimpleNamespace(device="/dev/ttyUSB0", ip="10.0.0.2", hostname="thing")
    result = await house.hass.config_entries.flow.async_init(
        DOMAIN, context={"source": source}, data=found
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_supported"


async def test_only_steps_of_families_are_found(house: House) -> None:
    """The flow has the steps of its families, and no other names."""
    flow = house.hass.config_entries.flow
    await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    outer = EcomConfigFlow()
    for name in ("async_step_tasmota_user", "async_something", "e450_user"):
        assert not hasattr(outer, name)
    for progress in flow.async_progress_by_handler(DOMAIN):
        flow.async_abort(progress["flow_id"])
