"""The ledger follows the contracts: edited, learned of, lost, and over a restart."""

import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from custom_components.ecom.core.costs.rows import MONEY, UNIT
from custom_components.ecom.core.curves import RecordedCurve
from custom_components.ecom.core.tariffs.pricing import CurvePoint, Known
from custom_components.ecom.site.contract_preview import preview
from custom_components.ecom.site.contracts import assigned, contract_of
from custom_components.ecom.site.ledger import LedgerBook
from tests.entities import add_sensor, registry_id
from tests.grid import Grid
from tests.house import House, part
from tests.site.test_books import add_part, runtime, settle, shown
from tests.subentries import id_of

FLAT = {"template": "flat", "prices": "0.20"}
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Home:
    """A grid meter and its contract."""

    def __init__(self, house: House, grid: Grid, site: Any) -> None:
        """Take what is there."""
        self.house = house
        self.grid = grid
        self.site = site
        self.key = f"{grid.data()['port']}#drawn"

    @classmethod
    async def at(cls, house: House, **contract: Any) -> Home:
        """Move in, with a counter that stands at 100 kWh."""
        grid = await Grid.at(house)
        parts = [part("contract", "Ours", **contract)] if contract else []
        site = await house.add_site(grid.data(), parts=parts)
        await grid.counts(100.0)
        await settle(house)
        return cls(house, grid, site)

    @property
    def money(self) -> float:
        """Return what everything has cost so far."""
        return runtime(self.house).books.ledger.accounts.totals(self.key).money / MONEY

    @property
    def unpriced(self) -> float:
        """Return the kWh that have no price."""
        return runtime(self.house).books.ledger.accounts.totals(self.key).unpriced / UNIT

    async def becomes(self, **contract: Any) -> None:
        """Change the contract."""
        ours = self.site.subentries[id_of(self.site, "Ours")]
        self.house.hass.config_entries.async_update_subentry(self.site, ours, data=contract)
        await settle(self.house)


async def test_an_edited_contract_prices_anew(noon: House) -> None:
    """What it was by the old one becomes what it is by the new one, on the sensor too."""
    home = await Home.at(noon, **FLAT)
    await home.grid.counts(110.0, minutes=4)
    await settle(noon)
    assert (home.money, float(shown(noon, home.grid.data()["port"], "cost"))) == (2.0, 2.0)
    await home.becomes(template="flat", prices="0.30")
    assert home.money == 3.0
    assert float(shown(noon, home.grid.data()["port"], "cost")) == 3.0


async def test_a_contract_that_goes_leaves_what_was(noon: House) -> None:
    """From then on nothing has a price."""
    home = await Home.at(noon, **FLAT)
    await home.grid.counts(110.0, minutes=4)
    await settle(noon)
    noon.hass.config_entries.async_remove_subentry(home.site, id_of(home.site, "Ours"))
    await settle(noon)
    await home.grid.counts(111.0, minutes=1)
    await settle(noon)
    assert (home.money, home.unpriced) == (2.0, 1.0)


async def test_a_contract_that_comes_back_prices_what_was_missed(noon: House) -> None:
    """What it had priced stays as it was counted, and from then on everything has a price."""
    home = await Home.at(noon, **FLAT)
    await home.grid.counts(110.0, minutes=4)
    await settle(noon)
    other = part("contract", "Other", **FLAT)
    add_part(noon, home.site, other)
    await settle(noon)
    await home.grid.counts(111.0, minutes=4)
    await settle(noon)
    assert (home.money, home.unpriced) == (2.0, 1.0)
    noon.hass.config_entries.async_remove_subentry(home.site, id_of(home.site, "Other"))
    await settle(noon)
    await home.grid.counts(112.0, minutes=4)
    await settle(noon)
    assert (round(home.money, 9), home.unpriced) == (2.4, 0.0)


