"""Contracts that follow each other: each prices its own time, whenever that is told."""

from datetime import date, timedelta
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentryData
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.ecom.const import DOMAIN
from tests.entities import add_sensor, registry_id
from tests.grid import Grid
from tests.house import House, part
from tests.site.test_books import add_part, settle
from tests.site.test_repricing import Home
from tests.subentries import id_of

CHANGE = "2026-11-27"
OLD = {"template": "flat", "prices": "0.20", "until": CHANGE}
NEW = {"template": "flat", "prices": "0.50", "since": CHANGE}
BOTH = (part("contract", "Old", **OLD), part("contract", "New", **NEW))
TEMPO = {"template": "tempo", "prices": "1 2 3 4 5 6", "colours": "api", "since": CHANGE}
COLOURS = "https://www.api-couleur-tempo.fr/api/joursTempo"


async def home_with(house: House, *parts: ConfigSubentryData) -> Home:
    """Return a house with contracts whose meter stands at 100 kWh."""
    grid = await Grid.at(house)
    site = await house.add_site(grid.data(), parts=parts)
    await grid.counts(100.0)
    await settle(house)
    return Home(house, grid, site)


async def comes(house: House, moment: str) -> None:
    """Let a moment come, and what happens then."""
    house.freezer.move_to(moment)
    await house.later(minutes=1)
    await settle(house)


async def asked(house: House, service: str, **data: Any) -> Any:
    """Ask for something by an action."""
    answers = service == "get_statement"
    found = await house.hass.services.async_call(
        DOMAIN, service, data, blocking=True, return_response=answers
    )
    await settle(house)
    return found


async def brings(home: Home, *readings: tuple[str, float], **more: Any) -> None:
    """Bring in readings of days at midnight."""
    await asked(
        home.house,
        "import_readings",
        entity_id=home.grid.energy.entity_id,
        readings=[{"at": f"{day} 00:00:00+00:00", "index": index} for day, index in readings],
        **more,
    )


async def test_no_second_is_without_a_price(noon: House) -> None:
    """Nor of another band: the last statement of the old contract can be issued."""
    noon.freezer.move_to("2026-11-26T23:50:30+00:00")
    peaks = {"template": "peak_offpeak", "prices": "0.4 0.3", "windows": "22:24-06:24"}
    home = await home_with(noon, BOTH[0], part("contract", "New", **peaks, since=CHANGE))
    for number in range(1, 31):
        await home.grid.counts(100.0 + number / 10, minutes=1)
    await settle(noon)
    assert home.money == pytest.approx(0.95 * 0.2 + 2.05 * 0.3)
    assert home.unpriced == 0
    await comes(noon, "2026-11-28T12:00:00+00:00")
    day = {"site": True, "start": "2026-11-26", "end": CHANGE}
    stated = await asked(noon, "get_statement", **day, issue=True)
    (section,) = stated["sections"]
    assert [line["band"] for line in section["lines"]] == ["all"]


async def test_a_gap_over_the_change(noon: House) -> None:
    """What was used in it is priced by both, each in its part."""
    noon.freezer.move_to("2026-11-26T21:59:00+00:00")
    home = await home_with(noon, *BOTH)
    await home.grid.counts(100.1, minutes=1)
    await settle(noon)
    await noon.unload(home.site)
    noon.freezer.move_to("2026-11-27T02:00:00+00:00")
    home.grid.energy.shows(104.1, unit="kWh")
    await noon.hass.config_entries.async_setup(home.site.entry_id)
    await settle(noon)
    assert home.money == pytest.approx(2.1 * 0.2 + 2 * 0.5)
    assert home.unpriced == 0


async def test_a_restart_after_the_change(noon: House) -> None:
    """What is looked for again is what the new contract does not know yet, and no more."""
    spot = await add_sensor(noon.hass, "spot", "EUR/kWh")
    new = {"template": "dynamic", "curve": f"entity:{registry_id(spot)}", "since": CHANGE}
    home = await home_with(noon, BOTH[0], part("contract", "New", **new))
    await home.grid.counts(110.0, hours=1)
    await settle(noon)
    await comes(noon, "2026-11-27T00:30:00+00:00")
    await home.grid.counts(111.0, minutes=5)
    await settle(noon)
    assert home.money == pytest.approx(2.0, abs=0.2)
    assert home.unpriced > 0
    before = home.money, home.unpriced
    await noon.unload(home.site)
    await noon.hass.config_entries.async_setup(home.site.entry_id)
    await settle(noon)
    assert (home.money, home.unpriced) == before


async def test_colours_that_are_told_of_days_before_the_contract(
    noon: House, aioclient_mock: AiohttpClientMocker
) -> None:
    """They are nothing to what another one has priced."""
    days = [(date(2026, 11, 28) - timedelta(days=n)).isoformat() for n in range(80)]
    aioclient_mock.get(  # type: ignore[no-untyped-call]
        COLOURS, json=[{"dateJour": day, "codeJour": 1} for day in days]
    )
    home = await home_with(noon, BOTH[0])
    for number in range(1, 11):
        await home.grid.counts(100.0 + number, minutes=50)
    await settle(noon)
    await comes(noon, "2026-11-27T10:00:00+00:00")
    add_part(noon, home.site, part("contract", "New", **TEMPO))
    await noon.hass.async_block_till_done(wait_background_tasks=True)
    await settle(noon)
    assert home.money == pytest.approx(2.0)
    assert home.unpriced == 0


