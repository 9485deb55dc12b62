"""The ledger's tables: of one moment with the marks, adding up, and small."""

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custom_components.ecom.core.costs.exchange import Exchange, IndexMark
from custom_components.ecom.core.costs.rows import HOUR_MS, MINUTE_MS, Flag, Row, Totals, total
from custom_components.ecom.core.quarters import Mark
from custom_components.ecom.core.timeline import to_ms
from custom_components.ecom.site import database
from custom_components.ecom.site.ledger_store import HOURS_KEPT, LedgerBatch
from custom_components.ecom.site.quarter_store import Batch, QuarterStore
from scripts.tools.pure import ROOT

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
NOON_MS = to_ms(NOON)
MINUTE = NOON_MS // MINUTE_MS
HOUR = NOON_MS // HOUR_MS
EVER = (0, NOON_MS * 2)

WRITER = """
import sys
from pathlib import Path
from scripts.tools.pure import load_pure
load_pure()
from custom_components.ecom.core.costs.rows import Row
from custom_components.ecom.core.quarters import Mark, Quarter
from custom_components.ecom.site.ledger_store import LedgerBatch
from custom_components.ecom.site.quarter_store import Batch, QuarterStore

store = QuarterStore(Path(sys.argv[1]))
for n in range(1, 1_000_000):
    rows = {(n // 7, "hp"): Row(amount=2, money=5), (n // 7, "hc"): Row(amount=1, money=1)}
    batch = Batch(key="a", mark=Mark(at=n, index=3 * n), quarters={n // 9: Quarter(amount=3)})
    store.write([batch], ledger=LedgerBatch(rows={"a#drawn": rows}))
    print(n, flush=True)
"""


VERSION_1 = """
CREATE TABLE series (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, value INTEGER NOT NULL
);
CREATE TABLE quarter (
  series INTEGER NOT NULL, number INTEGER NOT NULL,
  amount INTEGER NOT NULL, covered_ms INTEGER NOT NULL, estimated INTEGER NOT NULL,
  PRIMARY KEY (series, number)
) WITHOUT ROWID;
CREATE TABLE meter (
  name TEXT NOT NULL, direction TEXT NOT NULL, since INTEGER NOT NULL,
  key TEXT NOT NULL, until INTEGER,
  PRIMARY KEY (name, direction, since)
) WITHOUT ROWID;
CREATE TABLE gap (
  series INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (series, since)
) WITHOUT ROWID;
INSERT INTO series VALUES (1, 'a', 5, 6);
INSERT INTO quarter VALUES (1, 2, 3, 4, 1);
INSERT INTO meter VALUES ('m', 'drawn', 0, 'a', NULL);
INSERT INTO gap VALUES (1, 2, 3);
PRAGMA journal_mode = WAL;
PRAGMA user_version = 1;
"""
"""A file as the version before the ledger left it."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database is."""
    return tmp_path / "quarters.db"


@pytest.fixture
def store(path: Path) -> Iterator[QuarterStore]:
    """Return an empty store."""
    store = QuarterStore(path)
    yield store
    store.close()


def row(amount: int, money: int = 0, **more: int) -> Row:
    """Return a row."""
    flags = Flag(more.pop("flags", 0))
    return Row(amount=amount, money=money, flags=flags, **more)


def write(store: QuarterStore, key: str, rows: dict[tuple[int, str], Row]) -> None:
    """Write rows of one account."""
    store.write([], ledger=LedgerBatch(rows={key: rows}))


def test_rows_add_up(store: QuarterStore) -> None:
    """Their flags as well, and the account's totals with them."""
    first = row(5, 50, unpriced=1, bound=2, against=3, flags=Flag.SPLIT)
    write(store, "a", {(MINUTE, "hp"): first, (MINUTE, "hc"): row(1, 7)})
    write(
        store, "a", {(MINUTE, "hp"): row(2, 20, flags=Flag.ESTIMATED), (MINUTE + 60, "hp"): row(4)}
    )
    write(store, "b", {(MINUTE, "hp"): row(9, 9)})
    assert store.ledger.rows("a", NOON_MS, NOON_MS + HOUR_MS) == {
        (MINUTE, "hp"): row(7, 70, unpriced=1, bound=2, against=3, flags=3),
        (MINUTE, "hc"): row(1, 7),
    }
    assert {band: each.amount for band, each in store.ledger.sums("a", *EVER).items()} == {
        "hp": 11,
        "hc": 1,
    }
    assert store.ledger.totals() == {
        "a": Totals(amount=12, money=77, unpriced=1),
        "b": Totals(amount=9, money=9),
    }
    assert store.ledger.rows("nobody", *EVER) == {}
    assert store.ledger.used("a", NOON_MS + 1, NOON_MS + 2 * HOUR_MS) == 4
    assert store.ledger.used("nobody", *EVER) == 0


