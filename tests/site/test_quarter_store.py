"""The database of quarter-hours: whole after any crash, bounded, and readable by slot."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from custom_components.ecom.core.quarters import Gap, Mark, Quarter
from custom_components.ecom.core.timeline import QUARTER_MS, Slot, to_ms
from custom_components.ecom.site.database import StoreDamaged
from custom_components.ecom.site.quarter_store import (
    KEPT,
    Batch,
    QuarterStore,
    Segment,
    Total,
)
from custom_components.ecom.site.stores import open_store
from scripts.tools.pure import ROOT

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
FIRST = to_ms(NOON) // QUARTER_MS

WRITER = """
import sys
from pathlib import Path
from scripts.tools.pure import load_pure
load_pure()
from custom_components.ecom.core.quarters import Mark, Quarter
from custom_components.ecom.site.quarter_store import Batch, QuarterStore

store = QuarterStore(Path(sys.argv[1]))
for n in range(1, 1_000_000):
    quarters = {n // 3: Quarter(amount=1, covered_ms=1), n // 3 + 1: Quarter(amount=1)}
    store.write([Batch(key=key, mark=Mark(at=n, index=2 * n), quarters=quarters) for key in "ab"])
    print(n, flush=True)
"""


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


def batch(key: str = "a", index: int = 0, **amounts: int) -> Batch:
    """Return a batch with amounts by the place of their quarter-hour, ``q0`` at noon."""
    return Batch(
        key=key,
        mark=Mark(at=to_ms(NOON), index=index),
        quarters={
            FIRST + int(name[1:]): Quarter(amount=amount, covered_ms=1000)
            for name, amount in amounts.items()
        },
    )


def slot(first: int, last: int) -> Slot:
    """Return the slot between two quarter-hours."""
    return Slot(start=NOON + first * QUARTER, end=NOON + last * QUARTER)


def test_what_is_written_adds_up(store: QuarterStore) -> None:
    """Parts of a quarter-hour come one by one."""
    store.write([batch(q0=5, q1=7)])
    store.write([batch(q1=3, q2=1, index=9)])
    assert store.totals("a", [slot(0, 1), slot(1, 2), slot(0, 3), slot(3, 4)]) == [
        Total(amount=5, covered_ms=1000, estimated=False),
        Total(amount=10, covered_ms=2000, estimated=False),
        Total(amount=16, covered_ms=4000, estimated=False),
        Total(amount=None, covered_ms=0, estimated=False),
    ]
    assert store.marks() == {"a": Mark(at=to_ms(NOON), index=9)}


def test_series_do_not_mix(store: QuarterStore) -> None:
    """And nothing is known of one that is not there."""
    store.write([batch("a", q0=5), batch("b", q0=6)])
    assert [store.totals(key, [slot(0, 1)])[0].amount for key in "abc"] == [5, 6, None]


def test_an_estimate_stays_one(store: QuarterStore) -> None:
    """Whatever is added to it."""
    estimated = {FIRST: Quarter(amount=1, estimated=True)}
    store.write([Batch(key="a", mark=Mark(at=0, index=0), quarters=estimated)])
    store.write([batch(q0=1)])
    assert store.totals("a", [slot(0, 1)])[0].estimated


def test_a_gap_waits_until_it_is_filled(store: QuarterStore) -> None:
    """And what fills it replaces what was there."""
    gap = Gap(since=NOON, until=NOON + 2 * QUARTER)
    store.write([batch(q0=5, q1=5)])
    later = Batch(key="a", mark=Mark(at=1, index=1), quarters={}, gaps=(gap,))
    store.write([later])
    assert store.gaps("a") == [gap]
    store.fill("a", gap, {FIRST: Quarter(amount=2), FIRST + 1: Quarter(amount=8)})
    assert store.gaps("a") == []
    found = store.quarters("a", NOON, NOON + 2 * QUARTER)
    assert [quarter.amount for quarter in found.values()] == [2, 8]


def test_it_remembers_what_counted_a_meter(path: Path) -> None:
    """And when, since that may change."""
    store = QuarterStore(path)
    first = {"drawn": [Segment(key="a", until=5), Segment(key="b", since=5)], "fed": []}
    store.write([], {"meter": first, "other": {"drawn": [Segment(key="c")]}})
    store.write([], {"gone": {}, "other": {"drawn": [Segment(key="d")]}})
    store.close()
    again = QuarterStore(path)
    assert again.segments() == {
        "meter": {"drawn": first["drawn"]},
        "other": {"drawn": [Segment(key="d")]},
    }
    again.close()


def test_a_segment_takes_its_part_of_a_slot() -> None:
    """To the quarter-hour: in that of a change both know a part."""
    change = to_ms(NOON + timedelta(minutes=20))
    before, after = Segment(key="a", until=change), Segment(key="b", since=change)
    assert before.within(slot(0, 4)) == slot(0, 2)
    assert after.within(slot(0, 4)) == slot(1, 4)
    empty = after.within(slot(0, 1))
    assert empty.start >= empty.end


def test_it_is_bounded(store: QuarterStore) -> None:
    """What is older than it keeps goes, and series of which nothing is left."""
    store.write([batch("old", q0=5), batch("a", q0=5)])
    store.write([Batch(key="a", mark=Mark(at=to_ms(NOON + KEPT), index=1), quarters={})])
    store.prune(NOON + KEPT)
    assert store.totals("a", [slot(0, 1)])[0].amount == 5
    store.prune(NOON + KEPT + QUARTER)
    assert store.totals("a", [slot(0, 1)])[0].amount is None
    assert list(store.marks()) == ["a"]


def test_thirteen_months_are_kept() -> None:
    """This month is set against that of last year."""
    assert timedelta(days=31 + 366) <= KEPT


def test_a_failed_write_leaves_nothing_behind(store: QuarterStore) -> None:
    """Neither quarter-hours nor a mark."""
    wrong = Batch(key="b", mark=Mark(at=0, index=0), quarters={FIRST: Quarter(amount=1 << 70)})
    with pytest.raises(OverflowError):
        store.write([batch("a", q0=5), wrong])
    assert store.marks() == {}
    store.write([batch("a", q0=5)])
    assert store.totals("a", [slot(0, 1)])[0].amount == 5


def test_a_killed_process_loses_at_most_what_it_had_not_written(path: Path) -> None:
    """Marks and quarter-hours are of the same moment, whenever that was."""
    with subprocess.Popen(  # noqa: S603 - a program of this file
        [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        said = [next(writer.stdout) for _ in range(200)]
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()
    store = QuarterStore(path)
    everything = Slot(start=datetime(1970, 1, 1, tzinfo=UTC), end=NOON)
    written = int(said[-1])
    for key, mark in store.marks().items():
        total = store.totals(key, [everything])[0].amount
        assert total == mark.index
        assert mark.at - written in {0, 1}
    assert set(store.marks()) == {"a", "b"}
    store.close()


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + b"x" * 5000])
def test_a_damaged_file_is_put_aside(
    path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """It is kept, and a new one begun."""
    path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        QuarterStore(path)
    store = open_store(path)
    store.write([batch(q0=5)])
    store.close()
    (aside,) = path.parent.glob("*.damaged-*")
    assert aside.read_bytes() == content
    assert aside.name in caplog.text


def test_a_file_of_a_newer_version_is_put_aside(path: Path) -> None:
    """Nothing of it is touched."""
    QuarterStore(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreDamaged, match="newer"):
        QuarterStore(path)


def test_a_place_that_cannot_be_opened(tmp_path: Path) -> None:
    """Is told; there is nothing to put aside."""
    with pytest.raises(sqlite3.OperationalError):
        open_store(tmp_path)
    assert tmp_path.is_dir()


def test_a_store_that_is_locked_is_not_damaged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is one on a full disk: it stays where it is, with what was written last."""
    store = QuarterStore(path)
    store.write([batch(q0=5)])
    store.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", partial(connect, timeout=0))
    with pytest.raises(sqlite3.OperationalError):
        open_store(path)
    other.execute("ROLLBACK")
    other.close()
    again = open_store(path)
    assert again.totals("a", [slot(0, 1)])[0].amount == 5
    again.close()
    assert not list(path.parent.glob("*damaged*"))


def test_a_checkpoint_brings_all_into_one_file(store: QuarterStore, path: Path) -> None:
    """So that a backup is whole."""
    store.write([batch(q0=5)])
    store.db.checkpoint()
    assert path.with_name("quarters.db-wal").stat().st_size == 0


def test_thirteen_months_of_a_meter_are_small(path: Path) -> None:
    """A megabyte, of which most is what a quarter-hour needs."""
    store = QuarterStore(path)
    quarters = {n: Quarter(amount=n * 37 % 900_000, covered_ms=QUARTER_MS) for n in range(38_000)}
    store.write([Batch(key="a", mark=Mark(at=0, index=0), quarters=quarters)])
    store.db.checkpoint()
    store.close()
    assert path.stat().st_size < 1_000_000


def test_a_time_can_be_forgotten_with_the_gaps_within_it(store: QuarterStore) -> None:
    """What lies beside it stays."""
    within = Gap(since=NOON + QUARTER, until=NOON + 2 * QUARTER)
    across = Gap(since=NOON + 2 * QUARTER, until=NOON + 4 * QUARTER)
    known = batch(q0=1, q1=2, q2=4, q3=8)
    store.write(
        [
            Batch(key="a", mark=known.mark, quarters=known.quarters, gaps=(within, across)),
            batch("b", q1=16),
        ]
    )
    store.forget("a", NOON + QUARTER, NOON + 3 * QUARTER)
    found = store.quarters("a", NOON, NOON + 4 * QUARTER)
    assert [each.amount for each in found.values()] == [1, 8]
    assert store.gaps("a") == [across]
    assert len(store.quarters("b", NOON, NOON + 4 * QUARTER)) == 1


def test_a_series_goes_on_from_where_it_was_read_last(store: QuarterStore) -> None:
    """Whoever read it; one that is known already is not begun again."""
    store.begin("a", Mark(at=5, index=50))
    store.begin("a", Mark(at=9, index=90))
    store.advance("a", Mark(at=3, index=30))
    assert store.marks() == {"a": Mark(at=5, index=50)}
    store.advance("a", Mark(at=6, index=40))
    store.advance("b", Mark(at=1, index=10))
    assert store.marks() == {"a": Mark(at=6, index=40), "b": Mark(at=1, index=10)}
