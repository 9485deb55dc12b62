"""Energy by quarter-hour on disk: a small database of its own, for fourteen months.

Home Assistant keeps five-minute statistics for days and hourly ones for ever;
contracts are billed by the quarter-hour. A transaction holds the quarter-hours
and where their counters stood, so that whatever the moment of a crash, nothing is
counted twice and what is missing is counted by the next reading.

Everything here blocks: Home Assistant calls it from its executor.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ..core.costs.exchange import IndexMark
from ..core.quarters import Gap, Mark, Quarter
from ..core.timeline import QUARTER_MS, Slot, ceil_quarter, floor_quarter, from_ms, to_ms
from .database import Database
from .ledger_store import NO_ENTRIES, LedgerBatch, LedgerStore
from .statement_store import StatementStore

KEPT: Final = timedelta(days=430)
"""Thirteen months and some days: this month can be set against that of last year."""

_ADD: Final = """
INSERT INTO quarter VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  amount = amount + excluded.amount,
  covered_ms = covered_ms + excluded.covered_ms,
  estimated = max(estimated, excluded.estimated)
"""
_SUM: Final = """
SELECT sum(amount), sum(covered_ms), max(estimated) FROM quarter
WHERE series = ? AND number >= ? AND number < ?
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A time in which a meter was counted by a series: ``[since, until)`` in ms, None is now."""

    key: str
    since: int = 0
    until: int | None = None

    def within(self, slot: Slot) -> Slot:
        """Return the part of a slot that lies in this time, to the quarter-hour; it may be empty.

        In the quarter-hour of a change both the old and the new series know a part.
        """
        start = max(slot.start, floor_quarter(from_ms(self.since)))
        if self.until is None:
            return Slot(start=start, end=slot.end)
        return Slot(start=start, end=min(slot.end, ceil_quarter(from_ms(self.until))))


type Segments = dict[str, list[Segment]]
"""The times of a meter, by direction."""


NOTHING: Final[Mapping[str, Segments]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What has become known of one series since it was last written.

    ``marks`` are where its counter stood at the tops of hours, by hour since 1970.
    """

    key: str
    mark: Mark
    quarters: Mapping[int, Quarter]
    gaps: Sequence[Gap] = field(default_factory=tuple)
    marks: Mapping[int, IndexMark] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """What is known of one slot; ``amount`` is None where nothing is."""

    amount: int | None
    covered_ms: int
    estimated: bool