def test_totals_outgrow_eight_octets(store: QuarterStore) -> None:
    """In a currency of small units that takes some years."""
    for _ in range(3):
        write(store, "a", {(MINUTE, "hp"): row(1, 1 << 61)})
    write(store, "a", {(MINUTE, "hc"): row(1, 1 << 62)})
    assert store.ledger.totals()["a"].money == 3 * (1 << 61) + (1 << 62)


def test_rows_of_a_time_are_replaced(store: QuarterStore) -> None:
    """And what that changes is told, and is in the totals."""
    write(store, "a", {(MINUTE + at, band): row(5, 50) for at in (0, 60) for band in ("hp", "hc")})
    made = {(MINUTE, "hp"): row(7, 60, unpriced=1)}
    more = store.ledger.replace("a", NOON_MS, NOON_MS + HOUR_MS, made)
    assert more == Totals(amount=-3, money=-40, unpriced=1)
    more = store.ledger.replace("a", *EVER, {}, band="hc")
    assert more == Totals(amount=-5, money=-50)
    kept = store.ledger.rows("a", *EVER)
    assert set(kept) == {(MINUTE, "hp"), (MINUTE + 60, "hp")}
    assert total(kept.values()) == store.ledger.totals()["a"]


def test_an_account_goes_on_under_another_name(store: QuarterStore) -> None:
    """Unless there is one of that name."""
    write(store, "a", {(MINUTE, "hp"): row(5)})
    store.write([], ledger=LedgerBatch(rows={"b": {(MINUTE, "hp"): row(1)}}, renamed={"a": "b"}))
    assert store.ledger.totals()["b"].amount == 6
    write(store, "c", {(MINUTE, "hp"): row(1)})
    store.write([], ledger=LedgerBatch(renamed={"c": "b"}))
    assert {key: each.amount for key, each in store.ledger.totals().items()} == {"b": 6, "c": 1}


def marked(store: QuarterStore, *hours: int) -> None:
    """Mark hours with their own number."""
    marks = {hour: IndexMark(index=hour) for hour in hours}
    store.write([Batch(key="a", mark=Mark(at=0, index=0), quarters={}, marks=marks)])


def test_the_index_at_a_moment(store: QuarterStore) -> None:
    """Is that of the last hour that is known; what is better known replaces it."""
    marked(store, HOUR, HOUR + 1, HOUR + 5)
    assert store.ledger.index_at("a", NOON_MS + 3 * HOUR_MS) == (
        Mark(at=NOON_MS + HOUR_MS, index=HOUR + 1),
        False,
    )
    store.put_marks("a", {HOUR + 1: IndexMark(index=7, estimated=True)})
    assert store.ledger.index_at("a", NOON_MS + HOUR_MS) == (
        Mark(at=NOON_MS + HOUR_MS, index=7),
        True,
    )
    assert store.ledger.index_at("a", NOON_MS - 1) is None
    assert set(store.ledger.marks("a", NOON_MS + 1, NOON_MS + 5 * HOUR_MS)) == {HOUR + 1}


@pytest.mark.parametrize(
    ("zone", "kept"), [("Europe/Paris", 23), ("Asia/Kolkata", 18), ("America/New_York", 5)]
)
def test_old_indexes_are_kept_at_midnight(store: QuarterStore, zone: str, kept: int) -> None:
    """Of the zone: in the hour in which it lies; a series with any of them is not forgotten."""
    day = HOUR - 12
    marked(store, *range(day, day + 24))
    store.ledger.prune(NOON + timedelta(days=1) + HOURS_KEPT, ZoneInfo(zone))
    store.prune(NOON + timedelta(days=1000))
    assert set(store.ledger.marks("a", *EVER)) == {day + kept}


def test_young_indexes_are_kept(store: QuarterStore) -> None:
    """Each of them."""
    marked(store, *range(HOUR, HOUR + 24))
    store.ledger.prune(NOON + HOURS_KEPT, ZoneInfo("UTC"))
    assert len(store.ledger.marks("a", *EVER)) == 24


