"""Statements that were issued: their snapshots, their numbers, and what corrects them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from .codec import dump, load
from .statement import Correction, Statement

SCHEMA: Final = 1
"""The form of a snapshot."""


class StatementError(ValueError):
    """A statement that cannot be; ``args[0]`` is a translation key, then its placeholders."""


def snapshot(statement: Statement) -> dict[str, Any]:
    """Return a statement as JSON holds it, complete: nothing else is needed to render it."""
    return {"schema": SCHEMA, "statement": dump(statement)}


def from_snapshot(data: Mapping[str, Any]) -> Statement:
    """Return the statement of a snapshot. Raises ``StatementError`` if it is none."""
    if data.get("schema") != SCHEMA:
        raise StatementError("other_schema", {"schema": str(data.get("schema"))})
    try:
        return load(Statement, data.get("statement"))
    except ValueError as err:
        raise StatementError("no_snapshot", {"fault": str(err)}) from err


def canonical(statement: Statement) -> bytes:
    """Return a snapshot as the same bytes every time."""
    held = snapshot(statement)
    return json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def next_number(issued: Iterable[str], year: int) -> str:
    """Return the number after the last one issued in a year, ``2026-0001`` for the first.

    Corrections take their numbers from the same sequence. Raises ``StatementError`` if a
    number of the year is missing: the sequence has no hole.
    """
    prefix = f"{year:04}-"
    taken = {number for number in issued if number.startswith(prefix)}
    if taken != {_number(year, count) for count in range(1, len(taken) + 1)}:
        raise StatementError("broken_sequence", {"year": str(year)})
    return _number(year, len(taken) + 1)


def _number(year: int, count: int) -> str:
    return f"{year:04}-{count:04}"


def correction_of(issued: Statement) -> Correction:
    """Return the reference to a statement that another takes the place of.

    Raises ``StatementError`` for a draft: that can be changed.
    """
    if issued.number is None:
        raise StatementError("draft_not_corrected")
    return Correction(number=issued.number, issued_on=issued.issued_on, balance=issued.balance)
