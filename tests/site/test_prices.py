"""What a unit costs and when, as the action tells it."""

import threading
from typing import Any

import pytest
from homeassistant.exceptions import ServiceValidationError
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.core.tariffs.tariff import Tariff
from tests.entities import add_sensor, registry_id
from tests.house import House, part

PEAKS = {"template": "peak_offpeak", "prices": "0.2142 0.1589", "windows": "22:24-06:24"}
WATER = {"template": "water", "tiers": "80 1.2\n1.9", "wastewater": "2"}


async def a_site(house: House, *meters: dict[str, Any], **contracts: Any) -> MockConfigEntry:
    """Return a site in Paris with contracts by name."""
    await house.hass.config.async_set_time_zone("Europe/Paris")
    house.freezer.move_to("2026-11-03T12:00:00+00:00")
    parts = [part("contract", name, **data) for name, data in contracts.items()]
    return await house.add_site(*meters, parts=parts)


async def ask(house: House, **data: Any) -> Any:
    """Call the action and return the contracts that it tells of."""
    answer = await house.hass.services.async_call(
        DOMAIN, "get_prices", data, blocking=True, return_response=True
    )
    assert answer is not None
    return answer["contracts"]


NIGHT = {"start": "2026-11-03 22:00:00", "end": "2026-11-03 23:00:00"}


async def test_a_row_for_each_price(house: House) -> None:
    """At the very minute at which it changes."""
    await a_site(house, Ours=PEAKS)
    (contract,) = await ask(house, **NIGHT)
    assert contract == {
        "contract": "Ours",
        "fluid": "electricity",
        "direction": "import",
        "currency": "EUR",
        "unit": "kWh",
        "prices": [
            {
                "start": "2026-11-03T22:00:00+01:00",
                "end": "2026-11-03T22:24:00+01:00",
                "band": "peak",
                "price": 0.2142,
                "provisional": False,
            },
            {
                "start": "2026-11-03T22:24:00+01:00",
                "end": "2026-11-03T23:00:00+01:00",
                "band": "off_peak",
                "price": 0.1589,
                "provisional": False,
            },
        ],
    }


async def test_a_row_for_each_slot(house: House) -> None:
    """Its price is the mean over its time; the band only where there is one."""
    await a_site(house, Ours=PEAKS)
    (contract,) = await ask(house, **NIGHT, resolution="quarter_hour")
    rows = [(row["start"][11:16], row["band"], row["price"]) for row in contract["prices"]]
    mixed = round((0.2142 * 9 + 0.1589 * 6) / 15, 9)
    assert rows == [
        ("22:00", "peak", 0.2142),
        ("22:15", None, mixed),
        ("22:30", "off_peak", 0.1589),
        ("22:45", "off_peak", 0.1589),
    ]


async def test_tiers_and_what_is_not_known(house: House) -> None:
    """Tiers come on top; a price of no entity is no price."""
    spot = {"template": "dynamic", "curve": "entity:gone"}
    await a_site(house, Water=WATER, Spot=spot)
    water, spot_rows = await ask(house, **NIGHT)
    (row,) = water["prices"]
    assert (row["price"], row["tiers"]) == (
        2.0,
        [{"up_to": 80.0, "price": 1.2}, {"up_to": None, "price": 1.9}],
    )
    assert spot_rows["prices"][0]["price"] is None
    (_, spot_rows) = await ask(house, **NIGHT, resolution="hour")
    assert spot_rows["prices"][0]["price"] is None


@pytest.mark.parametrize("asked", [{}, {"resolution": "quarter_hour"}])
async def test_years_of_prices_hold_nobody_up(
    house: House, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    """They are reckoned apart from all else that Home Assistant does."""
    await a_site(house, Ours=PEAKS)
    reckoned_in: list[int] = []
    slices = Tariff.slices

    def noted(*args: Any) -> Any:
        reckoned_in.append(threading.get_ident())
        return slices(*args)

    monkeypatch.setattr(Tariff, "slices", noted)
    await ask(house, **NIGHT, **asked)
    assert reckoned_in
    assert threading.get_ident() not in reckoned_in


async def test_a_contract_by_name_or_by_what_it_bills(house: House) -> None:
    """Names are as a person writes them; a meter has the only contract of its kind."""
    sensor = await add_sensor(house.hass, "grid")
    meter = {"port": f"entity:{registry_id(sensor)}", "role": "grid"}
    lamp = await add_sensor(house.hass, "lamp")
    await a_site(house, meter, Ours=PEAKS, Water=WATER)
    for about in ({"contract": "ours"}, {"entity_id": [sensor.entity_id]}):
        assert [each["contract"] for each in await ask(house, **NIGHT, **about)] == ["Ours"]
    with pytest.raises(ServiceValidationError) as raised:
        await ask(house, **NIGHT, contract="Theirs")
    assert raised.value.translation_key == "no_such_contract"
    with pytest.raises(ServiceValidationError) as raised:
        await ask(house, **NIGHT, entity_id=[lamp.entity_id])
    assert raised.value.translation_key == "no_contract_of_entity"


async def test_no_entities_name_all_contracts(house: House) -> None:
    """A list that was emptied is one that was left out."""
    await a_site(house, Ours=PEAKS, Water=WATER)
    assert await ask(house, **NIGHT, entity_id=[]) == await ask(house, **NIGHT)


async def test_prices_from_tomorrow_on_need_an_end(house: House) -> None:
    """They are known, but until when is meant is not."""
    await a_site(house, Ours=PEAKS)
    with pytest.raises(ServiceValidationError) as raised:
        await ask(house, start="2026-11-04 00:00:00")
    assert raised.value.translation_key == "start_in_future"


async def test_without_contracts(house: House) -> None:
    """It says so."""
    await a_site(house)
    with pytest.raises(ServiceValidationError) as raised:
        await ask(house, **NIGHT)
    assert raised.value.translation_key == "no_contracts"


async def test_a_contract_that_cannot_be_read_is_said_so(house: House) -> None:
    """It bills nothing, and the repair goes when it is changed or gone."""
    site = await a_site(house, Ours={**PEAKS, "prices": "cheap"})
    assert house.issues == {"contract_unusable"}
    (ours,) = site.subentries.values()
    house.hass.config_entries.async_update_subentry(site, ours, data=PEAKS)
    await house.hass.async_block_till_done()
    assert house.issues == set()
    house.hass.config_entries.async_update_subentry(site, ours, data={"template": "what"})
    await house.hass.async_block_till_done()
    assert house.issues == {"contract_unusable"}
    house.hass.config_entries.async_remove_subentry(site, ours.subentry_id)
    await house.hass.async_block_till_done()
    assert house.issues == set()
