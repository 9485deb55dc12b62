"""Keys by which what is common is divided, and division without a remainder.

Of a unit that nobody lives in the share goes to ``VACANT``, whose owner bears it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Final

VACANT: Final = "vacant"
"""The party that bears what falls on days without a member, and on shares nobody holds."""

_PERCENT: Final = Decimal(100)
_NOTHING: Final = Decimal(0)
_DAY: Final = timedelta(days=1)


class KeyKind(StrEnum):
    """What a share is measured by."""

    THOUSANDTHS = "thousandths"
    SURFACE = "surface"
    EQUAL = "equal"
    OCCUPANTS = "occupants"
    FIXED = "fixed"
    CONSUMPTION = "consumption"


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Somebody who bears a share for the days ``[moved_in, moved_out)``.

    Those who follow each other have the same ``meters``, or some of them. ``shares`` are in
    thousandths, m², persons, or percent; those by consumption are what each has used, of
    which the days need no account.
    """

    key: str
    meters: frozenset[str] = frozenset()
    shares: Mapping[KeyKind, Decimal] = field(default_factory=dict)
    moved_in: date | None = None
    moved_out: date | None = None

    def lives_on(self, day: date) -> bool:
        """Return whether a day is one of the member's."""
        return (self.moved_in or date.min) <= day < (self.moved_out or date.max)


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A way to divide; of ``total`` shares those that nobody has fall to ``VACANT``."""

    kind: KeyKind
    total: Decimal | None = None


WEIGHED: Final = frozenset({KeyKind.THOUSANDTHS, KeyKind.SURFACE, KeyKind.OCCUPANTS, KeyKind.FIXED})
"""The kinds whose shares somebody has to state."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unweighed:
    """What a key lacks: any weight at all, or those of some ``members``, by their keys."""

    kind: KeyKind
    of_all: bool
    members: tuple[str, ...] = ()


class KeyRefused(ValueError):
    """Shares that cannot be; ``args[0]`` is a translation key, then its placeholders."""


def weights(key: Key, members: Sequence[Member], since: date, until: date) -> dict[str, Fraction]:
    """Return the mean share of each member who was there over the days ``[since, until)``.

    Days on which nobody has anything to be counted by are ``VACANT``, as parts of the time.
    Raises ``KeyRefused`` for two members with one meter on one day, a negative share, and
    members that have more than the total on one day.
    """
    found: dict[str, Fraction] = {}
    empty = Fraction(0)
    for first, last in stretches(members, since, until):
        days = Fraction((last - first).days, (until - since).days)
        shares = _on(key, members, first)
        empty += 0 if shares else days
        for name, share in shares.items():
            found[name] = found.get(name, Fraction(0)) + Fraction(share) * days
    if key.kind is KeyKind.CONSUMPTION:
        living = [each for each in members if _was_there(each, since, until)]
        found = {each.key: Fraction(_share(key.kind, each)) for each in living}
    elif 0 < empty < 1:
        found[VACANT] = sum(found.values(), Fraction(0)) * empty / (1 - empty)
    held = {name: part for name, part in found.items() if part or name != VACANT}
    return held if held or not members else {VACANT: Fraction(1)}


def most_held(kind: KeyKind, members: Sequence[Member], since: date, until: date) -> Decimal:
    """Return the most shares that there are on any of the days ``[since, until)``."""
    days = [first for first, _ in stretches(members, since, until)]
    return max(
        (sum(_on(Key(kind=kind), members, day).values(), _NOTHING) for day in days),
        default=_NOTHING,
    )


def unweighed(key: Key, members: Iterable[Member], since: date, until: date) -> Unweighed | None:
    """Return what a key lacks of those who were there, None where it lacks nothing.

    A share of 0 that is stated is one.
    """
    if key.kind not in WEIGHED:
        return None
    living = [each for each in members if _was_there(each, since, until)]
    if not any(each.shares.get(key.kind) for each in living):
        return Unweighed(kind=key.kind, of_all=True)
    missing = tuple(each.key for each in living if key.kind not in each.shares)
    return Unweighed(kind=key.kind, of_all=False, members=missing) if missing else None


def _was_there(member: Member, since: date, until: date) -> bool:
    return (member.moved_in or since) < until and (member.moved_out or until) > since


def _share(kind: KeyKind, member: Member) -> Decimal:
    share = Decimal(1) if kind is KeyKind.EQUAL else member.shares.get(kind, Decimal(0))
    if share < 0:
        raise KeyRefused("negative_share", {"member": member.key})
    return share


