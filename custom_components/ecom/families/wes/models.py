"""What is known of one server: the newest reading of everything that is there.

A page is taken whole or in parts; what of it cannot be true waits, and is
published when it can, or when the user has said what happened.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from ...ports import Reading
from .guards import CounterGuard, Verdict
from .limits import IN_RANGE, MOST_M3_PER_HOUR, MOST_WH_PER_HOUR, most_wh_per_hour
from .mean_power import MeanPower
from .meter import Identity, TeleinfoMeter
from .presence import is_there
from .probe_guard import ProbeGuard
from .protocol import COUNTERS, COUNTERS_OF, Contract, Kind, Point, Quantity, Report, Value
from .settings import Medium, ProbeKind, Settings

ELECTRICITY: Final = (Medium.ELECTRICITY_WH, Medium.ELECTRICITY_KWH)
FLOWS: Final = (Quantity.IMPORT, Quantity.INDEX, Quantity.EXPORT, Quantity.PRODUCTION)
"""The totals whose mean power is worth knowing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """A counter that waits for its closing and its opening index."""

    point: Point
    last: float
    now: float


class WesState:
    """The readings of one server, by point."""

    def __init__(self, settings: Settings) -> None:
        """Start with nothing seen."""
        self.settings = settings
        self.readings: dict[Point, Reading[Any]] = {}
        self.present: dict[Point, None] = {}  # a set that keeps its order
        self.firmware: str | None = None
        self.reads = 0
        self.read_at: datetime | None = None
        self.reachable = False
        self.stated: set[str] = set()  # The meters' numbers on the newest page.
        self.guards: dict[Point, CounterGuard] = {}
        self.probes: dict[int, ProbeGuard] = {}
        self.meters: dict[int, TeleinfoMeter] = {}
        self._means: dict[Point, MeanPower] = {}

    def take(self, report: Report, now: datetime) -> list[Point]:
        """Take a page; return the points that were seen for the first time."""
        known = set(self.present)
        self.reads += 1
        self.read_at, self.reachable = now, True
        self.stated = {
            str(value)
            for point, value in report.values.items()
            if point.quantity is Quantity.METER_ID
        }
        self.firmware = report.firmware or self.firmware
        for (kind, number), block in report.blocks().items():
            if kind is Kind.TELEINFO:
                self._take_teleinfo(number, block, now)
            else:
                self._take_block(kind, number, block, now)
        return [point for point in self.present if point not in known]

    def note(self, values: Mapping[Point, Value], now: datetime) -> None:
        """Take what a command's answer says of relays and switches."""
        for point, value in values.items():
            if point.quantity is Quantity.STATE:
                self._publish(point, value, now)

    def value(self, point: Point) -> Any:
        """Return the newest value, None if there is none."""
        reading = self.readings.get(point)
        return None if reading is None else reading.value

    def next_expiry(self, now: datetime) -> datetime | None:
        """Return when the next reading goes stale."""
        moments = (reading.expires_at for reading in self.readings.values())
        return min((at for at in moments if at is not None and at >= now), default=None)

    def is_foreign(self, known: set[str]) -> bool:
        """Return whether the page names meters, and none of those that it should have.

        A meter that the user is being asked about is no stranger.
        """
        candidates = {meter.candidate for meter in self.meters.values()}
        return bool(known and self.stated) and not self.stated & (known | candidates)

    @property
    def asking(self) -> dict[str, list[Asking]]:
        """Return the counters that wait for the user, by input."""
        found: dict[str, list[Asking]] = {}
        for point, guard in self.guards.items():
            last, current = guard.last_good, guard.current
            if guard.asking and last is not None and current is not None:
                found.setdefault(point.input, []).append(
                    Asking(point=point, last=last, now=current)
                )
        return found

    def exchange(self, point: Point, closing: float, opening: float, now: datetime) -> None:
        """Go on from another meter's index; raises ValueError where that cannot be."""
        self.guards[point].exchange(closing, opening, now)
        if point.kind is not Kind.TELEINFO:
            return
        if point.input in self.asking:
            self.meters[point.number].answered.add(point.quantity)
        else:
            self.meters[point.number].adopt()

    def _take_teleinfo(self, number: int, block: Mapping[Quantity, Value], now: datetime) -> None:
        """Take one meter's block, unless it is another meter's."""
        meter = self.meters.setdefault(number, TeleinfoMeter())
        doubted = meter.candidate is not None
        match meter.identify(block):
            case Identity.SAME if doubted:
                self._withdraw(number)
            case Identity.DOUBTFUL:
                return
            case Identity.OTHER:
                self._suspend(number, block, now)
                return
        if not self._has_counted(number, block):
            block = {quantity: block[quantity] for quantity in block if quantity not in COUNTERS}
        good = self._take_block(Kind.TELEINFO, number, block, now)
        total = self._total(number, block.get(Quantity.CONTRACT), good)
        if total is not None:
            point = Point(Kind.TELEINFO, number, Quantity.IMPORT)
            self.present.setdefault(point)
            self._count(point, total, now)
            self._publish_power(Kind.TELEINFO, number, (Quantity.EXPORT,), now)
        elif block.get(Quantity.CONTRACT) is Contract.PRODUCER:
            fed_in = (Quantity.PRODUCTION, Quantity.EXPORT)
            self._publish_power(Kind.TELEINFO, number, fed_in, now)

    def _has_counted(self, number: int, block: Mapping[Quantity, Value]) -> bool:
        """Return whether a meter has ever counted: one that has just been plugged in reads zero."""
        return any(block.get(quantity) for quantity in COUNTERS) or any(
            guard.last_good
            for point, guard in self.guards.items()
            if (point.kind, point.number) == (Kind.TELEINFO, number)
        )

    def _total(self, number: int, contract: Value, good: Mapping[Quantity, float]) -> float | None:
        """Return the energy drawn, None unless all counters of the contract counted."""
        if not isinstance(contract, Contract) or contract not in COUNTERS_OF:
            return None
        certain = self.meters[number].agree(contract)
        wanted = {*COUNTERS_OF[contract]}
        if Point(Kind.TELEINFO, number, Quantity.SUPER_OFF_PEAK) in self.present:
            wanted.add(Quantity.SUPER_OFF_PEAK)
        if not certain or not wanted <= good.keys():
            return None
        return self.meters[number].total(contract, sum(good[quantity] for quantity in wanted))

    def _withdraw(self, number: int) -> None:
        """Let the counters go on: the meter is the one that it was."""
        for point, guard in self.guards.items():
            if (point.kind, point.number) == (Kind.TELEINFO, number):
                guard.withdraw()

    def _suspend(self, number: int, block: Mapping[Quantity, Value], now: datetime) -> None:
        """Stop the counters of a meter that is another one now; without any it is taken."""
        answered = self.meters[number].answered
        for quantity, value in block.items():
            point = Point(Kind.TELEINFO, number, quantity)
            if quantity in answered or not isinstance(value, int):
                continue
            if point in self.present and point in self.guards:
                self.guards[point].suspend(value, now)
        if f"{Kind.TELEINFO}{number}" not in self.asking:
            self.meters[number].adopt()

    def _take_block(
        self, kind: Kind, number: int, block: Mapping[Quantity, Value], now: datetime
    ) -> dict[Quantity, float]:
        """Take the values of one input; return its counters that count."""
        good: dict[Quantity, float] = {}
        contract, limit = block.get(Quantity.CONTRACT), most_wh_per_hour(block)
        for quantity, value in block.items():
            point = Point(kind, number, quantity)
            if kind is Kind.PROBE:
                self._take_probe(point, value, now)
            elif kind is Kind.COUNTER:
                self._take_index(point, value, now)
            elif quantity not in COUNTERS:
                self._see(point, value, contract)
                self._publish(point, value, now)
            elif (total := self._judge(point, value, limit, now)) is not None:
                good[quantity] = total
                self._see(point, value, contract)
                self._count(point, total, now)
        if kind is Kind.CLAMP and Quantity.POWER not in block:
            self._publish_power(kind, number, (Quantity.EXPORT,), now)
        return good

    def _take_probe(self, point: Point, value: Value, now: datetime) -> None:
        """Take a probe's reading, unless it is the zero of a probe that is not there."""
        if not isinstance(value, int | float):
            return
        kind = self.settings.probe_kind(point.number)
        low, high = IN_RANGE[kind]
        counts = self.probes.setdefault(point.number, ProbeGuard()).take(float(value))
        dark = kind is ProbeKind.LIGHT and point in self.present
        if not counts and not dark:
            return
        self._see(point, value)  # Also out of range: it may be a probe of another kind.
        if low <= value <= high:
            self._publish(point, value, now)

    def _take_index(self, point: Point, value: Value, now: datetime) -> None:
        """Take a pulse counter's index, in m³ or Wh once the user has said what it counts."""
        if point.quantity is not Quantity.INDEX or not isinstance(value, Decimal):
            return
        self._see(point, value)
        medium = self.settings.media.get(point.number)
        if medium is None:
            self._publish(point, float(value), now)
            return
        self.present.setdefault(point)
        limit = MOST_M3_PER_HOUR if medium.is_volume else MOST_WH_PER_HOUR
        total = self._judge(point, value.scaleb(medium.scaler), limit, now)
        if total is None:
            return
        self._count(point, total, now)
        if medium in ELECTRICITY:
            self._publish_power(Kind.COUNTER, point.number, (), now)

    def _judge(self, point: Point, value: Value, limit: float, now: datetime) -> float | None:
        """Return the total of a counter whose index can be true, else None."""
        if not isinstance(value, int | float | Decimal):
            return None
        guard = self.guard(point)
        if point.kind is Kind.CLAMP and not value and guard.last_good is None:
            return None  # A clamp that is not there, or not yet.
        guard.limit_per_hour = limit
        return guard.total if guard.take(value, now) is Verdict.GOOD else None

    def guard(self, point: Point) -> CounterGuard:
        """Return the guard of a counter, made when it is first asked for."""
        return self.guards.setdefault(point, CounterGuard(MOST_WH_PER_HOUR))

    def _see(self, point: Point, value: Value, contract: Value = None) -> None:
        if point not in self.present and is_there(point, value, contract):
            self.present[point] = None

    def _count(self, point: Point, total: float, now: datetime) -> None:
        """Publish a total, and let its mean power follow."""
        self._publish(point, total, now)
        if point.quantity in FLOWS:
            self._means.setdefault(point, MeanPower()).add(total, now)

    def _publish(self, point: Point, value: Value, now: datetime) -> None:
        self.readings[point] = Reading(
            value=value, measured_at=now, valid_for=self.settings.valid_for
        )

    def _publish_power(
        self, kind: Kind, number: int, choice: Iterable[Quantity], now: datetime
    ) -> None:
        """Publish the mean power that an input's counters tell, positive when it is drawn.

        ``choice`` are the counters of what is fed in: the first that is there
        is taken, since a producer's may state one energy under two names.
        """
        drawn = self._counted(kind, number, (Quantity.IMPORT, Quantity.INDEX))
        fed_in = self._counted(kind, number, choice)
        powers = [self._mean(point, now) for point in (drawn, fed_in) if point is not None]
        if not powers or None in powers:
            return
        sign = 1 if drawn is not None else -1
        first, *second = (power for power in powers if power is not None)
        point = Point(kind, number, Quantity.POWER)
        self.present.setdefault(point)
        self._publish(point, sign * first - sum(second), now)

    def _counted(self, kind: Kind, number: int, choice: Iterable[Quantity]) -> Point | None:
        """Return the first of the counters that is there."""
        points = (Point(kind, number, quantity) for quantity in choice)
        return next((point for point in points if point in self.present), None)

    def _mean(self, point: Point, now: datetime) -> float | None:
        """Return the mean power of a counter, None unless it counted just now."""
        reading, mean = self.readings.get(point), self._means.get(point)
        if reading is None or reading.measured_at != now or mean is None:
            return None
        return mean.value(now)
