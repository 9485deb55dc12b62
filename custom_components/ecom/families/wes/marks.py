"""The readings that a counter's guard remembers, and how they are stored."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

_MOST: Final = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Mark:
    """A reading, and when."""

    raw: Decimal
    at: datetime

    def dump(self) -> list[str]:
        """Return it as JSON data."""
        return [str(self.raw), self.at.isoformat()]


@dataclass(frozen=True, slots=True)
class Series:
    """Refused readings that agree with each other: when it began, its newest, how many."""

    since: datetime
    newest: Mark
    count: int = 1


def decimal_of(number: float | Decimal) -> Decimal:
    """Return a number by the digits that it is written with, not by those of its binary."""
    return number if isinstance(number, Decimal) else Decimal(str(number))


def countable(number: Decimal) -> bool:
    """Return whether a counter can show it."""
    return number.is_finite() and 0 <= number < _MOST


def plain(number: Decimal) -> int | float:
    """Return an int where it is whole, else a float."""
    return int(number) if number == number.to_integral_value() else float(number)


def loaded(data: Any) -> tuple[Mark | None, Decimal | None, Decimal, Series | None]:
    """Return the parts of a dump; raises whatever a broken one leads to."""
    last = None if data["last"] is None else _loaded_mark(*data["last"])
    before = None if data["before"] is None else _loaded_number(data["before"])
    offset = Decimal(str(data["offset"]))
    if not offset.is_finite() or abs(offset) >= _MOST or (last and last.raw + offset < 0):
        raise ValueError("an offset that no exchange can lead to")
    suspect = None
    if data["suspect"] is not None:
        since, raw, at, count = data["suspect"]
        suspect = Series(_loaded_moment(since), _loaded_mark(raw, at), max(1, int(count)))
    return last, before, offset, suspect


def loaded_start(data: Any) -> Decimal | None:
    """Return where a dump lets the total begin, if anywhere."""
    return None if data.get("start") is None else _loaded_number(data["start"])


def _loaded_mark(raw: object, at: str) -> Mark:
    return Mark(_loaded_number(raw), _loaded_moment(at))


def _loaded_number(text: object) -> Decimal:
    number = Decimal(str(text))
    if not countable(number):
        raise ValueError("not a reading")
    return number


def _loaded_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment
