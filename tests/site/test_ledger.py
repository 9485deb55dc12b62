"""What each meter costs, as it is counted, after restarts, and when more becomes known."""

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from custom_components.ecom.backup import async_post_backup, async_pre_backup
from custom_components.ecom.core.costs.exchange import ExchangeError
from custom_components.ecom.core.costs.ledger import Account
from custom_components.ecom.core.costs.rows import MONEY, UNIT, Quality, Row, Totals, total
from custom_components.ecom.core.quarters import Step
from custom_components.ecom.core.tariffs.pricing import Pricing, Tier
from custom_components.ecom.core.timeline import to_ms
from custom_components.ecom.ports import Role
from custom_components.ecom.site.accounts import Accounts, Source
from custom_components.ecom.site.ledger import LedgerBook
from custom_components.ecom.site.meters import MeterConfig
from custom_components.ecom.site.pasts import account_of
from custom_components.ecom.site.quarter_store import QuarterStore
from custom_components.ecom.site.runtime import SiteRuntime
from tests.entities import ForeignSensor, add_sensor, registry_id
from tests.grid import Grid
from tests.house import House
from tests.tariff import Changes, price

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SWITCH = NOON + 24 * MINUTE
HP, HC = "hp", "hc"
TWO = Changes.of(price(NOON, HP, "0.20"), price(SWITCH, HC, "0.10"))
EVER: Final = (0, to_ms(NOON) * 2)

type Json = dict[str, Any]


def runtime(house: House) -> SiteRuntime:
    """Return the Site."""
    found = house.site_entries[0].runtime_data
    assert isinstance(found, SiteRuntime)
    return found


def ledger(house: House) -> LedgerBook:
    """Return its ledger."""
    return runtime(house).books.ledger


def drawn(data: Any) -> str:
    """Return the key of the account of what a meter has drawn."""
    return f"{data['port']}#drawn"


def account(house: House) -> str:
    """Return that of the first meter."""
    return drawn(next(iter(house.site_entries[0].subentries.values())).data)


def spent(house: House) -> tuple[float, float, float]:
    """Return what the first meter has drawn, what that cost, and what of it has no price."""
    found = ledger(house).accounts.totals(account(house))
    return found.amount / UNIT, found.money / MONEY, found.unpriced / UNIT


async def stored(house: House) -> dict[tuple[str, str], tuple[float, float]]:
    """Return kWh and euros of the first meter by time and band; they add up to its totals."""
    await runtime(house).books.quarters.flush()
    store, key = runtime(house).books.quarters.store.ledger, account(house)
    rows = store.rows(key, *EVER)
    assert store.totals()[key] == total(rows.values()) == ledger(house).accounts.of(key).totals
    return {
        (f"{datetime.fromtimestamp(minute * 60, UTC):%H:%M}", band): (
            row.amount / UNIT,
            row.money / MONEY,
        )
        for (minute, band), row in sorted(rows.items())
    }


def on_disk(house: House) -> Totals:
    """Return what is stored of the first meter."""
    return runtime(house).books.quarters.store.ledger.totals().get(account(house), Totals())


