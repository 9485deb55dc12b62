"""The ledger of forty meters: a month of one-minute updates, and a year of rows.

The month goes through tracks, accounts and a real database, written every five minutes
as in a home; its cost is processor time over simulated time. The year is written by
the hour, with off-peak times that begin within one, and its file is measured.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Final
from zoneinfo import ZoneInfo

from scripts.tools.pure import load_pure

load_pure()

from custom_components.ecom.core.costs.exchange import IndexMark  # noqa: E402 - needs the stubs
from custom_components.ecom.core.costs.ledger import Account  # noqa: E402
from custom_components.ecom.core.quarters import Mark, Series, Step  # noqa: E402
from custom_components.ecom.core.tariffs.pricing import PriceSlice, UnitPrice  # noqa: E402
from custom_components.ecom.core.timeline import to_ms  # noqa: E402
from custom_components.ecom.ports import AnyPort, Kind, Reading, Unsubscribe  # noqa: E402
from custom_components.ecom.site.accounts import Accounts, Feed, Source  # noqa: E402
from custom_components.ecom.site.ledger_store import LedgerBatch  # noqa: E402
from custom_components.ecom.site.quarter_store import Batch, QuarterStore  # noqa: E402
from custom_components.ecom.site.track import Track  # noqa: E402

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
OFF_PEAK: Final = ((timedelta(hours=1, minutes=10), timedelta(hours=7, minutes=40)),
                   (timedelta(hours=12, minutes=40), timedelta(hours=14, minutes=10)))  # fmt: skip
PRICES: Final = {"hc": Decimal("0.1589"), "hp": Decimal("0.2142")}
ALWAYS_VALID: Final = timedelta(days=4000)
FLUSH_MINUTES: Final = 5
ZONE: Final = ZoneInfo("Europe/Paris")


class TwoTimes:
    """A contract with two off-peak times a day, in UTC."""

    zone = UTC

    def slices(self, start: datetime, end: datetime) -> Iterator[PriceSlice]:
        """Yield the slices of a time."""
        at = start.replace(hour=0, minute=0, second=0, microsecond=0)
        while at < end:
            edges = [timedelta(), *(edge for window in OFF_PEAK for edge in window)]
            for place, edge in enumerate(edges):
                since = at + edge
                until = at + (edges[place + 1] if place + 1 < len(edges) else 24 * HOUR)
                if since < end and until > start:
                    yield _slice(max(since, start), min(until, end), "hc" if place % 2 else "hp")
            at += 24 * HOUR

    def price_of(self, moment: datetime, band: str) -> PriceSlice:
        """Return the price of a band."""
        return _slice(moment, moment + HOUR, band)

    def unit_prices(self, moment: datetime, band: str) -> Mapping[str, UnitPrice]:
        """Return nothing: the ledger does not ask."""
        del moment, band
        return {}


def _slice(start: datetime, end: datetime, band: str) -> PriceSlice:
    return PriceSlice(start=start, end=end, band=band, price=PRICES[band])


class Counter:
    """A port that says what it is told to."""

    kind = Kind.ENERGY

    def __init__(self, key: str) -> None:
        """Take its key."""
        self.key = key

    def read(self) -> Reading[float]:
        """Return nothing."""
        raise NotImplementedError

    def subscribe(self, listener: object) -> Unsubscribe:
        """Listen to nobody."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """What a stretch of updates has cost."""

    updates: int
    cpu_seconds: float
    seconds: float

    @property
    def share(self) -> float:
        """Return the share of one core."""
        return self.cpu_seconds / self.seconds


def _lot(number: int, below: int) -> int:
    """Return a number that looks drawn by lot, and is the same in each run."""
    return number * 2_654_435_761 % (1 << 32) * below >> 32


def run_month(path: Path, meters: int, days: int) -> Month:
    """Return what one-minute updates of all meters cost."""
    store, contract = QuarterStore(path), TwoTimes()
    keys = [f"meter-{place}/energy" for place in range(meters)]
    accounts = Accounts({f"{key}#drawn": Account(contract) for key in keys})
    sources = [Source(key=key, account=f"{key}#drawn") for key in keys]
    accounts.follow(sources)
    tracks = [_track(accounts, source) for source in sources]
    indexes = [0.0] * meters
    began = process_time()
    for minute in range(days * 24 * 60):
        at = BEGIN + minute * MINUTE
        for place, track in enumerate(tracks):
            indexes[place] += _lot(minute * meters + place, 30_000) / 1000
            track.take(Reading(value=indexes[place], measured_at=at, valid_for=ALWAYS_VALID))
        if minute % FLUSH_MINUTES == 0:
            batches = [batch for track in tracks if (batch := track.batch())]
            drained = accounts.drain()
            store.write(batches, ledger=drained)
            accounts.written(drained)
    spent = process_time() - began
    store.close()
    return Month(updates=days * 1440 * meters, cpu_seconds=spent, seconds=days * 86_400.0)


def _track(accounts: Accounts, source: Source) -> Track:
    port: AnyPort = Counter(source.key)
    track = Track(source.key, port, Series(kind=Kind.ENERGY))
    track.feeds = [Feed(accounts=accounts, source=source)]
    return track


def write_year(path: Path, meters: int, days: int) -> None:
    """Write the rows and indexes of a year, hour by hour, and forget indexes as in a home."""
    store, contract = QuarterStore(path), TwoTimes()
    with store.db.reading() as db:
        db.execute("PRAGMA synchronous = OFF")  # The size is measured, not the disk.
    accounts = {f"meter-{place}/energy": Account(contract) for place in range(meters)}
    indexes = dict.fromkeys(accounts, 0)
    for hour in range(days * 24):
        since, until = to_ms(BEGIN + hour * HOUR), to_ms(BEGIN + (hour + 1) * HOUR)
        batches = []
        for place, (key, account) in enumerate(accounts.items()):
            amount = 1 + _lot(hour * meters + place, 1_500_000)
            indexes[key] += amount
            account.count(Step(since=since, until=until, amount=amount, index=indexes[key]))
            marks = {until // 3_600_000: IndexMark(index=indexes[key])}
            mark = Mark(at=until, index=indexes[key])
            batches.append(Batch(key=key, mark=mark, quarters={}, marks=marks))
        rows = {f"{key}#drawn": account.drain() for key, account in accounts.items()}
        store.write(batches, ledger=LedgerBatch(rows=rows))
        if hour % 24 == 0:
            store.ledger.prune(BEGIN + hour * HOUR, ZONE)
    store.db.checkpoint()
    store.close()


def sizes(path: Path) -> tuple[int, float, float]:
    """Return the number of rows, and the file's MB as it is and after it was vacuumed."""
    as_it_is = path.stat().st_size / 1e6
    store = QuarterStore(path)
    with store.db.reading() as db:
        (rows,) = db.execute("SELECT count(*) FROM entry").fetchone()
        db.execute("VACUUM")
    store.db.checkpoint()
    store.close()
    return int(rows), as_it_is, path.stat().st_size / 1e6


def main() -> None:
    """Print a table, and the key figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meters", type=int, default=40)
    parser.add_argument("--days", type=int, default=30, help="of one-minute updates")
    parser.add_argument("--year", type=int, default=365, help="days of rows")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        month = run_month(Path(folder) / "month.db", asked.meters, asked.days)
        year = Path(folder) / "year.db"
        write_year(year, asked.meters, asked.year)
        rows, as_it_is, vacuumed = sizes(year)
    print("| what | amount |")
    print("|---|---:|")
    print(f"| updates of {asked.meters} meters in {asked.days} days | {month.updates} |")
    print(f"| processor time, s | {month.cpu_seconds:.1f} |")
    print(f"| per update, with its part of the writing, us | {_each(month):.1f} |")
    print(f"| rows of {asked.year} days | {rows} |")
    print(f"| file without quarter-hours, MB | {as_it_is:.1f} |")
    print(f"| the same, vacuumed, MB | {vacuumed:.1f} |")
    print(f"ledger: cpu_share={month.share:.4%} store_mb={as_it_is:.1f}")


def _each(month: Month) -> float:
    return month.cpu_seconds / month.updates * 1e6


if __name__ == "__main__":
    main()