async def test_an_edit_leaves_what_it_does_not_change(noon: House) -> None:
    """A price of next year, and another standing charge, leave the split to the minute alone."""
    contract = {"template": "peak_offpeak", "prices": "0.30 0.10", "windows": "12:24-20:24"}
    home = await Home.at(noon, **contract)
    for minute in range(1, 40):
        # All of it is used after 12:24, at which off-peak begins.
        await home.grid.counts(100.0 + max(minute - 24, 0) / 10, minutes=1)
    await settle(noon)
    exact = home.money
    assert exact == pytest.approx(1.5 * 0.10)
    await home.becomes(**contract | {"prices": "0.30 0.10\n2027-02-01 0.32 0.11"})
    assert home.money == exact
    await home.becomes(**contract | {"standing": "12"})
    assert home.money == exact
    await home.becomes(**contract | {"prices": "0.30 0.20"})
    assert home.money == pytest.approx(2 * exact)
    await home.becomes(**contract | {"prices": "0.30 0.20", "windows": "13:24-21:24"})
    assert home.money == pytest.approx(1.5 * 0.30)


async def test_a_contract_prices_its_own_days(noon: House) -> None:
    """What another one has priced before it begins stays, and it takes over on its day."""
    home = await Home.at(noon, **FLAT | {"until": "2026-11-27"})
    await home.grid.counts(110.0, minutes=4)
    await settle(noon)
    add_part(
        noon,
        home.site,
        part("contract", "Next", **FLAT | {"prices": "0.50", "since": "2026-11-27"}),
    )
    await settle(noon)
    await home.grid.counts(111.0, minutes=4)
    await settle(noon)
    assert (round(home.money, 9), home.unpriced) == (2.2, 0.0)
    await noon.later(hours=12)
    await settle(noon)
    before = home.money
    await home.grid.counts(111.0)
    await home.grid.counts(112.0, minutes=4)
    await settle(noon)
    assert (round(home.money - before, 9), home.unpriced) == (0.5, 0.0)


async def test_a_price_that_becomes_known(noon: House) -> None:
    """What was counted before it was shown is priced by what it was, and not by what came next."""
    spot = await add_sensor(noon.hass, "spot", "EUR/kWh")
    contract = {"template": "dynamic", "curve": f"entity:{registry_id(spot)}"}
    home = await Home.at(noon, **contract)
    await home.grid.counts(101.0, minutes=2)
    await settle(noon)
    assert (home.money, home.unpriced) == (0.0, 1.0)
    hours = [{"start": NOON.isoformat(), "value": 0.5}]
    unit = {"unit_of_measurement": "EUR/kWh"}
    noon.hass.states.async_set(spot.entity_id, "0.5", {**unit, "prices": hours})
    await settle(noon)
    assert (home.money, home.unpriced) == (0.5, 0.0)


async def test_a_colour_that_becomes_known(noon: House) -> None:
    """The band is another one then, and the rows with it."""
    colour = await add_sensor(noon.hass, "colour", None)
    contract = {
        "template": "tempo",
        "prices": "1 2 3 4 5 6",
        "colours": "entities",
        "today": f"entity:{registry_id(colour)}",
    }
    home = await Home.at(noon, **contract)
    await home.grid.counts(101.0, minutes=2)
    await settle(noon)
    assert home.unpriced == 1.0
    noon.hass.states.async_set(colour.entity_id, "red")
    await settle(noon)
    assert (home.money, home.unpriced) == (6.0, 0.0)


async def test_a_colour_that_becomes_known_while_home_assistant_is_down(noon: House) -> None:
    """What had no price is looked at again when it is back."""
    colour = await add_sensor(noon.hass, "colour", None)
    contract = {
        "template": "tempo",
        "prices": "1 2 3 4 5 6",
        "colours": "entities",
        "today": f"entity:{registry_id(colour)}",
    }
    home = await Home.at(noon, **contract)
    await home.grid.counts(101.0, minutes=2)
    await settle(noon)
    assert (home.money, home.unpriced) == (0.0, 1.0)
    await noon.unload(home.site)
    noon.hass.states.async_set(colour.entity_id, "red")
    await noon.hass.config_entries.async_setup(home.site.entry_id)
    await settle(noon)
    assert (home.money, home.unpriced) == (6.0, 0.0)


