"""Statements that were issued, as they were on that day, for ever.

A number and the statement that bears it are written in one transaction, so that numbers have
no hole. Everything here blocks: Home Assistant calls it from its executor.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from ..const import SITE_UID
from ..core.billing.figures import figures
from ..core.billing.render_csv import render_csv
from ..core.billing.render_html import render_html
from ..core.billing.snapshot import (
    StatementError,
    canonical,
    correction_of,
    from_snapshot,
    next_number,
)
from ..core.billing.statement import Statement
from ..core.timeline import from_ms, to_ms
from .database import Database

_NUMBERED: Final = """
SELECT number, party, since, until, issued_at, snapshot, csv, html FROM statement
WHERE number = ?
"""
_LAST: Final = """
SELECT number, party, since, until, issued_at, snapshot, csv, html FROM statement
WHERE party = ? AND since = ? AND until = ? ORDER BY rowid DESC LIMIT 1
"""
_OVERLAPS: Final = """
SELECT number FROM statement
WHERE party = ? AND since < ? AND until > ? ORDER BY rowid DESC LIMIT 1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """A statement with its number, whom it is for, and what was handed out."""

    number: str
    party: str
    since: date
    until: date
    issued_at: datetime
    statement: Statement
    csv: str
    html: str


class StatementStore:
    """The table of statements; all methods may be called from any thread."""

    def __init__(self, db: Database) -> None:
        """Take the file, which is open."""
        self._db = db

    def issue(self, party: str, draft: Statement, now: datetime) -> tuple[Issued, bool]:
        """Issue a draft, and return whether it is new.

        Where a statement of the same period was issued and its figures are the same still, it
        is that one. Where they are not, the draft becomes a correction of it. Raises
        ``StatementError`` where the numbers of the year have a hole, and where a member has a
        statement of some of these days already: those would be paid twice.
        """
        with self._db.writing() as db:
            last = self.last(party, draft.since, draft.until)
            if last is not None and figures(last.statement) == figures(draft):
                return last, False
            if last is None and party != SITE_UID:
                self._check_days(party, draft)
            numbers = [number for (number,) in db.execute("SELECT number FROM statement")]
            statement = replace(
                draft,
                number=next_number(numbers, draft.issued_on.year),
                corrects=None if last is None else correction_of(last.statement),
            )
            issued = Issued(
                number=str(statement.number),
                party=party,
                since=draft.since,
                until=draft.until,
                issued_at=now,
                statement=statement,
                csv=render_csv(statement),
                html=render_html(statement),
            )
            db.execute("INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(issued))
        return issued, True

    def _check_days(self, party: str, draft: Statement) -> None:
        """See that no statement of a party holds any of the days of a draft."""
        with self._db.reading() as db:
            days = draft.until.isoformat(), draft.since.isoformat()
            found = db.execute(_OVERLAPS, (party, *days)).fetchone()
        if found is not None:
            raise StatementError("statement_overlaps", {"number": found[0]})

    def numbered(self, number: str) -> Issued | None:
        """Return the statement that bears a number."""
        return self._one(_NUMBERED, (number,))

    def last(self, party: str, since: date, until: date) -> Issued | None:
        """Return the statement of a period that was issued last."""
        return self._one(_LAST, (party, since.isoformat(), until.isoformat()))

    def _one(self, query: str, values: tuple[str, ...]) -> Issued | None:
        with self._db.reading() as db:
            found = db.execute(query, values).fetchone()
        return None if found is None else _issued(found)


def _row(issued: Issued) -> tuple[object, ...]:
    statement = issued.statement
    return (
        issued.number,
        issued.party,
        issued.since.isoformat(),
        issued.until.isoformat(),
        statement.language.value,
        to_ms(issued.issued_at),
        None if statement.corrects is None else statement.corrects.number,
        zlib.compress(canonical(statement)),
        zlib.compress(issued.csv.encode()),
        zlib.compress(issued.html.encode()),
    )


def _issued(row: Sequence[Any]) -> Issued:
    number, party, since, until, issued_at, snapshot, csv, html = row
    return Issued(
        number=number,
        party=party,
        since=date.fromisoformat(since),
        until=date.fromisoformat(until),
        issued_at=from_ms(issued_at),
        statement=from_snapshot(json.loads(zlib.decompress(snapshot))),
        csv=zlib.decompress(csv).decode(),
        html=zlib.decompress(html).decode(),
    )