async def test_readings_of_the_old_contracts_days(noon: House) -> None:
    """They are priced by it, and again when they are put right."""
    home = await home_with(noon, *BOTH)
    await comes(noon, "2026-11-28T12:00:00+00:00")
    await brings(home, ("2026-11-20", 50), ("2026-11-21", 60))
    assert home.money == pytest.approx(2.0)
    assert home.unpriced == 0
    await brings(home, ("2026-11-20", 50), ("2026-11-21", 61), replace=True)
    assert home.money == pytest.approx(2.2)
    assert home.unpriced == 0


async def test_a_former_contract_that_is_added_later(noon: House) -> None:
    """It prices its days, and an edit of it those alone."""
    home = await home_with(noon, BOTH[1])
    await brings(home, ("2026-11-20", 50), ("2026-11-21", 60))
    await comes(noon, "2026-11-28T12:00:00+00:00")
    await home.grid.counts(110.0, minutes=5)
    await settle(noon)
    assert home.unpriced > 10
    add_part(noon, home.site, BOTH[0])
    await settle(noon)
    money = home.money
    assert home.unpriced == 0
    old = home.site.subentries[id_of(home.site, "Old")]
    changed = {**OLD, "prices": "0.30\n2026-11-21 0.20"}
    noon.hass.config_entries.async_update_subentry(home.site, old, data=changed)
    await settle(noon)
    assert home.money == pytest.approx(money + 10 * 0.1)


async def test_an_exchange_that_is_stated_after_the_change(noon: House) -> None:
    """What both meters counted keeps the price of its time."""
    home = await home_with(noon, *BOTH)
    for number in range(1, 97):  # From 15:20 on it is another meter.
        kwh = 100.0 + number / 10
        await home.grid.counts(kwh if number <= 40 else kwh - 90, minutes=5)
    await settle(noon)
    await comes(noon, "2026-11-28T06:00:00+00:00")
    await asked(
        noon,
        "record_meter_exchange",
        entity_id=home.grid.energy.entity_id,
        at="2026-11-26 15:22:00+00:00",
        closing=104.1,
        opening=14.0,
    )
    assert home.unpriced == 0


def tiers(**more: Any) -> dict[str, Any]:
    """Return a contract of which 10 kWh of a month cost 1, and the rest 2."""
    charged = [["10", [{"value": "1"}]], [None, [{"value": "2"}]]]
    energy = {"kind": "tiered", "key": "energy", "per": "month", "tiers": charged}
    return custom("tiers", energy, **more)


def custom(key: str, energy: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a contract of the general model with one component."""
    general = {"key": key, "fluid": "electricity", "zone": "UTC", "components": [energy]}
    return {"template": "custom", "contract": general | more}


async def restart(home: Home) -> None:
    """Unload the Site, and set it up again."""
    await home.house.unload(home.site)
    await home.house.hass.config_entries.async_setup(home.site.entry_id)
    await settle(home.house)


async def test_what_another_contract_supplied_fills_no_tier(noon: House) -> None:
    """Neither live, nor after a restart, nor in a statement."""
    home = await home_with(noon, BOTH[0], part("contract", "New", **tiers(since=CHANGE)))
    for number in range(1, 13):
        await home.grid.counts(100 + 2.5 * number, hours=1)
    await settle(noon)
    assert home.money == pytest.approx(30 * 0.2)
    await home.grid.counts(134, hours=4)
    await settle(noon)
    assert home.money == pytest.approx(6 + 4)
    await restart(home)
    await home.grid.counts(135, hours=1)
    await settle(noon)
    assert home.money == pytest.approx(6 + 5)
    await comes(noon, "2026-11-28T12:00:00+00:00")
    stated = await asked(noon, "get_statement", site=True, start="2026-11-26", end="2026-11-28")
    assert [each["gross"] for each in stated["sections"]] == [6, 5]


async def test_a_gap_over_the_end_of_a_cycle_of_tiers(noon: House) -> None:
    """What was used before it ended is in the tier that had been reached."""
    noon.freezer.move_to("2026-11-30T12:00:00+00:00")
    home = await home_with(noon, part("contract", "Tiers", **tiers()))
    for number in range(1, 9):
        await home.grid.counts(100 + 2.5 * number, hours=1)
    await settle(noon)
    assert home.money == pytest.approx(10 * 1 + 10 * 2)
    await noon.unload(home.site)
    noon.freezer.move_to("2026-12-01T04:00:00+00:00")
    home.grid.energy.shows(128.0, unit="kWh")
    await noon.hass.config_entries.async_setup(home.site.entry_id)
    await settle(noon)
    assert home.money == pytest.approx(30 + 4 * 2 + 4 * 1)


@pytest.mark.parametrize(
    ("old", "new"), [("06:00", "06:00"), ("00:00", "06:00"), ("06:00", "00:00")]
)
async def test_prices_that_change_at_six(noon: House, old: str, new: str) -> None:
    """The days of a contract begin at midnight for all that, in the ledger and on paper."""

    def flat(price: str, at: str, **more: Any) -> dict[str, Any]:
        energy = {"kind": "energy", "key": "energy", "prices": {"all": [{"value": price}]}}
        return custom(f"flat {price}", energy, price_change_at=at, **more)

    noon.freezer.move_to("2026-11-26T20:00:00+00:00")
    first = part("contract", "Old", **flat("0.2", old, until=CHANGE))
    home = await home_with(noon, first, part("contract", "New", **flat("0.5", new, since=CHANGE)))
    for number in range(1, 13):
        await home.grid.counts(100 + number, hours=1)
    await settle(noon)
    assert home.unpriced == 0
    assert home.money == pytest.approx(4 * 0.2 + 8 * 0.5)
    await comes(noon, "2026-11-28T12:00:00+00:00")
    days = {"site": True, "start": "2026-11-26", "end": "2026-11-28"}
    stated = await asked(noon, "get_statement", **days, issue=True)
    assert [each["gross"] for each in stated["sections"]] == [0.8, 4]
