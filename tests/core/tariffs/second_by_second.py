"""A second opinion on prices: walk through time and look at the clock.

This shares no code with the product. It knows contracts in a plain form of its own, and
decides each second alone: the local time as ``zoneinfo`` tells it, the day that it belongs
to, the first rule that fits, the price of that day. Boundaries on whole minutes may be walked
in minutes; a test shows that both walks agree.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

JOULES_PER_KWH = 3_600_000


@dataclass(frozen=True, kw_only=True)
class PlainRule:
    """A band and when it holds; what is None is not asked. Times are as ``"22:30"``."""

    band: str
    colour: str | None = None
    weekdays: str | None = None  # digits, "0" for Monday
    season: tuple[str, str] | None = None  # "11-01", "03-31", both within
    since: str | None = None
    until: str | None = None
    hours: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, kw_only=True)
class PlainCurve:
    """Prices by the second at which they begin, each until the next; None is a hole."""

    steps: Sequence[tuple[int, str | None]]
    factor: str = "1"
    offset: str = "0"
    floor: str | None = None
    cap: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlainContract:
    """Net prices by band, each with the day from which it holds, and taxes likewise."""

    zone: str
    rules: Sequence[PlainRule]
    prices: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    added: Sequence[tuple[str, str]] = (("0001-01-01", "0"),)
    vat: Sequence[tuple[str, str]] = (("0001-01-01", "0"),)
    day_start: str = "00:00"
    price_change_at: str = "00:00"
    colours: Mapping[str, str] = field(default_factory=dict)
    all_colours: Sequence[str] = ()
    curve: PlainCurve | None = None


@dataclass(frozen=True)
class Run:
    """Seconds since 1970 ``[start, end)`` with one band and one price with tax."""

    start: int
    end: int
    band: str
    price: Fraction | None


def _day(local: datetime, starts: str) -> date:
    """Return the day of a local time where days begin at a time on the clock."""
    if local.strftime("%H:%M") < starts:
        return local.date() - timedelta(days=1)
    return local.date()


def _in(first: str, last: str, text: str) -> bool:
    """Return whether a text is in a range of texts, both ends within, that may wrap."""
    if first > last:
        return text >= first or text <= last
    return first <= text <= last


def _fits(rule: PlainRule, local: datetime, day: date, colour: str) -> bool:
    clock, month_day = local.strftime("%H:%M"), day.strftime("%m-%d")
    return (
        rule.colour in {None, colour}
        and (rule.weekdays is None or str(day.weekday()) in rule.weekdays)
        and (rule.season is None or _in(*rule.season, month_day))
        and (rule.since is None or day.isoformat() >= rule.since)
        and (rule.until is None or day.isoformat() < rule.until)
        and (not rule.hours or any(_in(*each, clock) and clock != each[1] for each in rule.hours))
    )


def band_at(contract: PlainContract, second: int) -> str:
    """Return the band of one second, ``unknown`` while it depends on an unknown colour."""
    local = datetime.fromtimestamp(second, ZoneInfo(contract.zone))
    day = _day(local, contract.day_start)
    known = contract.colours.get(day.isoformat())
    answers = set()
    for colour in [known] if known else contract.all_colours or [""]:
        for rule in contract.rules:
            if _fits(rule, local, day, colour):
                answers.add(rule.band)
                break
    (answer,) = answers if len(answers) == 1 else ("unknown",)
    return answer


def _on(steps: Sequence[tuple[str, str]], day: date) -> Fraction:
    found = [value for since, value in steps if since <= day.isoformat()]
    return Fraction(found[-1])


def _curve_at(curve: PlainCurve, second: int) -> Fraction | None:
    held: str | None = None
    for begin, value in curve.steps:
        if begin <= second:
            held = value
    if held is None:
        return None
    price = Fraction(curve.factor) * Fraction(held) + Fraction(curve.offset)
    if curve.floor is not None and price < Fraction(curve.floor):
        price = Fraction(curve.floor)
    if curve.cap is not None and price > Fraction(curve.cap):
        price = Fraction(curve.cap)
    return price


def price_at(contract: PlainContract, second: int, band: str) -> Fraction | None:
    """Return the price of a unit with tax in one second, None if it is not known."""
    local = datetime.fromtimestamp(second, ZoneInfo(contract.zone))
    day = _day(local, contract.price_change_at)
    net = _on(contract.added, day)
    if contract.prices:
        if band not in contract.prices:
            return None
        net += _on(contract.prices[band], day)
    if contract.curve is not None:
        value = _curve_at(contract.curve, second)
        if value is None:
            return None
        net += value
    return net * (1 + _on(contract.vat, day))


def walk(contract: PlainContract, start: int, end: int, step: int = 1) -> Iterator[Run]:
    """Yield the runs of ``[start, end)``, looking every ``step`` seconds."""
    first, band, price = start, band_at(contract, start), None
    price = price_at(contract, start, band)
    for second in range(start + step, end, step):
        here = band_at(contract, second)
        paid = price_at(contract, second, here)
        if (here, paid) != (band, price):
            yield Run(first, second, band, price)
            first, band, price = second, here, paid
    yield Run(first, end, band, price)


def cost(
    contract: PlainContract, start: int, end: int, watts: Callable[[int], int], step: int = 1
) -> Fraction:
    """Return what a power costs in ``[start, end)``; it is constant for each step."""
    total = Fraction(0)
    for second in range(start, end, step):
        price = price_at(contract, second, band_at(contract, second))
        assert price is not None
        total += watts(second) * step * price / JOULES_PER_KWH
    return total