class QuarterStore:
    """The database, opened once; all its methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; raises StoreDamaged, or sqlite3.Error if it cannot be opened."""
        self.db = Database(path)
        self.ledger = LedgerStore(self.db)
        self.statements = StatementStore(self.db)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def marks(self) -> dict[str, Mark]:
        """Return where each series stood last, by key."""
        with self.db.reading() as db:
            rows = db.execute("SELECT key, at, value FROM series").fetchall()
        return {key: Mark(at=at, index=value) for key, at, value in rows}

    def segments(self) -> dict[str, Segments]:
        """Return what counted each meter and when, by the meter's name."""
        with self.db.reading() as db:
            rows = db.execute(
                "SELECT name, direction, key, since, until FROM meter ORDER BY since"
            ).fetchall()
        found: dict[str, Segments] = {}
        for name, direction, key, since, until in rows:
            segment = Segment(key=key, since=since, until=until)
            found.setdefault(name, {}).setdefault(direction, []).append(segment)
        return found

    def write(
        self,
        batches: Iterable[Batch],
        meters: Mapping[str, Segments] = NOTHING,
        ledger: LedgerBatch = NO_ENTRIES,
    ) -> None:
        """Add to the quarter-hours and the ledger and move the marks, all of it or nothing.

        ``meters`` replaces what is known of the meters that it names.
        """
        with self.db.writing() as db:
            for name, segments in meters.items():
                _replace_meter(db, name, segments)
            self.ledger.write(ledger)
            for batch in batches:
                series = _id(db, batch.key, batch.mark)
                db.executemany(_ADD, [
                    (series, number, each.amount, each.covered_ms, each.estimated)
                    for number, each in batch.quarters.items()
                ])  # fmt: skip
                db.executemany("INSERT OR REPLACE INTO gap VALUES (?, ?, ?)", [
                    (series, to_ms(gap.since), to_ms(gap.until)) for gap in batch.gaps
                ])  # fmt: skip
                self.ledger.write_marks(series, batch.marks)

    def totals(self, key: str, slots: Iterable[Slot]) -> list[Total]:
        """Return what is known of each slot; the slots begin and end with quarter-hours."""
        with self.db.reading() as db, closing(db.cursor()) as cursor:
            series = _known(db, key)
            found = []
            for slot in slots:
                first, last = to_ms(slot.start) // QUARTER_MS, to_ms(slot.end) // QUARTER_MS
                amount, covered, estimated = cursor.execute(_SUM, (series, first, last)).fetchone()
                found.append(
                    Total(amount=amount, covered_ms=covered or 0, estimated=bool(estimated))
                )
            return found

    def quarters(self, key: str, start: datetime, end: datetime) -> dict[int, Quarter]:
        """Return the quarter-hours in ``[start, end)``, by number since 1970."""
        with self.db.reading() as db:
            rows = db.execute(
                "SELECT number, amount, covered_ms, estimated FROM quarter"
                " WHERE series = ? AND number >= ? AND number < ?",
                (_known(db, key), to_ms(start) // QUARTER_MS, to_ms(end) // QUARTER_MS),
            ).fetchall()
        return {
            number: Quarter(amount=amount, covered_ms=covered, estimated=bool(estimated))
            for number, amount, covered, estimated in rows
        }

    def gaps(self, key: str) -> list[Gap]:
        """Return the gaps of a series that wait to be filled, in their order."""
        with self.db.reading() as db:
            rows = db.execute(
                "SELECT since, until FROM gap WHERE series = ? ORDER BY since",
                (_known(db, key),),
            ).fetchall()
        return [Gap(since=from_ms(since), until=from_ms(until)) for since, until in rows]

    def put(self, key: str, quarters: Mapping[int, Quarter], *, read: bool = False) -> None:
        """Replace quarter-hours by what is better known.

        Readings that a person brought in are forgotten there, unless it is ``read`` itself.
        """
        with self.db.writing() as db:
            series = _known(db, key)
            if quarters and not read:
                db.execute(
                    "DELETE FROM reading WHERE series = ? AND at > ? AND at < ?",
                    (series, min(quarters) * QUARTER_MS, (max(quarters) + 1) * QUARTER_MS),
                )
            db.executemany("INSERT OR REPLACE INTO quarter VALUES (?, ?, ?, ?, ?)", [
                (series, number, each.amount, each.covered_ms, each.estimated)
                for number, each in quarters.items()
            ])  # fmt: skip

    def fill(self, key: str, gap: Gap, quarters: Mapping[int, Quarter]) -> None:
        """Replace quarter-hours, and forget the gap that they were in."""
        with self.db.writing() as db:
            self.put(key, quarters)
            db.execute(
                "DELETE FROM gap WHERE series = ? AND since = ?",
                (_known(db, key), to_ms(gap.since)),
            )

    def advance(self, key: str, mark: Mark) -> None:
        """Let a series, new or known, stand where it was read, unless it was read later."""
        with self.db.writing() as db:
            db.execute(
                "INSERT INTO series (key, at, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
                " at = excluded.at, value = excluded.value WHERE excluded.at >= at",
                (key, mark.at, mark.index),
            )

    def begin(self, key: str, mark: Mark) -> None:
        """Know a series from now on; one that is known stays where it stands."""
        with self.db.writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO series (key, at, value) VALUES (?, ?, ?)",
                (key, mark.at, mark.index),
            )

    def forget(self, key: str, start: datetime, end: datetime) -> None:
        """Forget the quarter-hours of a time, and the gaps within it."""
        with self.db.writing() as db:
            series = _known(db, key)
            db.execute(
                "DELETE FROM quarter WHERE series = ? AND number >= ? AND number < ?",
                (series, to_ms(start) // QUARTER_MS, to_ms(end) // QUARTER_MS),
            )
            db.execute(
                "DELETE FROM gap WHERE series = ? AND since >= ? AND until <= ?",
                (series, to_ms(start), to_ms(end)),
            )

    def put_marks(self, key: str, marks: Mapping[int, IndexMark]) -> None:
        """Replace where a counter stood at the tops of hours."""
        with self.db.writing() as db:
            self.ledger.write_marks(_known(db, key), marks)

    def put_readings(self, key: str, start: int, end: int, readings: Mapping[int, int]) -> None:
        """Replace where a counter was read in ``[start, end]``; all in ms."""
        with self.db.writing() as db:
            series = _known(db, key)
            db.execute(
                "DELETE FROM reading WHERE series = ? AND at >= ? AND at <= ?", (series, start, end)
            )
            db.executemany("INSERT INTO reading VALUES (?, ?, ?)", [
                (series, at, index) for at, index in readings.items()
            ])  # fmt: skip

    def readings(self, key: str, start: int, end: int) -> dict[int, int]:
        """Return where a counter was read in ``[start, end]`` by a person; all in ms."""
        with self.db.reading() as db:
            found = db.execute(
                "SELECT at, value FROM reading WHERE series = ? AND at >= ? AND at <= ?",
                (_known(db, key), start, end),
            ).fetchall()
        return dict(found)

    def prune(self, now: datetime) -> None:
        """Forget what is older than is kept, and series of which nothing is left."""
        oldest = to_ms(now - KEPT) // QUARTER_MS
        with self.db.writing() as db:
            for (series,) in db.execute("SELECT id FROM series").fetchall():
                db.execute("DELETE FROM quarter WHERE series = ? AND number < ?", (series, oldest))
            db.execute(
                "DELETE FROM series WHERE at < ? AND id NOT IN (SELECT series FROM quarter)"
                " AND id NOT IN (SELECT series FROM index_mark)"
                " AND id NOT IN (SELECT series FROM reading)",
                (oldest * QUARTER_MS,),
            )
            db.execute("DELETE FROM gap WHERE until < ?", (oldest * QUARTER_MS,))


def _replace_meter(db: sqlite3.Connection, name: str, segments: Segments) -> None:
    db.execute("DELETE FROM meter WHERE name = ?", (name,))
    db.executemany("INSERT INTO meter VALUES (?, ?, ?, ?, ?)", [
        (name, direction, each.since, each.key, each.until)
        for direction, times in segments.items()
        for each in times
    ])  # fmt: skip


def _id(db: sqlite3.Connection, key: str, mark: Mark) -> int:
    """Return the number of a series, new or known, with its mark moved."""
    db.execute(
        "INSERT INTO series (key, at, value) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET at = excluded.at, value = excluded.value",
        (key, mark.at, mark.index),
    )
    return _known(db, key)


def _known(db: sqlite3.Connection, key: str) -> int:
    """Return the number of a series, -1 if there is none of that key."""
    row = db.execute("SELECT id FROM series WHERE key = ?", (key,)).fetchone()
    return -1 if row is None else int(row[0])
