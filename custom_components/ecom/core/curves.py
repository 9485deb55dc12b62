"""Prices over time as an entity told them, kept so that the past can be priced anew."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final

from .tariffs.pricing import CurvePoint
from .tariffs.typed import LARGEST_PRICE
from .timeline import from_ms, to_ms

LONGEST: Final = timedelta(days=1)
"""A price that is stated without an end holds no longer than this."""

EVER: Final = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""A price from before or after that is none: with such times nothing can be reckoned."""

_STARTS: Final = ("start", "start_time", "startsAt", "from", "time", "datetime", "timestamp")
_ENDS: Final = ("end", "end_time", "endsAt", "till", "to")
_VALUES: Final = ("value", "price", "price_per_kwh", "total")


def price_of(stated: Any, scale: Decimal) -> Decimal | None:
    """Return a price that a state or an attribute holds, None if it is no number, or no price.

    What no unit can cost is no price: some sensors show such numbers when they know nothing.
    """
    if isinstance(stated, bool) or not isinstance(stated, int | float | str | Decimal):
        return None
    try:
        price = Decimal(str(stated)) * scale
    except ArithmeticError, ValueError:
        return None
    return price if price.is_finite() and abs(price) <= LARGEST_PRICE else None


def points_of(attributes: Mapping[str, Any], scale: Decimal, zone: tzinfo) -> Iterator[CurvePoint]:
    """Yield the prices that an entity's attributes foretell, in whatever words.

    Read are lists of mappings that hold a beginning and a price. A time without a zone is
    local. A price without an end holds until the next one of its list. What is foretold
    is provisional until the entity shows it.
    """
    for listed in attributes.values():
        if not isinstance(listed, list | tuple):
            continue
        found = [point for each in listed if (point := _point(each, scale, zone)) is not None]
        found.sort(key=lambda point: point[0])
        for (start, end, value), after in zip_longest(found, found[1:]):
            until = end or (after[0] if after else None) or start + timedelta(hours=1)
            if start < until <= start + LONGEST:
                yield CurvePoint(start=start, end=until, value=value, provisional=True)


def _point(
    stated: Any, scale: Decimal, zone: tzinfo
) -> tuple[datetime, datetime | None, Decimal] | None:
    if not isinstance(stated, Mapping):
        return None
    start = _moment(_first(stated, _STARTS), zone)
    value = price_of(_first(stated, _VALUES), scale)
    if start is None or value is None:
        return None
    return start, _moment(_first(stated, _ENDS), zone), value


def _first(stated: Mapping[Any, Any], names: Iterable[str]) -> Any:
    return next((stated[name] for name in names if name in stated), None)


def _moment(stated: Any, zone: tzinfo) -> datetime | None:
    """Return a moment in UTC, None if it is none that a price can have."""
    if isinstance(stated, str):
        try:
            stated = datetime.fromisoformat(stated)
        except ValueError:
            return None
    if not isinstance(stated, datetime):
        return None
    try:
        found = (stated if stated.tzinfo else stated.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError, ValueError:
        return None
    return found if EVER[0] <= found < EVER[1] else None


@dataclass(slots=True)
class _Held:
    """A price from ``start`` to ``end``, in ms."""

    start: int
    end: int
    value: Decimal
    provisional: bool

    def cut(self, start: int, end: int) -> _Held:
        """Return the part of it within a time."""
        return _Held(max(self.start, start), min(self.end, end), self.value, self.provisional)

    def is_like(self, other: _Held) -> bool:
        """Return whether it says the same of its time."""
        return (self.value, self.provisional) == (other.value, other.provisional)


class RecordedCurve:
    """What has been told of one curve; what is told later replaces what was told before."""

    def __init__(self) -> None:
        """Know nothing."""
        self._held: list[_Held] = []

    def points(self, start: datetime, end: datetime) -> Iterator[CurvePoint]:
        """Yield what is known of ``[start, end)``, in order."""
        since, until = to_ms(start), to_ms(end)
        at = max(bisect_right(self._held, since, key=lambda held: held.start) - 1, 0)
        for held in self._held[at:]:
            if held.start >= until:
                return
            if held.end > since:
                part = held.cut(since, until)
                yield CurvePoint(
                    start=from_ms(part.start),
                    end=from_ms(part.end),
                    value=part.value,
                    provisional=part.provisional,
                )

    def tell(self, points: Iterable[CurvePoint]) -> datetime | None:
        """Take points; return the moment from which something has changed, None if nothing has."""
        changed: int | None = None
        for point in points:
            new = _Held(to_ms(point.start), to_ms(point.end), point.value, point.provisional)
            since = self._differs_from(new)
            if since is not None:
                self._replace(new.cut(since, new.end))
                changed = since if changed is None else min(changed, since)
        return None if changed is None else from_ms(changed)

    def last_before(self, moment: datetime) -> CurvePoint | None:
        """Return what held last up to a moment, None if nothing is known before it."""
        index = bisect_left(self._held, to_ms(moment), key=lambda held: held.start)
        if index == 0:
            return None
        held = self._held[index - 1]
        last = held.cut(held.start, to_ms(moment))
        return CurvePoint(
            start=from_ms(last.start),
            end=from_ms(last.end),
            value=last.value,
            provisional=last.provisional,
        )

    def forget(self, before: datetime) -> None:
        """Forget what ended before a moment."""
        oldest = to_ms(before)
        self._held = [held for held in self._held if held.end > oldest]

    def dump(self) -> list[list[Any]]:
        """Return what to store."""
        return [[held.start, held.end, str(held.value), held.provisional] for held in self._held]

    @classmethod
    def of(cls, stored: Sequence[Sequence[Any]]) -> RecordedCurve:
        """Return the curve that was stored."""
        curve = cls()
        curve._held = [
            _Held(start, end, Decimal(value), provisional)
            for start, end, value, provisional in stored
        ]
        return curve

    def _differs_from(self, new: _Held) -> int | None:
        """Return from when on a time has another price than what is known, None if nowhere.

        What was shown once is not put in doubt again by the same price foretold.
        """
        at = new.start
        for held in self._held[self._near(new)]:
            part = held.cut(at, new.end)
            if part.end <= part.start:
                continue
            shown = new.provisional or not part.provisional
            if part.start > at or part.value != new.value or not shown:
                return at
            at = part.end
        return at if at < new.end else None

    def _near(self, new: _Held) -> slice:
        """Return the place of all that meets a time, those that only touch it within."""
        first = bisect_left(self._held, new.start, key=lambda held: held.end)
        last = bisect_right(self._held, new.end, key=lambda held: held.start)
        return slice(first, last)

    def _replace(self, new: _Held) -> None:
        """Put a price in the place of what was known of its time, joined with its like."""
        near = self._near(new)
        parts = [new]
        for held in self._held[near]:
            if held.start < new.start:
                parts.append(held.cut(held.start, new.start))
            if held.end > new.end:
                parts.append(held.cut(new.end, held.end))
        parts.sort(key=lambda held: held.start)
        joined: list[_Held] = []
        for part in parts:
            if joined and joined[-1].end == part.start and joined[-1].is_like(part):
                joined[-1].end = part.end
            else:
                joined.append(part)
        self._held[near] = joined
