"""The file of quarter-hours and ledger: opened once, brought to this version, never half written.

Everything here blocks: Home Assistant calls it from its executor.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

from .statement_tables import STATEMENTS

_QUARTERS: Final = """
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

# The totals' money is a text: in a currency of small units it outgrows eight octets.
_LEDGER: Final = """
CREATE TABLE account (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
  amount INTEGER NOT NULL, money TEXT NOT NULL, unpriced INTEGER NOT NULL
);
CREATE TABLE band (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE entry (
  minute INTEGER NOT NULL, account INTEGER NOT NULL, band INTEGER NOT NULL,
  amount INTEGER NOT NULL, money INTEGER NOT NULL, unpriced INTEGER NOT NULL,
  bound INTEGER NOT NULL, against INTEGER NOT NULL, flags INTEGER NOT NULL,
  PRIMARY KEY (minute, account, band)
) WITHOUT ROWID;
CREATE TABLE index_mark (
  series INTEGER NOT NULL, hour INTEGER NOT NULL,
  value INTEGER NOT NULL, estimated INTEGER NOT NULL,
  PRIMARY KEY (series, hour)
) WITHOUT ROWID;
CREATE TABLE exchange (
  series TEXT NOT NULL, at INTEGER NOT NULL, closing INTEGER NOT NULL, opening INTEGER NOT NULL,
  PRIMARY KEY (series, at)
) WITHOUT ROWID;
"""

_TEMPERATURES: Final = """
CREATE TABLE temperature (
  day TEXT NOT NULL, member TEXT NOT NULL,
  minimum REAL NOT NULL, maximum REAL NOT NULL, weighted REAL NOT NULL, seconds REAL NOT NULL,
  PRIMARY KEY (day, member)
) WITHOUT ROWID;
"""

_READINGS: Final = """
CREATE TABLE reading (
  series INTEGER NOT NULL, at INTEGER NOT NULL, value INTEGER NOT NULL,
  PRIMARY KEY (series, at)
) WITHOUT ROWID;
"""

_VERSIONS: Final = (_QUARTERS, _LEDGER, _TEMPERATURES, STATEMENTS, _READINGS)
"""What each version added to the one before, from nothing on."""

DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""What SQLite calls a file that is no database; a full disk, or a lock, damages nothing."""


class StoreDamaged(Exception):
    """The file is no database of ours, or of a newer version of ECOM."""


class Database:
    """The open file; what it lends may be used from any thread, one at a time."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; raises StoreDamaged, or sqlite3.Error if it cannot be opened."""
        self._lock = RLock()
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

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection to one reader."""
        with self._lock:
            yield self._db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend it for a transaction: all of it or nothing; one within another is a part of it."""
        with self._lock:
            if self._begun():
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._begun():  # A full disk may have rolled it back already.
                    self._db.execute("ROLLBACK")
                raise

    def checkpoint(self) -> None:
        """Bring everything into the one file, so that a copy of it is whole."""
        with self._lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _begun(self) -> bool:
        return self._db.in_transaction

    def _prepare(self) -> None:
        """See that an old file is sound, and bring it, or a new one, to this version."""
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            (verdict,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as err:
            if err.sqlite_errorcode & 0xFF in DAMAGED:
                raise StoreDamaged(str(err)) from err
            raise
        if verdict != "ok" or version > len(_VERSIONS):
            raise StoreDamaged(verdict if verdict != "ok" else "of a newer version")
        if added := "".join(_VERSIONS[version:]):
            self._db.executescript(
                f"BEGIN IMMEDIATE; {added} PRAGMA user_version = {len(_VERSIONS)}; COMMIT;"
            )
