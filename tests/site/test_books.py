"""What a meter costs, from its counter through the contract to the sensor."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from threading import Event
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentry
from homeassistant.util import dt as dt_util

from custom_components.ecom.const import SITE_UID
from custom_components.ecom.core.costs.ledger import Account
from custom_components.ecom.core.costs.rows import HOUR_MS, MINUTE_MS, UNIT, Row, Totals
from custom_components.ecom.core.timeline import to_ms
from custom_components.ecom.site.accounts import Accounts
from custom_components.ecom.site.begun import COUNTED, Begun
from custom_components.ecom.site.ledger_store import LedgerBatch
from custom_components.ecom.site.runtime import SiteRuntime
from tests.families.wes.at_home import WesAtHome
from tests.grid import Grid
from tests.house import House, part
from tests.subentries import id_of

PEAKS = {"template": "peak_offpeak", "prices": "0.20 0.10", "windows": "12:24-20:24"}
"""Of UTC, in which the house lives: off-peak from 12:24 on."""


FLAT = {"template": "flat", "prices": "0.5"}

TIC2 = {"tic2/H_CREUSE": "005000000", "tic2/H_PLEINE": "009000000", "tic2/INJECTION": "000000000"}


def runtime(house: House) -> SiteRuntime:
    """Return the Site."""
    found = house.site_entries[0].runtime_data
    assert isinstance(found, SiteRuntime)
    return found


async def settle(house: House) -> None:
    """Let the ledger follow, and publish what it holds."""
    await house.hass.async_block_till_done()
    await runtime(house).books.repricing.settled()
    await runtime(house).books.publisher.publish()
    await house.hass.async_block_till_done()


def shown(house: House, title: str, key: str) -> str:
    """Return what a sensor of a part shows."""
    return house.shown(f"{SITE_UID}/{id_of(house.site_entries[0], title)}/{key}")


async def test_a_reading_that_was_wrong_is_never_billed(noon: House) -> None:
    """It falls back with the next one; what stays is counted."""
    grid = await Grid.at(noon)
    data = grid.data()
    await noon.add_site(data, parts=[part("contract", "Ours", **FLAT)])
    await grid.counts(102.0)
    await settle(noon)
    found = []
    for kwh in (180.0, 102.1, 190.0, 190.1):
        await grid.counts(kwh, minutes=15)
        await settle(noon)
        found.append((shown(noon, data["port"], "energy"), shown(noon, data["port"], "cost")))
    assert found == [("0.0", "0.0"), ("0.1", "0.05"), ("0.1", "0.05"), ("88.1", "44.05")]


async def test_what_is_used_over_a_switch_is_split_at_the_minute(noon: House) -> None:
    """48 minutes at one pace, 24 of them in either band."""
    grid = await Grid.at(noon)
    data = grid.data()
    await noon.add_site(data, parts=[part("contract", "Ours", **PEAKS)])
    await grid.counts(100.0)
    await settle(noon)
    title = data["port"]
    assert (shown(noon, title, "energy"), shown(noon, title, "cost")) == ("0.0", "0.0")
    for minute in range(48):
        await grid.counts(100.0 + (minute + 1) / 10, minutes=1)
    await settle(noon)
    assert shown(noon, title, "energy") == "4.8"
    assert float(shown(noon, title, "cost")) == pytest.approx(2.4 * 0.20 + 2.4 * 0.10)
    assert (
        noon.state(f"{SITE_UID}/{id_of(noon.site_entries[0], title)}/cost").attributes[
            "unit_of_measurement"
        ]
        == "EUR"
    )


async def test_a_contract_shows_its_price(noon: House) -> None:
    """That of now, its band, and what follows when."""
    await noon.add_site(parts=[part("contract", "Ours", **PEAKS)])
    await settle(noon)
    assert shown(noon, "Ours", "price") == "0.2"
    assert shown(noon, "Ours", "band") == "peak"
    assert shown(noon, "Ours", "next_price") == "0.1"
    assert shown(noon, "Ours", "next_change") == "2026-11-26T12:24:00+00:00"
    await noon.later(minutes=25)
    await settle(noon)
    assert (shown(noon, "Ours", "price"), shown(noon, "Ours", "band")) == ("0.1", "off_peak")


async def test_the_past_is_priced_but_the_sensor_does_not_jump(noon: House) -> None:
    """A contract that is new prices what the quarter-hours know; the sensor begins at 0."""
    grid = await Grid.at(noon)
    data = grid.data()
    site = await noon.add_site(data)
    await grid.counts(100.0)
    for _ in range(4):
        await grid.counts(float(grid_total(noon)) + 101.0, minutes=15)
    await settle(noon)
    assert shown(noon, data["port"], "cost") == "unknown"
    contract = part("contract", "Ours", **PEAKS)
    add_part(noon, site, contract)
    await settle(noon)
    key = f"{data['port']}#drawn"
    totals = runtime(noon).books.ledger.accounts.totals(key)
    assert (totals.amount, totals.unpriced) == (4_000_000, 0)
    assert totals.money > 0
    assert shown(noon, data["port"], "cost") == "0.0"
    before = totals.money
    await grid.counts(105.0, minutes=5)
    await settle(noon)
    assert float(shown(noon, data["port"], "cost")) == pytest.approx(0.1)
    assert runtime(noon).books.ledger.accounts.totals(key).money == before + 10**11


def grid_total(house: House) -> float:
    """Return what the first meter has drawn in all, in kWh."""
    (meter,) = house.site_entries[0].subentries.values()
    account = runtime(house).books.ledger.accounts.totals(f"{meter.data['port']}#drawn")
    return account.amount / 1_000_000


def add_part(house: House, site: Any, data: Any) -> None:
    """Add a part to the Site while it runs."""
    house.hass.config_entries.async_add_subentry(
        site,
        ConfigSubentry(
            data=MappingProxyType(dict(data["data"])),
            subentry_type=data["subentry_type"],
            title=data["title"],
            unique_id=None,
        ),
    )


async def test_a_restart_goes_on_where_it_was(noon: House) -> None:
    """Unknown until the counter is read again; what was used meanwhile is billed by its time."""
    grid = await Grid.at(noon)
    data = grid.data()
    site = await noon.add_site(data, parts=[part("contract", "Ours", **PEAKS)])
    await grid.counts(100.0)
    await settle(noon)
    await grid.counts(101.0, minutes=4)
    await settle(noon)
    assert shown(noon, data["port"], "cost") == "0.2"
    await noon.unload(site)
    noon.freezer.tick(timedelta(minutes=40))
    grid.energy.shows(None, unit="kWh")
    await noon.hass.config_entries.async_setup(site.entry_id)
    await settle(noon)
    assert shown(noon, data["port"], "cost") == "unknown"
    await grid.counts(105.0)
    await settle(noon)
    # Of 40 minutes, 20 were peak: 2 kWh at 0.20 and 2 kWh at 0.10.
    assert float(shown(noon, data["port"], "cost")) == pytest.approx(0.2 + 0.4 + 0.2)


async def test_registers_of_the_meter_say_the_band(wes: WesAtHome) -> None:
    """Whatever the clock says, as long as the contract has those bands."""
    wes.server.values |= TIC2
    await wes.move_in({"interval": 300})
    await wes.house.later(seconds=60)
    await wes.says({"tic2/H_PLEINE": "009000010"})
    house = wes.house
    power = wes.key("tic2/power")
    await house.add_site({"port": power, "role": "grid"}, parts=[part("contract", "Ours", **PEAKS)])
    await settle(house)
    start = wes.server.values["tic2/H_CREUSE"], wes.server.values["tic2/H_PLEINE"]
    low, high = (int(index) for index in start)
    await house.later(minutes=1)
    await wes.says({"tic2/H_CREUSE": f"{low + 300:09d}", "tic2/H_PLEINE": f"{high + 100:09d}"})
    await settle(house)
    assert float(shown(house, power, "energy")) == pytest.approx(0.4)
    assert float(shown(house, power, "cost")) == pytest.approx(0.3 * 0.10 + 0.1 * 0.20)


async def test_the_rest_of_a_building(noon: House) -> None:
    """What the main meter counts beyond the flats: common parts and losses."""
    main, flat = await Grid.at(noon), await Grid.at(noon, "flat")
    data = main.data()
    await noon.add_site(data, flat.data("sub_meter"))
    for each in (main, flat):
        await each.counts(10.0)
    await settle(noon)
    await main.counts(13.0, minutes=5)
    await flat.counts(12.0)
    await settle(noon)
    assert shown(noon, data["port"], "rest") == "1.0"
    assert dt_util.utcnow().minute == 5


@pytest.mark.parametrize("stale", [False, True])
async def test_a_meter_that_reads_another_port_goes_on(noon: House, *, stale: bool) -> None:
    """Its sensors neither fall nor jump, whatever is known of what lies before; nor on restart."""
    one, other = await Grid.at(noon), await Grid.at(noon, "other")
    site = await noon.add_site(one.data(), parts=[part("contract", "Ours", **FLAT)])
    title = one.data()["port"]
    await one.counts(100.0)
    await settle(noon)
    for minute in range(1, 6):
        await one.counts(100.0 + minute, minutes=20)
    await settle(noon)
    await noon.reload(site)
    await one.counts(106.0, minutes=20)
    await settle(noon)

    def figures() -> tuple[float, float]:
        return float(shown(noon, title, "energy")), float(shown(noon, title, "cost"))

    assert figures() == pytest.approx((6.0, 3.0))
    if stale:
        runtime(noon).books.begun.changed(f"{title}#drawn")
    meter = site.subentries[id_of(site, title)]
    await other.counts(500.0)
    data = {**meter.data, **other.data()}
    noon.hass.config_entries.async_update_subentry(site, meter, data=data)
    await settle(noon)
    await other.counts(500.0, minutes=1)
    await settle(noon)
    assert figures() == pytest.approx((6.0, 3.0))
    await other.counts(502.0, minutes=5)
    await settle(noon)
    assert figures() == pytest.approx((8.0, 4.0))
    await noon.reload(site)
    await other.counts(503.0, minutes=5)
    await settle(noon)
    assert figures() == pytest.approx((9.0, 4.5))
    # And back again, as after a trial.
    meter = site.subentries[id_of(site, title)]
    noon.hass.config_entries.async_update_subentry(site, meter, data={**data, **one.data()})
    await settle(noon)
    await one.counts(106.0, minutes=1)
    await settle(noon)
    assert figures() == pytest.approx((9.0, 4.5))
    await one.counts(107.0, minutes=5)
    await settle(noon)
    assert figures() == pytest.approx((10.0, 5.0))


def test_an_account_that_never_counted_gives_way() -> None:
    """One that has counted does not."""
    stored = {key: Account(totals=Totals(amount=n)) for n, key in enumerate("abc", start=5)}
    accounts = Accounts(stored)
    assert accounts.totals("new") == Totals()
    accounts.moved("a", "new")
    accounts.moved("b", "c")
    assert [accounts.totals(key).amount for key in ("new", "b", "c")] == [5, 6, 7]


async def test_an_account_that_is_renamed_while_it_is_looked_up(
    noon: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked up again by its new name, and not before the ledger knows that."""
    grid = await Grid.at(noon)
    site = await noon.add_site(grid.data())
    ledger = site.runtime_data.books.store.ledger
    hour = to_ms(dt_util.utcnow()) // HOUR_MS * HOUR_MS
    ledger.write(LedgerBatch(rows={"old": {(hour // MINUTE_MS - 60, "all"): Row(amount=UNIT)}}))
    begun, all_of_it = Begun(noon.hass, ledger), Totals(amount=3 * UNIT)
    begun.note("old", COUNTED, hour)
    renamed, read = Event(), begun._read

    def reads(accounts: Iterable[str]) -> Mapping[str, Totals]:
        """Read slowly: the account is renamed meanwhile."""
        assert renamed.wait(10)
        return read(accounts)

    monkeypatch.setattr(begun, "_read", reads)
    looking = noon.hass.async_create_task(begun.refresh(["old"]))
    begun.moved("old", "new")
    renamed.set()
    await looking
    await begun.refresh(["new"])
    assert begun.shown("old", all_of_it) is None
    assert begun.shown("new", all_of_it) is None
    ledger.write(LedgerBatch(renamed={"old": "new"}))
    begun.written("new")
    await begun.refresh(["new"])
    assert begun.shown("new", all_of_it) == Totals(amount=2 * UNIT)
    await begun.close()
