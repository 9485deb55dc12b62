"""Readings that are found between others that were brought in: the ledger says what they do."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custom_components.ecom.core.costs.readings import Read, ReadingsError, Swap
from custom_components.ecom.core.costs.rows import HOUR_MS, UNIT
from custom_components.ecom.core.quarters import LONGEST_MS, Mark
from custom_components.ecom.core.timeline import from_ms, to_ms
from custom_components.ecom.ports import Kind
from custom_components.ecom.site.imported import Order, Target, bring
from custom_components.ecom.site.quarter_store import QuarterStore, Segment
from custom_components.ecom.site.rebuilding import Plan
from tests.house import House, part
from tests.site.test_contracts_in_turn import asked, brings, home_with
from tests.site.test_ledger import runtime
from tests.tariff import Changes, price

NOW = to_ms(datetime(2026, 11, 3, 12, tzinfo=UTC))
DAY_MS = 24 * HOUR_MS
ACCOUNT, SERIES = "meter#drawn", "counter"
FLAT = part("contract", "Flat", template="flat", prices="0.20")


def nights(start: int, end: int) -> Changes:
    """Return a contract that is cheaper from 22:24 to 6:24."""
    first = start // DAY_MS * DAY_MS
    changes = []
    for midnight in range(first, end, DAY_MS):
        changes.append(price(from_ms(midnight + 384 * 60_000), "peak", "0.2"))
        changes.append(price(from_ms(midnight + 1344 * 60_000), "off_peak", "0.1"))
    return Changes.of(price(from_ms(first), "off_peak", "0.1"), *changes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stood:
    """Where a counter stood, and what it and those before it had counted in all."""

    read: Read
    counted: int


def life(lot: random.Random, since: int) -> Iterator[Stood]:
    """Yield what was read of a meter, which may be exchanged, in some weeks."""
    at, counted, index = since, 0, lot.randrange(10**6)
    yield Stood(read=Read(at=at, index=index), counted=counted)
    for _ in range(lot.randrange(3, 12)):
        minutes = lot.choice([60, 1440, lot.randrange(61, 3000), lot.randrange(61, 20_000)])
        at += minutes * 60_000
        used = lot.choice([0, lot.randrange(100), lot.randrange(5 * 10**7)])
        swap = None
        if lot.random() < 0.15:
            swap = Swap(closing=index + used, opening=lot.randrange(50))
            index = swap.opening + lot.randrange(10**6)
            counted += index - swap.opening
        else:
            index += used
        counted += used
        yield Stood(read=Read(at=at, index=index, swap=swap), counted=counted)


@dataclass(slots=True)
class Life:
    """Readings of a meter that are brought in as they are found."""

    store: QuarterStore
    lot: random.Random
    stood: list[Stood]
    band: str | None = None
    known: list[tuple[int, int]] = field(default_factory=list)

    def found(self) -> list[Read]:
        """Return some readings of a time; who left one out knows of the exchange all the same."""
        first = self.lot.randrange(len(self.stood) - 1)
        last = self.lot.randrange(first + 1, len(self.stood))
        kept = [first, *(n for n in range(first + 1, last) if self.lot.random() < 0.4), last]
        readings = [Read(at=self.stood[first].read.at, index=self.stood[first].read.index)]
        for before, now in pairwise(kept):
            swaps = [s for each in self.stood[before + 1 : now + 1] if (s := each.read.swap)]
            if len(swaps) > 1:
                break
            read = self.stood[now].read
            readings.append(Read(at=read.at, index=read.index, swap=swaps[0] if swaps else None))
        return readings

    def forgets_an_exchange(self, readings: list[Read]) -> bool:
        """Return whether readings say that an exchange that is known was none."""
        stated = {(each.swap.closing, each.swap.opening) for each in readings if each.swap}
        return any(
            readings[0].at < each.at <= readings[-1].at
            and (each.closing, each.opening) not in stated
            for each in self.store.ledger.exchanges(SERIES)
        )

    def brings(self, readings: list[Read]) -> bool:
        """Bring readings in; return whether they were taken."""
        pricing = None if self.band is None else nights(self.stood[0].read.at, NOW)
        order = Order(
            target=Target(
                account=ACCOUNT,
                kind=Kind.ENERGY,
                segments=[Segment(key=SERIES)],
                band=self.band,
            ),
            readings=readings,
            over=True,
            plan=Plan(account=ACCOUNT, pricing=pricing, start=0, end=NOW, now=NOW),
            hours={},
            whole=None,
        )
        try:
            bring(self.store, order)
        except ReadingsError:
            return False
        self.know(readings[0].at, readings[-1].at)
        return True

    def know(self, start: int, end: int) -> None:
        """Note that what was counted in a time is known."""
        for other in [each for each in self.known if each[0] <= end and start <= each[1]]:
            self.known.remove(other)
            start, end = min(start, other[0]), max(end, other[1])
        self.known.append((start, end))

    def check(self) -> None:
        """Assert that the books hold what the counter says, to the milliwatt-hour."""
        counted = {each.read.at: each.counted for each in self.stood}
        whole = sum(counted[end] - counted[start] for start, end in self.known)
        rows = self.store.ledger.rows(ACCOUNT, 0, NOW).values()
        assert sum(row.amount for row in rows) == whole
        quarters = self.store.quarters(SERIES, from_ms(0), from_ms(NOW)).values()
        if self.band is None and self.stood[0].read.at > NOW - LONGEST_MS:
            assert sum(each.amount for each in quarters) == whole


@pytest.mark.parametrize("pruned", [False, True])
@pytest.mark.parametrize("band", [None, "off_peak"])
@pytest.mark.parametrize("days", [300, 900])
@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_found_in_whatever_order(
    tmp_path: Path, seed: int, days: int, band: str | None, *, pruned: bool
) -> None:
    """Anywhere between earlier readings, over exchanges, and after indexes were forgotten."""
    lot = random.Random(seed)
    store = QuarterStore(tmp_path / "books.db")
    since = NOW - lot.randrange(days // 2, days) * DAY_MS
    stood = [*life(lot, since)]
    if days > 430:  # Of times so long ago readings are at full hours.
        stood = [
            Stood(
                read=Read(
                    at=-(-each.read.at // HOUR_MS) * HOUR_MS,
                    index=each.read.index,
                    swap=each.read.swap,
                ),
                counted=each.counted,
            )
            for each in stood
        ]
    mine = Life(store=store, lot=lot, stood=stood, band=band)
    for _ in range(6):
        readings = mine.found()
        if len(readings) < 2 or mine.forgets_an_exchange(readings) or not mine.brings(readings):
            continue
        mine.check()
        if pruned:
            store.ledger.prune(from_ms(NOW), ZoneInfo("Europe/Paris"))
            store.prune(from_ms(NOW))
    store.close()


async def test_a_reading_found_in_between(noon: House) -> None:
    """It is brought in with the one after it, and the month is what the counter says."""
    home = await home_with(noon, FLAT)
    await brings(home, ("2026-10-01", 0), ("2026-11-01", 90))
    await brings(home, ("2026-10-15", 60), ("2026-11-01", 90), replace=True)
    assert home.money == pytest.approx(90 * 0.2)
    month = {"site": True, "start": "2026-10-01", "end": "2026-11-01"}
    stated = await asked(noon, "get_statement", **month)
    assert stated["sections"][0]["quantity"] == 90
    half = await asked(noon, "get_statement", **{**month, "end": "2026-10-15"})
    assert half["sections"][0]["quantity"] == 60


async def test_a_reading_found_at_both_ends(noon: House) -> None:
    """What lies before the first and after the last is spread anew."""
    home = await home_with(noon, FLAT)
    await brings(home, ("2026-10-01", 0), ("2026-11-01", 90))
    await brings(home, ("2026-10-15", 60), ("2026-10-20", 65), replace=True)
    assert home.money == pytest.approx(90 * 0.2)


async def test_an_exchange_that_is_stated_over_readings_that_were_brought_in(
    noon: House,
) -> None:
    """What it spreads anew holds no reading any more."""
    home = await home_with(noon, FLAT)
    store = runtime(noon).books.store
    series = str(home.grid.data()["energy"])
    await brings(home, ("2026-11-20", 50), ("2026-11-22", 60), ("2026-11-26", 100))
    await asked(
        noon,
        "record_meter_exchange",
        entity_id=home.grid.energy.entity_id,
        at="2026-11-22 00:00:00+00:00",
        closing=60,
        opening=60,
    )
    assert [*store.readings(series, 0, NOW * 2)] == [
        to_ms(datetime(2026, 11, day, tzinfo=UTC)) for day in (20, 26)
    ]


def test_what_a_series_read_outlives_its_indexes(tmp_path: Path) -> None:
    """A counter of which a reading alone is left is not forgotten."""
    store = QuarterStore(tmp_path / "books.db")
    store.advance(SERIES, Mark(at=0, index=UNIT))
    store.put_readings(SERIES, 0, 0, {0: UNIT})
    store.prune(from_ms(NOW))
    assert store.readings(SERIES, 0, 0) == {0: UNIT}
    store.put_readings(SERIES, 0, 0, {})
    store.prune(from_ms(NOW))
    assert store.marks() == {}
    store.close()