def stretches(members: Iterable[Member], since: date, until: date) -> Iterator[tuple[date, date]]:
    """Yield the days ``[since, until)``, cut where somebody moves."""
    moves = {day for each in members for day in (each.moved_in, each.moved_out) if day}
    yield from pairwise([since, *sorted(day for day in moves if since < day < until), until])


def _on(key: Key, members: Sequence[Member], day: date) -> dict[str, Decimal]:
    """Return the shares of one day: of those who are there, and of what nobody has.

    Persons are counted only where there are some.
    """
    found: dict[str, Decimal] = {}
    taken: dict[str, str] = {}
    for member in sorted(members, key=lambda each: (each.moved_in or date.min, each.key)):
        if not member.lives_on(day):
            continue
        for meter in sorted(member.meters):
            if meter in taken:
                raise KeyRefused("two_at_once", {"member": member.key, "unit": taken[meter]})
            taken[meter] = member.key
        found[member.key] = _share(key.kind, member)
    if key.kind is not KeyKind.OCCUPANTS:
        away = [each for each in members if not each.lives_on(day)]
        found[VACANT] = sum((_share(key.kind, each) for each in _left(away, taken, day)), _NOTHING)
    total = _PERCENT if key.kind is KeyKind.FIXED else key.total
    if total is not None:
        held = sum(found.values(), _NOTHING)
        if held > total:
            raise KeyRefused("more_than_total", {"held": str(held), "total": str(total)})
        found[VACANT] = found.get(VACANT, _NOTHING) + total - held
    return found


def _left(away: Iterable[Member], taken: Iterable[str], day: date) -> Iterator[Member]:
    """Yield whose the meters were last that nobody has on a day, or else whose they will be.

    Only those count of whose meters nobody has any. Where one of two meters is given up, its
    share is that of a member who had it alone; nobody knows one otherwise.
    """
    held = {*taken}
    gone = (each for each in away if each.moved_out and each.moved_out <= day)
    coming = (each for each in away if each.moved_in and day < each.moved_in)
    for member in (
        *sorted(gone, key=lambda each: (each.moved_out, each.key), reverse=True),
        *sorted(coming, key=lambda each: (each.moved_in, each.key)),
    ):
        if held.isdisjoint(member.meters):
            held |= member.meters
            yield member


def split(amount: int, shares: Mapping[str, Fraction | Decimal | int]) -> dict[str, int]:
    """Divide whole cents, or mWh, by largest remainder; the parts add up to the amount.

    Where remainders are equal the first names get more, in the order of the alphabet. A
    negative amount is divided as the positive one is. If nobody has a share all have the
    same. Raises ``KeyRefused`` for a negative share, or where there is nobody.
    """
    if not shares:
        raise KeyRefused("nobody")
    if negative := [name for name, share in shares.items() if share < 0]:
        raise KeyRefused("negative_share", {"member": min(negative)})
    return apportion(amount, shares if any(shares.values()) else dict.fromkeys(shares, 1))


def apportion(amount: int, shares: Mapping[str, Fraction | Decimal | int]) -> dict[str, int]:
    """Divide as ``split`` does, among shares of either sign whose sum is not 0."""
    if amount < 0:
        return {name: -part for name, part in apportion(-amount, shares).items()}
    total = sum((Fraction(share) for share in shares.values()), Fraction(0))
    exact = {name: amount * Fraction(share) / total for name, share in shares.items()}
    parts = {name: floor(quota) for name, quota in exact.items()}
    by_rest = sorted(exact, key=lambda name: (parts[name] - exact[name], name))
    for name in by_rest[: amount - sum(parts.values())]:
        parts[name] += 1
    return parts


def sliced(
    key: Key, members: Sequence[Member], used: Iterable[tuple[date, int]]
) -> dict[str, Fraction]:
    """Return the shares of amounts used on their days by those who were there that day.

    This is the other way to allow for moving in and out: by use rather than by days.
    """
    found: dict[str, Fraction] = {}
    for day, amount in used:
        of_day = weights(key, members, day, day + timedelta(days=1))
        total = sum(of_day.values(), Fraction(0))
        for name, share in of_day.items():
            part = amount * share / total if total else Fraction(0)
            found[name] = found.get(name, Fraction(0)) + part
    return found