@pytest.fixture
async def grid(noon: House) -> Grid:
    """Return a meter at the grid that has stood at 1 kWh at noon."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())
    await grid.counts(1.0)
    return grid


@pytest.fixture
def contracts(monkeypatch: pytest.MonkeyPatch) -> dict[str, Pricing]:
    """Return the contracts that accounts have from the start, by account."""
    found: dict[str, Pricing] = {}
    load = Accounts.load
    monkeypatch.setattr(Accounts, "load", lambda store, _, now: load(store, found, now))
    return found


async def test_every_meter_that_counts_has_an_account(grid: Grid) -> None:
    """By the hour, and unpriced while it has no contract."""
    await grid.counts(2.0, minutes=58)
    await grid.counts(3.0, minutes=4)
    assert await stored(grid.house) == {("12:00", "all"): (1.5, 0), ("13:00", "all"): (0.5, 0)}
    assert spent(grid.house) == (2.0, 0, 2.0)


async def test_a_contract_prices_from_then_on(grid: Grid) -> None:
    """Each part by the time in which it was used."""
    await grid.counts(2.0, minutes=10)
    await ledger(grid.house).set_pricing(account(grid.house), TWO)
    await grid.counts(3.0, minutes=10)
    await grid.counts(5.0, minutes=5)
    assert await stored(grid.house) == {
        ("12:00", "all"): (1.0, 0),
        ("12:00", HP): (2.6, 0.52),
        ("12:24", HC): (0.4, 0.04),
    }
    await ledger(grid.house).set_pricing(account(grid.house), None)
    await grid.counts(6.0, minutes=5)
    assert spent(grid.house) == (5.0, 0.56, 2.0)


async def test_a_new_contract_prices_the_past(grid: Grid) -> None:
    """From the quarter-hours, as far back as is said; the counter's difference stays."""
    for minute in range(1, 71):
        await grid.counts(1 + minute / 10, minutes=1)
    key = account(grid.house)
    await ledger(grid.house).set_pricing(key, TWO)
    await ledger(grid.house).rebuild(key, NOON)
    assert await stored(grid.house) == {
        ("12:00", HP): (2.4, 0.48),
        ("12:24", HC): (3.6, 0.36),
        ("13:00", HC): (1.0, 0.1),
    }
    assert spent(grid.house) == (7.0, 0.94, 0)
    await grid.counts(8.1, minutes=1)
    one = Changes.of(price(NOON, HP, "0.5"))
    await ledger(grid.house).set_pricing(key, one)
    await ledger(grid.house).rebuild(key, NOON + 65 * MINUTE, NOON + 66 * MINUTE)
    assert (await stored(grid.house))["13:00", HP] == (1.1, 0.55)
    assert (await stored(grid.house))["12:24", HC] == (3.6, 0.36)


async def test_a_price_that_becomes_known(grid: Grid) -> None:
    """Is applied where the rows are, which are exact to the minute."""
    key = account(grid.house)
    await ledger(grid.house).set_pricing(key, Changes.of(price(NOON, HP), price(SWITCH, HC)))
    await grid.counts(5.0, minutes=24)
    await grid.counts(6.0, minutes=2)
    assert spent(grid.house) == (5.0, 0, 5.0)
    await ledger(grid.house).set_pricing(key, TWO)
    await ledger(grid.house).reprice(key, NOON, NOON + 30 * MINUTE)
    assert await stored(grid.house) == {("12:00", HP): (4.0, 0.8), ("12:24", HC): (1.0, 0.1)}
    assert spent(grid.house) == (5.0, 0.9, 0)


async def test_it_is_written_right_after_a_price_has_changed(grid: Grid) -> None:
    """At the first reading after it, and not at the next one."""
    await grid.counts(1.0, minutes=21)
    await ledger(grid.house).set_pricing(account(grid.house), TWO)
    await grid.house.later(minutes=3)
    await grid.counts(2.0, seconds=10)
    await grid.house.hass.async_block_till_done(wait_background_tasks=True)
    assert on_disk(grid.house).amount == UNIT
    await grid.counts(3.0, seconds=10)
    await grid.house.hass.async_block_till_done(wait_background_tasks=True)
    assert on_disk(grid.house).amount == UNIT


async def test_a_meter_that_is_silent_after_a_price_has_changed(grid: Grid) -> None:
    """All is written in a minute, and at the next price again."""
    await ledger(grid.house).set_pricing(account(grid.house), TWO)
    await grid.house.later(minutes=21, seconds=30)
    await grid.counts(2.0, minutes=1)
    await grid.house.later(minutes=1, seconds=30)
    assert on_disk(grid.house).amount == 0
    await grid.house.later(minutes=1)
    await grid.house.hass.async_block_till_done(wait_background_tasks=True)
    assert on_disk(grid.house).amount == UNIT
    await grid.house.later(minutes=31)
    await grid.house.later(minutes=4, seconds=1)
    await grid.counts(3.0, seconds=5)
    await grid.house.hass.async_block_till_done(wait_background_tasks=True)
    assert on_disk(grid.house).amount == 2 * UNIT


