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
from threading import Lock
from types import MappingProxyType
from typing import Final

from ..core.quarters import Gap, Mark, Quarter
from ..core.timeline import QUARTER_MS, Slot, ceil_quarter, floor_quarter, from_ms, to_ms

KEPT: Final = timedelta(days=430)
"""Thirteen months and some days: this month can be set against that of last year."""

_VERSION: Final = 1
_SCHEMA: Final = """
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
"""

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


DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""What SQLite calls a file that is no database; a full disk, or a lock, damages nothing."""


class StoreDamaged(Exception):
    """The file is no database of ours, or of a newer version of ECOM."""


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
    """What has become known of one series since it was last written."""

    key: str
    mark: Mark
    quarters: Mapping[int, Quarter]
    gaps: Sequence[Gap] = field(default_factory=tuple)


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
        self._lock = Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def marks(self) -> dict[str, Mark]:
        """Return where each series stood last, by key."""
        with self._lock:
            rows = self._db.execute("SELECT key, at, value FROM series").fetchall()
        return {key: Mark(at=at, index=value) for key, at, value in rows}

    def segments(self) -> dict[str, Segments]:
        """Return what counted each meter and when, by the meter's name."""
        with self._lock:
            rows = self._db.execute(
                "SELECT name, direction, key, since, until FROM meter ORDER BY since"
            ).fetchall()
        found: dict[str, Segments] = {}
        for name, direction, key, since, until in rows:
            segment = Segment(key=key, since=since, until=until)
            found.setdefault(name, {}).setdefault(direction, []).append(segment)
        return found

    def write(self, batches: Iterable[Batch], meters: Mapping[str, Segments] = NOTHING) -> None:
        """Add to the quarter-hours and move the marks, all of it or nothing.

        ``meters`` replaces what is known of the meters that it names.
        """
        with self._lock, self._transaction():
            for name, segments in meters.items():
                self._replace_meter(name, segments)
            for batch in batches:
                series = self._id(batch.key, batch.mark)
                self._db.executemany(_ADD, [
                    (series, number, each.amount, each.covered_ms, each.estimated)
                    for number, each in batch.quarters.items()
                ])  # fmt: skip
                self._db.executemany("INSERT OR REPLACE INTO gap VALUES (?, ?, ?)", [
                    (series, to_ms(gap.since), to_ms(gap.until)) for gap in batch.gaps
                ])  # fmt: skip

    def totals(self, key: str, slots: Iterable[Slot]) -> list[Total]:
        """Return what is known of each slot; the slots begin and end with quarter-hours."""
        with self._lock, closing(self._db.cursor()) as cursor:
            series = self._known(key)
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
        with self._lock:
            rows = self._db.execute(
                "SELECT number, amount, covered_ms, estimated FROM quarter"
                " WHERE series = ? AND number >= ? AND number < ?",
                (self._known(key), to_ms(start) // QUARTER_MS, to_ms(end) // QUARTER_MS),
            ).fetchall()
        return {
            number: Quarter(amount=amount, covered_ms=covered, estimated=bool(estimated))
            for number, amount, covered, estimated in rows
        }

    def gaps(self, key: str) -> list[Gap]:
        """Return the gaps of a series that wait to be filled, in their order."""
        with self._lock:
            rows = self._db.execute(
                "SELECT since, until FROM gap WHERE series = ? ORDER BY since",
                (self._known(key),),
            ).fetchall()
        return [Gap(since=from_ms(since), until=from_ms(until)) for since, until in rows]

    def fill(self, key: str, gap: Gap, quarters: Mapping[int, Quarter]) -> None:
        """Replace quarter-hours by what is better known, and forget the gap."""
        with self._lock, self._transaction():
            series = self._known(key)
            self._db.executemany("INSERT OR REPLACE INTO quarter VALUES (?, ?, ?, ?, ?)", [
                (series, number, each.amount, each.covered_ms, each.estimated)
                for number, each in quarters.items()
            ])  # fmt: skip
            self._db.execute(
                "DELETE FROM gap WHERE series = ? AND since = ?", (series, to_ms(gap.since))
            )

    def prune(self, now: datetime) -> None:
        """Forget what is older than is kept, and series of which nothing is left."""
        oldest = to_ms(now - KEPT) // QUARTER_MS
        with self._lock, self._transaction():
            for (series,) in self._db.execute("SELECT id FROM series").fetchall():
                self._db.execute(
                    "DELETE FROM quarter WHERE series = ? AND number < ?", (series, oldest)
                )
            self._db.execute(
                "DELETE FROM series WHERE at < ? AND id NOT IN (SELECT series FROM quarter)",
                (oldest * QUARTER_MS,),
            )
            self._db.execute("DELETE FROM gap WHERE until < ?", (oldest * QUARTER_MS,))

    def checkpoint(self) -> None:
        """Bring everything into the one file, so that a copy of it is whole."""
        with self._lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _prepare(self) -> None:
        """Make the tables of a new file, and see that an old one is sound."""
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self._db.executescript(
                    f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;"
                )
            (verdict,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as err:
            if err.sqlite_errorcode & 0xFF in DAMAGED:
                raise StoreDamaged(str(err)) from err
            raise
        if verdict != "ok" or version > _VERSION:
            raise StoreDamaged(verdict if verdict != "ok" else "of a newer version")

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db)

    def _replace_meter(self, name: str, segments: Segments) -> None:
        self._db.execute("DELETE FROM meter WHERE name = ?", (name,))
        self._db.executemany("INSERT INTO meter VALUES (?, ?, ?, ?, ?)", [
            (name, direction, each.since, each.key, each.until)
            for direction, times in segments.items()
            for each in times
        ])  # fmt: skip

    def _id(self, key: str, mark: Mark) -> int:
        """Return the number of a series, new or known, with its mark moved."""
        self._db.execute(
            "INSERT INTO series (key, at, value) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET at = excluded.at, value = excluded.value",
            (key, mark.at, mark.index),
        )
        return self._known(key)

    def _known(self, key: str) -> int:
        """Return the number of a series, -1 if there is none of that key."""
        row = self._db.execute("SELECT id FROM series WHERE key = ?", (key,)).fetchone()
        return -1 if row is None else int(row[0])


class _Transaction:
    """All of it, or nothing."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        if failed is None:
            self._db.execute("COMMIT")
        elif self._db.in_transaction:  # A full disk has rolled it back already.
            self._db.execute("ROLLBACK")
