"""The ledger on disk: what each account counted and what it cost, for ever.

It is written in the transaction that moves the counters' marks, so that whatever the
moment of a crash, nothing is billed twice and what is missing is billed by the next reading.

Everything here blocks: Home Assistant calls it from its executor.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final

from ..core.costs.exchange import Exchange, IndexMark
from ..core.costs.rows import HOUR_MS, MINUTE_MS, Flag, Row, RowKey, Rows, Totals, total
from ..core.quarters import Mark
from ..core.timeline import from_ms, to_ms
from .database import Database

HOURS_KEPT: Final = timedelta(days=60)
"""So long the index of every hour is kept; later only that of midnights."""

_ADD: Final = """
INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  amount = amount + excluded.amount, money = money + excluded.money,
  unpriced = unpriced + excluded.unpriced, bound = bound + excluded.bound,
  against = against + excluded.against, flags = flags | excluded.flags
"""
_ROWS: Final = """
SELECT minute, band.name, amount, money, unpriced, bound, against, flags
FROM entry JOIN band ON band.id = entry.band
WHERE minute >= ? AND minute < ? AND account = ? ORDER BY minute
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerBatch:
    """What has become known since it was last written: rows by account, and renamed accounts."""

    rows: Mapping[str, Rows] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)


NO_ENTRIES: Final = LedgerBatch()


