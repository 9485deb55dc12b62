"""The second line: refuses what the checksums let through and cannot be.

A checksum of 16 bits passes about one random corruption in 65,536. This gate
looks at what a telegram says instead: a counter that falls, more energy than
the connection can carry, an invocation counter that goes back, another
meter's name. It refuses such telegrams until ten in a row agree with each
other; then it asks, and only the user's answer lets them through.

Pure: time is the time of arrival and comes in as an argument.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from .models import stored_moment
from .protocol.obis import ObisCode
from .protocol.registers import Quantity
from .protocol.values import Telegram

AGREEING: Final = 10
"""So many telegrams in a row must agree before the user is asked."""

LENIENCE: Final = 10
"""Telegrams agree with each other up to so many times the limit: it may be set too low."""

HEADROOM: Final = 1.25
"""How much the limit is raised above what the user confirmed."""

MOST_COUNTED: Final = 10**15
"""No counter of a connection that a person has comes near a petawatt-hour."""

MARGIN: Final = timedelta(minutes=1)
"""Added to the time between two readings: a telegram may be held up on its way."""

COUNTERS: Final = frozenset(
    {
        Quantity.ENERGY,
        Quantity.REACTIVE_ENERGY,
        Quantity.APPARENT_ENERGY,
        Quantity.VOLUME,
    }
)
ENERGIES: Final = COUNTERS - {Quantity.VOLUME}
POWERS: Final = frozenset({Quantity.POWER, Quantity.REACTIVE_POWER, Quantity.APPARENT_POWER})


class Verdict(StrEnum):
    """What becomes of a telegram."""

    GOOD = "good"
    DUPLICATE = "duplicate"
    IMPLAUSIBLE = "implausible"
    ASK = "ask"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """A verdict, and in plain English why."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What the next telegram is measured against.

    ``names`` holds each name by its code: a meter's lists may carry different ones.
    """

    names: Mapping[str, str]
    invocation_counter: int | None
    counters: Mapping[ObisCode, tuple[int | Decimal, datetime]]
    fingerprint: tuple[Any, ...] | None = None

    def after(self, telegram: Telegram, now: datetime) -> Mark:
        """Return the mark that ``telegram`` leaves, keeping counters it did not hold."""
        return Mark(
            names={**self.names, **_names(telegram)},
            invocation_counter=(
                self.invocation_counter
                if telegram.invocation_counter is None
                else telegram.invocation_counter
            ),
            counters={**self.counters, **_counters(telegram, now)},
            fingerprint=_fingerprint(telegram),
        )


NOTHING: Final = Mark(names={}, invocation_counter=None, counters={})


class Gate:
    """Judges each telegram against the last good one."""

    def __init__(self, *, limit_w: float = 100_000, mark: Mark = NOTHING) -> None:
        """Start from ``mark``, which an earlier run may have left.

        ``limit_w`` is the most power, in W, that the connection can carry.
        """
        self._limit_w = limit_w
        self.mark = mark
        self._other = NOTHING
        self._agreeing = 0
        self._power_w = 0.0

    def judge(self, telegram: Telegram, now: datetime) -> Judgement:
        """Return whether ``telegram``, arrived at ``now``, may be published."""
        fingerprint = _fingerprint(telegram)
        if fingerprint and fingerprint in (self.mark.fingerprint, self._other.fingerprint):
            return Judgement(verdict=Verdict.DUPLICATE, reason="the same telegram again")
        if not (reason := _objection(self.mark, telegram, now, self._limit_w)):
            self.mark = self.mark.after(telegram, now)
            self._other, self._agreeing = NOTHING, 0
            return Judgement(verdict=Verdict.GOOD)
        self._count(telegram, now)
        verdict = Verdict.ASK if self._agreeing >= AGREEING else Verdict.IMPLAUSIBLE
        return Judgement(verdict=verdict, reason=reason)

    def accept(self) -> None:
        """Take what the last telegrams agreed upon as the truth: the user said so."""
        if self._agreeing:
            self.mark = self._other
            self._limit_w = max(self._limit_w, HEADROOM * self._power_w)
            self._other, self._agreeing = NOTHING, 0

    def dump(self) -> dict[str, Any]:
        """Return the mark as JSON data, for ``load`` after a restart."""
        return {
            "limit_w": self._limit_w,
            "names": dict(self.mark.names),
            "invocation_counter": self.mark.invocation_counter,
            "counters": {
                str(code): [str(number), at.isoformat()]
                for code, (number, at) in self.mark.counters.items()
            },
        }

    def load(self, data: Mapping[str, Any]) -> None:
        """Take back what ``dump`` wrote; what cannot be read starts afresh."""
        try:
            self._limit_w = max(self._limit_w, float(data["limit_w"]))
            self.mark = Mark(
                names={str(code): str(name) for code, name in data["names"].items()},
                invocation_counter=data["invocation_counter"],
                counters={
                    ObisCode.parse(code): (Decimal(number), stored_moment(at))
                    for code, (number, at) in data["counters"].items()
                },
            )
        except AttributeError, KeyError, TypeError, ValueError, ArithmeticError:
            self.mark = NOTHING

    def _count(self, telegram: Telegram, now: datetime) -> None:
        """Count how many refused telegrams in a row agree with each other."""
        if _impossible(telegram):
            self._other, self._agreeing = NOTHING, 0
            return
        limit_w = LENIENCE * self._limit_w
        if self._agreeing and not _objection(self._other, telegram, now, limit_w):
            self._other = self._other.after(telegram, now)
            self._agreeing += 1
        else:
            self._other, self._agreeing, self._power_w = NOTHING.after(telegram, now), 1, 0.0
        self._power_w = max(self._power_w, *_powers(telegram), 0.0)


def _objection(mark: Mark, telegram: Telegram, now: datetime, limit_w: float) -> str:
    """Return why ``telegram`` cannot follow ``mark``, nothing if it can."""
    return (
        _impossible(telegram)
        or _over_limit(telegram, limit_w)
        or _other_meter(mark, telegram)
        or _goes_back(mark, telegram)
        or _impossible_counter(mark, telegram, now, limit_w)
    )


def _impossible(telegram: Telegram) -> str:
    """Return what no meter can say, whatever it said before."""
    for code, value in telegram.values.items():
        number, register = value.value, value.register
        if register is None or not isinstance(number, int | Decimal):
            continue
        if number < 0 and (register.direction is not None or register.quantity in COUNTERS):
            return f"{code}: {number} cannot be negative"
        if register.quantity in COUNTERS and number > MOST_COUNTED:
            return f"{code}: {number} is more than can be counted"
    return ""


def _powers(telegram: Telegram) -> list[float]:
    """Return the sizes of all powers of known scale."""
    return [abs(number) for _, number in _numbers(telegram, POWERS)]


def _over_limit(telegram: Telegram, limit_w: float) -> str:
    for code, number in _numbers(telegram, POWERS):
        if abs(number) > limit_w:
            return f"{code}: {number:g} is more than the connection carries"
    return ""


def _impossible_counter(mark: Mark, telegram: Telegram, now: datetime, limit_w: float) -> str:
    for code, (new, _) in _counters(telegram, now).items():
        if code not in mark.counters:
            continue
        old, then = mark.counters[code]
        if new < old:
            return f"{code}: the counter fell from {old} to {new}"
        value = telegram.values[code]
        if value.unit and value.register and value.register.quantity in ENERGIES:
            hours = (max(now - then, timedelta()) + MARGIN) / timedelta(hours=1)
            if float(new - old) > limit_w * hours:
                return f"{code}: {new - old} since the last reading cannot be"
    return ""


def _numbers(telegram: Telegram, quantities: frozenset[Quantity]) -> list[tuple[ObisCode, float]]:
    """Return the values of these quantities, where their scale is known."""
    return [
        (code, float(value.value))
        for code, value in telegram.values.items()
        if value.register is not None
        and value.register.quantity in quantities
        and value.unit is not None
        and isinstance(value.value, int | Decimal)
    ]


def _other_meter(mark: Mark, telegram: Telegram) -> str:
    for code, name in _names(telegram).items():
        if mark.names.get(code, name) != name:
            return f"{code}: the telegram is from another meter"
    return ""


def _goes_back(mark: Mark, telegram: Telegram) -> str:
    old, new = mark.invocation_counter, telegram.invocation_counter
    if old is not None and new is not None and new <= old:
        return f"the invocation counter went from {old} to {new}"
    return ""


def _names(telegram: Telegram) -> dict[str, str]:
    """Return the names that the meter gives itself, sub-meters apart."""
    names = {
        str(code): str(value.value)
        for code, value in telegram.values.items()
        if code.a == code.b == 0
        and value.register is not None
        and value.register.quantity is Quantity.IDENTIFIER
    }
    if telegram.system_title is not None:
        names["system title"] = telegram.system_title
    return names


def _counters(telegram: Telegram, now: datetime) -> dict[ObisCode, tuple[int | Decimal, datetime]]:
    return {
        code: (value.value, now)
        for code, value in telegram.values.items()
        if value.register is not None
        and value.register.quantity in COUNTERS
        and isinstance(value.value, int | Decimal)
    }


def _fingerprint(telegram: Telegram) -> tuple[Any, ...] | None:
    """Return what two different telegrams of one meter never share.

    None where nothing tells them apart: an idle E350, which sends no time and
    counts nothing, says the same again and again, and means it.
    """
    if telegram.time is None and telegram.invocation_counter is None:
        return None
    return (
        telegram.system_title,
        telegram.invocation_counter,
        telegram.invoke_id,
        telegram.header_time,
        tuple((code, value.raw) for code, value in telegram.values.items()),
    )