async def test_over_a_restart_nothing_is_made_anew(
    noon: House, monkeypatch: pytest.MonkeyPatch, hass_storage: dict[str, Any]
) -> None:
    """Unless the contract is another one, such as by prices of a newer ECOM."""
    home = await Home.at(noon, **FLAT)
    rebuilt: list[str] = []
    rebuild = LedgerBook.rebuild

    async def noted(self: LedgerBook, key: str, since: datetime) -> None:
        rebuilt.append(key)
        await rebuild(self, key, since)

    monkeypatch.setattr(LedgerBook, "rebuild", noted)
    await noon.reload(home.site)
    await settle(noon)
    assert rebuilt == []
    await noon.unload(home.site)
    hass_storage["ecom.contracts"]["data"]["accounts"][home.key] = {"terms": "of an older ECOM"}
    await noon.hass.config_entries.async_setup(home.site.entry_id)
    await settle(noon)
    assert rebuilt == [home.key]


async def test_a_ledger_that_cannot_be_written(
    noon: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said, and the next change is tried again."""
    home = await Home.at(noon, **FLAT)
    await home.grid.counts(110.0, minutes=4)
    await settle(noon)

    async def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(LedgerBook, "reprice", full)
        await home.becomes(template="flat", prices="0.30")
    assert "could not be made anew" in caplog.text
    await home.becomes(template="flat", prices="0.40")
    assert home.money == 4.0


async def test_what_nobody_has_foreseen_ends_nothing(
    noon: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged whole, and the next account is made anew all the same."""
    home = await Home.at(noon, **FLAT)
    await home.grid.counts(110.0, minutes=4)
    await settle(noon)

    async def odd(*_: object) -> None:
        raise RuntimeError("odd")

    with monkeypatch.context() as broken:
        broken.setattr(LedgerBook, "reprice", odd)
        await home.becomes(template="flat", prices="0.30")
    assert "RuntimeError: odd" in caplog.text
    await home.becomes(template="flat", prices="0.40")
    assert home.money == 4.0


async def test_which_contract_bills_which_meter(noon: House) -> None:
    """Its own, that of the meter above, or the only one of its kind; the sun sends no bill."""
    grid, flat, plug = [await Grid.at(noon, name) for name in ("grid", "flat", "plug")]
    sun = await Grid.at(noon, "sun")
    site = await noon.add_site(
        grid.data(),
        flat.data("sub_meter"),
        plug.data("sub_meter"),
        sun.data("solar"),
        parts=[
            part("contract", "One", **FLAT),
            part("contract", "Two", **FLAT),
            part("contract", "Sold", template="feed_in", prices="0.04"),
            part("contract", "Sold too", template="feed_in", prices="0.05"),
        ],
    )
    contracts = runtime(noon).books.billing.contracts
    ids = {name: id_of(site, name) for name in ("One", "Two", "Sold")}
    meters = {name: id_of(site, each.data()["port"]) for name, each in
              (("grid", grid), ("flat", flat), ("plug", plug), ("sun", sun))}  # fmt: skip

    def change(name: str, **data: str) -> None:
        meter = site.subentries[meters[name]]
        noon.hass.config_entries.async_update_subentry(site, meter, data={**meter.data, **data})

    assert set(assigned(site, contracts, NOON.date()).values()) == {(None, None)}
    change("grid", contract=ids["One"], feed_in=ids["Sold"])
    change("flat", contract=ids["Two"])
    change("plug", parent=meters["flat"])
    found = assigned(site, contracts, NOON.date())
    assert found[meters["grid"]] == (ids["One"], ids["Sold"])
    assert found[meters["flat"]] == (ids["Two"], None)
    assert found[meters["plug"]] == (ids["Two"], None)
    assert found[meters["sun"]] == (None, None)
    await noon.hass.async_block_till_done()


async def test_many_prices_are_cut_short(noon: House) -> None:
    """A preview of a quarter-hourly price is no list of a hundred lines."""
    curve = RecordedCurve()
    quarter = timedelta(minutes=15)
    curve.tell(
        CurvePoint(start=NOON + n * quarter, end=NOON + (n + 1) * quarter, value=Decimal(n))
        for n in range(96)
    )
    contract = contract_of(noon.hass, "new", {"template": "dynamic", "curve": "spot"})
    known = Known(colours={}, curves={"spot": curve})
    shown_lines = (await preview(noon.hass, contract, known)).splitlines()
    assert (len(shown_lines[2:]), shown_lines[-1]) == (31, "- …")