class LedgerStore:
    """The ledger's tables; times are in ms and half-open, all methods may be called anywhere."""

    def __init__(self, db: Database) -> None:
        """Take the file, which is open."""
        self._db = db

    def totals(self) -> dict[str, Totals]:
        """Return what each account has counted in all, by its key."""
        with self._db.reading() as db:
            found = db.execute("SELECT key, amount, money, unpriced FROM account").fetchall()
        return {
            key: Totals(amount=amount, money=int(money), unpriced=unpriced)
            for key, amount, money, unpriced in found
        }

    def write(self, batch: LedgerBatch) -> None:
        """Add rows and their sums, all of it or nothing; a name that is taken is not given."""
        with self._db.writing() as db:
            for old, new in batch.renamed.items():
                db.execute("UPDATE OR IGNORE account SET key = ? WHERE key = ?", (new, old))
            for key, rows in batch.rows.items():
                _add(db, key, rows)

    def rows(self, key: str, start: int, end: int) -> dict[RowKey, Row]:
        """Return the rows of an account that begin in a time."""
        with self._db.reading() as db:
            found = db.execute(_ROWS, (*_minutes(start, end), _account(db, key))).fetchall()
        return {
            (minute, band): Row(
                amount=amount,
                money=money,
                unpriced=unpriced,
                bound=bound,
                against=against,
                flags=Flag(flags),
            )
            for minute, band, amount, money, unpriced, bound, against, flags in found
        }

    def sums(self, key: str, start: int, end: int) -> dict[str, Row]:
        """Return what an account holds of a time, by band; a row is of the time it begins in."""
        found: dict[str, Row] = {}
        for (_, band), row in self.rows(key, start, end).items():
            found.setdefault(band, Row()).add(row)
        return found

    def used(self, key: str, since: int, until: int) -> int:
        """Return the amount that an account counted in a time, such as since its cycle began."""
        with self._db.reading() as db:
            (amount,) = db.execute(
                "SELECT coalesce(sum(amount), 0) FROM entry"
                " WHERE minute >= ? AND minute < ? AND account = ?",
                (*_minutes(since, until), _account(db, key)),
            ).fetchone()
        return int(amount)

    def first(self, key: str) -> int | None:
        """Return when the first row of an account begins, in ms; None if it has none."""
        return self._moment("SELECT min(minute) FROM entry WHERE account = ?", key)

    def last(self, key: str) -> int | None:
        """Return when the last row of an account begins, in ms; None if it has none."""
        return self._moment("SELECT max(minute) FROM entry WHERE account = ?", key)

    def _moment(self, query: str, key: str) -> int | None:
        with self._db.reading() as db:
            (minute,) = db.execute(query, (_account(db, key),)).fetchone()
        return None if minute is None else int(minute) * MINUTE_MS

    def before(self, key: str, since: int) -> Totals:
        """Return what an account counted and cost before a moment."""
        with self._db.reading() as db:
            found = db.execute(
                "SELECT amount, money, unpriced FROM entry WHERE minute < ? AND account = ?",
                (_minutes(since, since)[0], _account(db, key)),
            )
            totals = Totals()
            for amount, money, unpriced in found:
                totals.add(Totals(amount=amount, money=money, unpriced=unpriced))
        return totals

    def replace(
        self, key: str, start: int, end: int, rows: Rows, *, band: str | None = None
    ) -> Totals:
        """Replace the rows of a time, or those of one band; return by how much that changes all."""
        with self._db.writing() as db:
            old = {
                at: row
                for at, row in self.rows(key, start, end).items()
                if band is None or at[1] == band
            }
            before = total(old.values())
            account = _account(db, key)
            db.executemany(
                "DELETE FROM entry WHERE minute = ? AND account = ? AND band = ?",
                [(minute, account, _band(db, name)) for minute, name in old],
            )
            _add(db, key, rows)
            _sum(db, key, Totals().less(before))
        return total(rows.values()).less(before)

    def write_marks(self, series: int, marks: Mapping[int, IndexMark]) -> None:
        """Keep where a counter stood, by hour since 1970; what was known of them is replaced."""
        with self._db.writing() as db:
            db.executemany("INSERT OR REPLACE INTO index_mark VALUES (?, ?, ?, ?)", [
                (series, hour, mark.index, mark.estimated) for hour, mark in marks.items()
            ])  # fmt: skip

    def marks(self, key: str, start: int, end: int) -> dict[int, IndexMark]:
        """Return where a counter stood in a time, by hour since 1970."""
        with self._db.reading() as db:
            found = db.execute(
                "SELECT hour, index_mark.value, estimated FROM index_mark"
                " JOIN series ON series.id = series WHERE key = ? AND hour >= ? AND hour < ?",
                (key, -(-start // HOUR_MS), -(-end // HOUR_MS)),
            ).fetchall()
        return {
            hour: IndexMark(index=value, estimated=bool(estimated))
            for hour, value, estimated in found
        }

    def index_at(self, key: str, moment: int) -> tuple[Mark, bool] | None:
        """Return the last index that is kept up to a moment, and whether it is estimated."""
        with self._db.reading() as db:
            found = db.execute(
                "SELECT hour, index_mark.value, estimated FROM index_mark"
                " JOIN series ON series.id = series WHERE key = ? AND hour <= ?"
                " ORDER BY hour DESC LIMIT 1",
                (key, moment // HOUR_MS),
            ).fetchone()
        if found is None:
            return None
        hour, value, estimated = found
        return Mark(at=hour * HOUR_MS, index=value), bool(estimated)

    def add_exchange(self, key: str, exchange: Exchange) -> None:
        """Keep that a counter was exchanged; what was said of the same moment is replaced."""
        with self._db.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO exchange VALUES (?, ?, ?, ?)",
                (key, exchange.at, exchange.closing, exchange.opening),
            )
            # What was read then was read of one of the two, and nobody knows of which.
            db.execute(
                "DELETE FROM reading WHERE at = ? AND series IN"
                " (SELECT id FROM series WHERE key = ?)",
                (exchange.at, key),
            )

    def forget_exchanges(self, key: str, start: int, end: int) -> None:
        """Forget the exchanges of a counter after a moment, up to another one."""
        with self._db.writing() as db:
            db.execute(
                "DELETE FROM exchange WHERE series = ? AND at > ? AND at <= ?", (key, start, end)
            )

    def exchanges(self, key: str) -> list[Exchange]:
        """Return when a counter was exchanged, in order."""
        with self._db.reading() as db:
            found = db.execute(
                "SELECT at, closing, opening FROM exchange WHERE series = ? ORDER BY at", (key,)
            ).fetchall()
        return [Exchange(at=at, closing=closing, opening=opening) for at, closing, opening in found]

    def prune(self, now: datetime, zone: tzinfo) -> None:
        """Forget the indexes of old hours, but for those in which a day of the zone begins."""
        oldest = to_ms(now - HOURS_KEPT) // HOUR_MS
        with self._db.writing() as db:
            hours = db.execute(
                "SELECT DISTINCT hour FROM index_mark WHERE hour < ?", (oldest,)
            ).fetchall()
            db.executemany(
                "DELETE FROM index_mark WHERE hour = ?",
                [(hour,) for (hour,) in hours if not _begins_a_day(hour, zone)],
            )


def _begins_a_day(hour: int, zone: tzinfo) -> bool:
    """Return whether a midnight of the zone lies in an hour, wherever in it."""
    before, last = from_ms(hour * HOUR_MS - 1), from_ms((hour + 1) * HOUR_MS - 1)
    return before.astimezone(zone).date() != last.astimezone(zone).date()


def _minutes(start: int, end: int) -> tuple[int, int]:
    return -(-start // MINUTE_MS), -(-end // MINUTE_MS)


def _add(db: sqlite3.Connection, key: str, rows: Rows) -> None:
    """Add rows to those of an account, and their sum to its totals."""
    _sum(db, key, total(rows.values()))
    account = _account(db, key)
    db.executemany(_ADD, [
        (minute, account, _band(db, band), row.amount, row.money, row.unpriced,
         row.bound, row.against, int(row.flags))
        for (minute, band), row in rows.items()
    ])  # fmt: skip


def _sum(db: sqlite3.Connection, key: str, more: Totals) -> None:
    """Add to the totals of an account, new or known."""
    found = db.execute("SELECT amount, money, unpriced FROM account WHERE key = ?", (key,))
    amount, money, unpriced = found.fetchone() or (0, "0", 0)
    db.execute(
        "INSERT INTO account (key, amount, money, unpriced) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET"
        " amount = excluded.amount, money = excluded.money, unpriced = excluded.unpriced",
        (key, amount + more.amount, str(int(money) + more.money), unpriced + more.unpriced),
    )


def _account(db: sqlite3.Connection, key: str) -> int:
    """Return the number of an account, -1 if there is none of that key."""
    row = db.execute("SELECT id FROM account WHERE key = ?", (key,)).fetchone()
    return -1 if row is None else int(row[0])


def _band(db: sqlite3.Connection, name: str) -> int:
    """Return the number of a band, new or known."""
    db.execute("INSERT OR IGNORE INTO band (name) VALUES (?)", (name,))
    return int(db.execute("SELECT id FROM band WHERE name = ?", (name,)).fetchone()[0])