def test_exchanges_are_kept_in_order(store: QuarterStore) -> None:
    """And what is said of the same moment is replaced."""
    late, early = Exchange(at=9, closing=5, opening=0), Exchange(at=3, closing=2, opening=1)
    for each in (Exchange(at=9, closing=4, opening=0), late, early):
        store.ledger.add_exchange("a", each)
    assert store.ledger.exchanges("a") == [early, late]
    assert store.ledger.exchanges("b") == []


def test_a_failed_write_leaves_nothing_behind(store: QuarterStore) -> None:
    """Neither rows, nor quarter-hours, nor a mark, nor a total."""
    batch = Batch(key="a", mark=Mark(at=1, index=1), quarters={})
    rows = {"a": {(MINUTE, "hp"): row(5)}, "b": {(MINUTE, "hp"): row(1 << 70)}}
    with pytest.raises(OverflowError):
        store.write([batch], ledger=LedgerBatch(rows=rows))
    assert (store.marks(), store.ledger.totals()) == ({}, {})
    wrong = Batch(key="a", mark=Mark(at=1 << 70, index=1), quarters={})
    with pytest.raises(OverflowError):
        store.write([wrong], ledger=LedgerBatch(rows={"a": rows["a"]}))
    assert (store.ledger.totals(), store.ledger.rows("a", *EVER)) == ({}, {})


def test_a_transaction_within_another_is_a_part_of_it(store: QuarterStore) -> None:
    """What fails later takes it back."""

    def fails() -> None:
        with store.db.writing():
            write(store, "a", {(MINUTE, "hp"): row(5)})
            raise ValueError("after it")

    with pytest.raises(ValueError, match="after it"):
        fails()
    assert store.ledger.totals() == {}


def test_a_killed_process_bills_nothing_twice(path: Path) -> None:
    """Marks, rows and totals are of the same moment, whenever that was."""
    with subprocess.Popen(  # noqa: S603 - a program of this file
        [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        said = [next(writer.stdout) for _ in range(200)]
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()
    store = QuarterStore(path)
    mark = store.marks()["a"]
    assert mark.at - int(said[-1]) in {0, 1}
    assert store.ledger.totals() == {"a#drawn": Totals(amount=mark.index, money=2 * mark.index)}
    assert total(store.ledger.rows("a#drawn", *EVER).values()) == store.ledger.totals()["a#drawn"]
    store.close()


def old_file(path: Path) -> None:
    """Make a file as the version before the ledger left it."""
    db = sqlite3.connect(path)
    db.executescript(VERSION_1)
    db.close()


def test_a_file_of_the_version_before_is_brought_up_to_date(path: Path) -> None:
    """And keeps everything; opened once more it is as it was."""
    old_file(path)
    for _ in range(2):
        store = QuarterStore(path)
        assert store.marks() == {"a": Mark(at=5, index=6)}
        (quarter,) = store.quarters("a", datetime(1970, 1, 1, tzinfo=UTC), NOON).values()
        assert (quarter.amount, quarter.covered_ms, quarter.estimated) == (3, 4, True)
        assert len(store.gaps("a")) == 1
        assert store.segments()["m"]["drawn"][0].key == "a"
        write(store, "a#drawn", {(MINUTE, "hp"): row(1)})
        store.close()
    store = QuarterStore(path)
    assert store.ledger.totals()["a#drawn"].amount == 2
    store.close()


def test_a_migration_that_fails_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old file stays, and is brought up to date the next time."""
    old_file(path)
    with monkeypatch.context() as patch:
        patch.setattr(database, "_VERSIONS", (database._QUARTERS, f"{database._LEDGER} nonsense;"))
        with pytest.raises(sqlite3.OperationalError):
            QuarterStore(path)
    store = QuarterStore(path)
    assert store.marks() == {"a": Mark(at=5, index=6)}
    store.close()


def test_a_year_of_a_meter_is_small(path: Path) -> None:
    """Half a megabyte: 40 of them fit into twenty."""
    store, lot = QuarterStore(path), random.Random(4)
    hours = range(HOUR, HOUR + 8766)
    for day in range(0, len(hours), 24):
        rows = {
            (hour * 60 + at, band): row(lot.randrange(2_000_000), lot.randrange(4 * 10**11))
            for hour in hours[day : day + 24]
            for at, band in ((0, "hp"), (38, "hc"))
            if at == 0 or hour % 12 == 0
        }
        write(store, "a", rows)
    store.db.checkpoint()
    store.close()
    assert path.stat().st_size < 500_000