async def test_a_restart_bills_the_time_between_as_it_was(
    grid: Grid, contracts: dict[str, Pricing]
) -> None:
    """Nothing is told before the first reading, which bills what was used meanwhile."""
    house, key = grid.house, account(grid.house)
    await grid.counts(2.0, minutes=4)
    assert ledger(house).accounts.started(key)
    await house.unload(house.site_entries[0])
    contracts[key] = TWO
    grid.energy.shows(None)
    await house.later(minutes=10)
    assert await house.hass.config_entries.async_setup(house.site_entries[0].entry_id)
    told: list[str] = []
    ledger(house).accounts.listen(told.append)
    assert not ledger(house).accounts.started(key)
    assert spent(house) == (1.0, 0, 1.0)
    await grid.counts(6.0, minutes=30)
    assert ledger(house).accounts.started(key)
    assert told == [key, key]
    assert await stored(house) == {
        ("12:00", "all"): (1.0, 0),
        ("12:00", HP): (2.0, 0.4),
        ("12:24", HC): (2.0, 0.2),
    }
    rows = runtime(house).books.quarters.store.ledger.rows(key, *EVER)
    assert rows[to_ms(SWITCH) // 60_000, HC].quality is Quality.ESTIMATED
    assert sum(row.bound for row in rows.values()) == round(4 * 0.1 * MONEY)


async def test_a_crash_bills_nothing_twice_and_loses_nothing(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not written is billed by the next reading."""
    await grid.counts(2.0, minutes=4)
    await runtime(grid.house).books.quarters.flush()
    await grid.counts(3.0, minutes=2)

    def gone(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(QuarterStore, "write", gone)
        await grid.house.unload(grid.house.site_entries[0])
    assert await grid.house.hass.config_entries.async_setup(grid.house.site_entries[0].entry_id)
    await grid.counts(4.0, minutes=2)
    assert await stored(grid.house) == {("12:00", "all"): (3.0, 0)}


async def test_tiers_go_on_after_a_restart(grid: Grid, contracts: dict[str, Pricing]) -> None:
    """From what is stored of the cycle."""
    tiers = (Tier(upper=Decimal(2), price=Decimal(0)), Tier(upper=None, price=Decimal(1)))
    one = replace(price(NOON, HP, "0.1"), tiers=tiers, cycle_start=NOON - MINUTE)
    contract, house, key = Changes.of(one), grid.house, account(grid.house)
    await ledger(house).set_pricing(key, contract)
    await grid.counts(2.5, minutes=4)
    contracts[key] = contract
    await house.reload(house.site_entries[0])
    await grid.counts(4.0, minutes=1)
    assert spent(house) == (3.0, 1.3, 0)
    await ledger(house).set_pricing(key, contract)
    await grid.counts(5.0, minutes=1)
    assert spent(house) == pytest.approx((4.0, 2.4, 0))
    await ledger(house).rebuild(key, NOON)
    assert await stored(house) == {("12:00", HP): (4.0, 2.4)}


async def test_what_cannot_be_written_waits(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is written later, once."""

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(QuarterStore, "write", full)
        await grid.counts(2.0, minutes=4)
        await runtime(grid.house).books.quarters.flush()
        await grid.counts(3.0, minutes=4)
    assert on_disk(grid.house).amount == 0
    assert await stored(grid.house) == {("12:00", "all"): (2.0, 0)}


async def test_a_number_that_no_file_can_hold_loses_nothing_else(
    grid: Grid, caplog: pytest.LogCaptureFixture
) -> None:
    """What was drained with it waits, and a contract that is settled meanwhile as well."""
    await grid.counts(2.0, minutes=4)
    odd = ledger(grid.house).accounts.of("odd")
    odd.put_back({(0, HP): Row(amount=1 << 70)})
    await runtime(grid.house).books.quarters.flush()
    await ledger(grid.house).set_pricing(account(grid.house), TWO)
    assert "cannot be written" in caplog.text
    assert on_disk(grid.house).amount == 0
    odd.drain()
    assert await stored(grid.house) == {("12:00", "all"): (1.0, 0)}


async def test_nothing_is_made_anew_while_files_are_copied(grid: Grid) -> None:
    """It waits until they are."""
    await grid.counts(2.0, minutes=4)
    key, hass = account(grid.house), grid.house.hass
    await async_pre_backup(hass)
    waiting = hass.async_create_task(ledger(grid.house).set_pricing(key, TWO))
    await asyncio.sleep(0)
    assert not waiting.done()
    await async_post_backup(hass)
    await waiting
    await grid.counts(3.0, minutes=4)
    assert spent(grid.house) == (2.0, 0.2, 1.0)


async def test_a_listener_that_has_gone(grid: Grid) -> None:
    """Is told nothing; one that is there is told of what was counted."""
    told: list[str] = []
    stop = ledger(grid.house).accounts.listen(told.append)
    await grid.counts(2.0, minutes=1)
    await grid.counts(2.0, minutes=1)
    assert told == [account(grid.house)]
    stop()
    await grid.counts(3.0, minutes=1)
    assert len(told) == 1


async def test_what_is_made_of_power_is_told_once_it_is_stored(noon: House) -> None:
    """After a crash nothing could catch up with it."""
    power = await add_sensor(noon.hass, "clamp")
    await noon.add_site({"port": f"entity:{registry_id(power)}", "role": "grid", "valid_for": 120})
    told: list[str] = []
    ledger(noon).accounts.listen(told.append)
    for watts in (60_000, 60_000, -60_000):
        power.shows(watts)
        await noon.later(minutes=1)
    assert ledger(noon).accounts.started(account(noon))
    assert spent(noon) == (0, 0, 0)
    told.clear()
    await runtime(noon).books.quarters.flush()
    assert spent(noon) == (2.0, 0, 2.0)
    assert account(noon) in told
    rows = runtime(noon).books.quarters.store.ledger.rows(account(noon), *EVER)
    assert {row.flags.name for row in rows.values()} == {"ESTIMATED"}
    await ledger(noon).set_pricing(account(noon), TWO)
    await ledger(noon).rebuild(account(noon), NOON)
    assert spent(noon) == (2.0, 0.4, 0)


class Registers:
    """A meter with a total and a register for each band."""

    def __init__(self, grid: Grid, peak: ForeignSensor, off_peak: ForeignSensor) -> None:
        """Take its sensors."""
        self.grid = grid
        self.bands = (peak, off_peak)

    @classmethod
    async def at(cls, house: House) -> Registers:
        """Add its sensors, and the meter."""
        found = [await add_sensor(house.hass, band, "kWh") for band in (HP, HC)]
        made = cls(await Grid.at(house), *found)
        await house.add_site(made.data())
        await made.count(10.0, 20.0)
        return made

    def data(self, **more: Any) -> Json:
        """Return the data of the meter."""
        keys = [f"entity:{registry_id(each)}" for each in self.bands]
        registers = dict(zip(keys, (HP, HC), strict=True))
        return {**self.grid.data(), "registers": registers, **more}

    async def count(self, peak: float, off_peak: float, **later: float) -> None:
        """Let time pass, and then the registers and the total say so much."""
        await self.grid.counts(peak + off_peak, **later)
        for sensor, kwh in zip(self.bands, (peak, off_peak), strict=True):
            sensor.shows(kwh, unit="kWh")
        await self.grid.house.hass.async_block_till_done()


async def test_registers_say_which_band(noon: House) -> None:
    """What the meter counted off-peak was so, whenever it was read; the total counts once."""
    meter = await Registers.at(noon)
    key = account(noon)
    await ledger(noon).set_pricing(key, TWO)
    await meter.count(11.0, 23.0, minutes=40)
    assert await stored(noon) == {("12:00", HP): (1.0, 0.2), ("12:24", HC): (3.0, 0.3)}
    rows = runtime(noon).books.quarters.store.ledger.rows(key, *EVER)
    assert {(row.bound, row.against) for row in rows.values()} == {(0, 0)}
    quarters = runtime(noon).books.quarters.store.quarters(
        str(meter.data()["energy"]), NOON, NOON + 60 * MINUTE
    )
    assert sum(each.amount for each in quarters.values()) == 4 * UNIT
    await meter.count(12.0, 23.0, minutes=1)
    await runtime(noon).books.quarters.flush()
    rows = runtime(noon).books.quarters.store.ledger.rows(key, *EVER)
    assert rows[to_ms(NOON) // 60_000, HP].against == UNIT
    dearer = Changes.of(price(NOON, HP, "0.40"), price(SWITCH, HC, "0.20"))
    await ledger(noon).set_pricing(key, dearer)
    await ledger(noon).rebuild(key, NOON)
    assert await stored(noon) == {("12:00", HP): (2.0, 0.8), ("12:24", HC): (3.0, 0.6)}


async def test_tiers_after_an_exchange(grid: Grid) -> None:
    """What the new meter counted later is in the tiers that were reached by then."""
    house, key = grid.house, str(grid.data()["energy"])
    tiers = (Tier(upper=Decimal(10), price=Decimal(0)), Tier(upper=None, price=Decimal(1)))
    one = replace(price(NOON, HP, "0"), tiers=tiers, cycle_start=NOON - MINUTE)
    await ledger(house).set_pricing(account(house), Changes.of(one))
    for kwh, minutes in ((5.0, 60), (45.0, 3), (47.0, 57), (52.0, 60)):
        await grid.counts(kwh, minutes=minutes)
    assert spent(house)[:2] == (51.0, 41.0)
    await ledger(house).exchange(key, NOON + 62 * MINUTE, 6_000.0, 44_000.0)
    assert await stored(house) == {
        ("12:00", HP): (4.0, 0),
        ("13:00", HP): (4.0, 0),
        ("14:00", HP): (5.0, 3.0),
    }
    await grid.counts(53.0, minutes=1)
    assert spent(house)[:2] == (14.0, 4.0)


async def test_a_meter_that_another_counter_counts(grid: Grid) -> None:
    """Its rows are made anew from what both counted, each in its time."""
    await grid.counts(2.0, minutes=70)
    other = await Grid.at(grid.house, "other")
    entry = grid.house.site_entries[0]
    (subentry,) = entry.subentries.values()
    data = {**grid.data(), "energy": other.data()["energy"]}
    grid.house.hass.config_entries.async_update_subentry(entry, subentry, data=data)
    await other.counts(500.0)
    await other.counts(502.0, minutes=70)
    before = await stored(grid.house)
    assert spent(grid.house)[0] == 3.0
    await ledger(grid.house).rebuild(account(grid.house), NOON)
    assert await stored(grid.house) == before
    await ledger(grid.house).rebuild(account(grid.house), NOON + 125 * MINUTE)
    assert await stored(grid.house) == before


async def test_a_register_that_was_exchanged(noon: House) -> None:
    """Its band alone is booked anew, and its index follows its rows."""
    meter = await Registers.at(noon)
    await ledger(noon).set_pricing(account(noon), TWO)
    await meter.count(11.0, 22.0, minutes=60)
    await meter.count(11.0, 500.0, minutes=2)
    await meter.count(11.0, 504.0, minutes=58)
    key = list(meter.data()["registers"])[1]
    await noon.later(minutes=1)
    with pytest.raises(ExchangeError):
        await ledger(noon).exchange(key, NOON + 61 * MINUTE, 22_500.0, 504_500.0)
    await meter.count(11.0, 505.0, minutes=59)
    await ledger(noon).exchange(key, NOON + 61 * MINUTE, 22_500.0, 499_000.0)
    assert spent(noon) == pytest.approx((1.0 + 2.0 + 0.5 + 6.0, 0.2 + 0.85, 0))
    rows = await stored(noon)
    assert rows["12:00", HP] == (1.0, 0.2)
    marks = runtime(noon).books.quarters.store.ledger.marks(key, *EVER)
    first = to_ms(NOON) // 3_600_000
    assert [marks[first + hour].index for hour in (1, 2, 3)] == [
        22 * UNIT,
        504 * UNIT,
        505 * UNIT,
    ]


async def test_registers_that_are_named_later(noon: House) -> None:
    """What they counted before was counted by the total, and after they are gone it is again."""
    meter = await Registers.at(noon)
    entry = noon.site_entries[0]
    (subentry,) = entry.subentries.values()

    async def becomes(data: Json) -> None:
        noon.hass.config_entries.async_update_subentry(entry, subentry, data=data)
        await noon.hass.async_block_till_done()

    await meter.count(11.0, 20.0, minutes=1)
    await becomes({**meter.grid.data()})
    await meter.count(12.0, 20.0, minutes=1)
    assert spent(noon)[0] == 2.0
    await noon.later(minutes=1)
    await becomes(meter.data())
    await meter.count(15.0, 20.0, minutes=1)
    known = spent(noon)[0]
    assert known == 5.0
    await meter.count(16.0, 20.0, minutes=1)
    assert spent(noon)[0] == pytest.approx(known + 1)


def test_a_meter_that_is_turned_round() -> None:
    """What its port calls drawn is fed into the site."""
    config = MeterConfig(port="p", role=Role.SOLAR)
    assert account_of(config, "drawn") == "p#drawn"
    assert account_of(replace(config, inverted=True), "drawn") == "p#fed"


async def test_a_meter_that_reads_another_port(grid: Grid) -> None:
    """Its account goes on, under the name of that."""
    await grid.counts(2.0, minutes=1)
    other = await Grid.at(grid.house, "other")
    entry = grid.house.site_entries[0]
    (subentry,) = entry.subentries.values()
    data = {**other.data(), "energy": grid.data()["energy"]}
    grid.house.hass.config_entries.async_update_subentry(entry, subentry, data=data)
    await grid.house.hass.async_block_till_done()
    await grid.counts(3.0, minutes=1)
    assert account(grid.house) == drawn(data)
    assert await stored(grid.house) == {("12:00", "all"): (2.0, 0)}
    store = runtime(grid.house).books.quarters.store.ledger
    assert list(store.totals()) == [drawn(data)]


async def test_an_exchange_that_is_stated_at_once(grid: Grid) -> None:
    """What was left on the old meter is counted, and the new one goes on from its index."""
    house, key = grid.house, str(grid.data()["energy"])
    await ledger(house).set_pricing(account(house), Changes.of(price(NOON, HP, "0.2")))
    await house.later(minutes=10)
    await ledger(house).exchange(key, NOON + 10 * MINUTE, 2_000.0, 500_000.0)
    await grid.counts(501.0, minutes=10)
    assert await stored(house) == {("12:00", HP): (2.0, 0.4)}
    (kept,) = runtime(house).books.quarters.store.ledger.exchanges(key)
    assert (kept.closing, kept.opening) == (2 * UNIT, 500 * UNIT)


async def test_an_exchange_that_is_stated_later(grid: Grid) -> None:
    """What was booked from the difference of two meters is replaced, rows and quarter-hours."""
    house, key = grid.house, str(grid.data()["energy"])
    await ledger(house).set_pricing(account(house), Changes.of(price(NOON, HP, "0.2")))
    await grid.counts(1.0, minutes=1)
    for kwh, minutes in ((2.0, 59), (3.0, 60), (4.0, 60)):
        await grid.counts(kwh, minutes=minutes)
    exchanged_at = NOON + timedelta(hours=3, minutes=2)
    await grid.counts(50.0, minutes=4)
    await grid.counts(51.0, minutes=4)
    assert spent(house)[0] == 50.0
    with pytest.raises(ExchangeError):
        await ledger(house).exchange(key, exchanged_at, 5_000.0, 48_000.0)
    await grid.counts(55.0, minutes=52)
    await ledger(house).exchange(key, exchanged_at, 5_000.0, 48_000.0)
    assert spent(house) == pytest.approx((3.0 + 1.0 + 7.0, 11 * 0.2, 0))
    rows = await stored(house)
    assert rows["15:00", HP] == pytest.approx((8.0, 1.6))
    store = runtime(house).books.quarters.store
    found = store.quarters(key, NOON, NOON + timedelta(hours=4))
    assert sum(each.amount for each in found.values()) == 11 * UNIT


def step(since: int, until: int, amount: int) -> Step:
    """Return what was counted between two moments in ms."""
    return Step(since=since, until=until, amount=amount, index=0)


@pytest.mark.parametrize(("since", "amount"), [(0, 90), (100, 90), (130, 60), (190, 0), (200, 0)])
def test_what_counts_later_counts_from_then_on(since: int, amount: int) -> None:
    """What it counted before was counted by another."""
    accounts = Accounts()
    source = Source(key="s", account="a", since=since)
    accounts.count(source, step(100, 190, 90), estimated=False)
    assert accounts.of("a").totals.amount == amount


def test_an_account_that_nothing_feeds_has_not_started() -> None:
    """Nor has one of two sources, while only one has been read."""
    accounts = Accounts({"a": Account()})
    assert not accounts.started("a")
    sources = [Source(key=key, account="a", band=key) for key in "st"]
    accounts.follow(sources)
    accounts.read(sources[0])
    assert not accounts.started("a")
    accounts.read(sources[1])
    assert accounts.started("a")
    accounts.follow([])
    assert not accounts.started("a")
