"""Reads what meters counted as bills take it. Everything here blocks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ..const import ENTITY_PREFIX
from ..core.billing.bill import Supply
from ..core.billing.from_ledger import usage_rows
from ..core.billing.lines import Unit
from ..core.billing.metered import meter as metered
from ..core.billing.peaks import first_month, month_peaks, peak_of
from ..core.billing.period import Period
from ..core.billing.proration import cycle_of
from ..core.billing.statement import Gap, MeterExchange, MeterSheet
from ..core.billing.statement import Register as Shown
from ..core.billing.usage import UsageRow, units
from ..core.costs.allocation import SunSlot, share_of_sun
from ..core.costs.rebuild import reprice
from ..core.costs.rows import Row, RowKey
from ..core.quarters import Quarter
from ..core.tariffs.model import ALWAYS, Tiered
from ..core.tariffs.tariff import Tariff
from ..core.timeline import QUARTER_MS, from_ms, to_ms
from ..core.topology import SITE, children
from ..ports import Role
from .picture import Flow, Meter, Picture
from .quarter_store import KEPT, QuarterStore, Segment
from .rebuilding import quarters_of

APART: Final = timedelta(hours=1)
"""Gaps that are closer to each other than that are told as one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counter:
    """What counted an account, or a band of it, for a time."""

    segment: Segment
    band: str | None
    unit: Unit


class Usage:
    """What is stored of the meters of a Site."""

    def __init__(self, store: QuarterStore, picture: Picture) -> None:
        """Read a store that is open."""
        self._store = store
        self._picture = picture
        self._sun: dict[tuple[datetime, datetime], dict[int, Fraction | None]] = {}

    def ledger_rows(self, flow: Flow, start: datetime, end: datetime) -> dict[RowKey, Row]:
        """Return what the ledger holds of a time."""
        return self._store.ledger.rows(flow.account, to_ms(start), to_ms(end))

    def rows(
        self, flow: Flow, start: datetime, end: datetime, tariff: Tariff | None = None
    ) -> list[UsageRow]:
        """Return the same as rows of a bill; by the bands of a tariff, where one is named."""
        found = self.ledger_rows(flow, start, end)
        if tariff is not None:
            found, _ = reprice(found, tariff, used={})
        return usage_rows(found, self._picture.zone)

    def amount(self, flow: Flow, start: datetime, end: datetime) -> int:
        """Return what was counted in a time, in mWh or ml."""
        return self._store.ledger.used(flow.account, to_ms(start), to_ms(end))

    def quarters(self, flow: Flow, start: datetime, end: datetime) -> dict[int, Quarter]:
        """Return the quarter-hours of a time, by number since 1970."""
        return quarters_of(self._store, flow.segments, to_ms(start), to_ms(end))[0]

    def supply(self, tariff: Tariff, flows: Sequence[Flow], since: date, until: date) -> Supply:
        """Return what a contract supplied through some meters, for a bill."""
        period = Period(contract=tariff.contract, since=since, until=until)
        return Supply(
            contract=tariff.contract,
            pricing=tariff,
            usage=[row for flow in flows for row in self.rows(flow, period.start, period.end)],
            since=since,
            until=until,
            peaks=self._peaks(tariff, flows, since, until),
            used_before=self._used_before(tariff, flows, since),
        )

    def sun(self, start: datetime, end: datetime) -> Mapping[int, Fraction | None]:
        """Return the share of own sun in all that was used, by quarter-hour since 1970."""
        if (start, end) not in self._sun:
            self._sun[start, end] = self._share_of_sun(start, end)
        return self._sun[start, end]

    def _share_of_sun(self, start: datetime, end: datetime) -> dict[int, Fraction | None]:
        picture = self._picture
        read = {
            meter.key: (
                self.quarters(meter.drawn, start, end),
                self.quarters(meter.fed, start, end),
            )
            for meter in picture.of_role(Role.GRID, Role.SOLAR, Role.BATTERY, Role.SUB_METER)
        }
        tops = children([meter.node for meter in picture.meters.values()], SITE)
        found: dict[int, Fraction | None] = {}
        for number in range(to_ms(start) // QUARTER_MS, -(-to_ms(end) // QUARTER_MS)):
            slot = SunSlot(
                produced=self._sum(read, Role.SOLAR, number),
                imported=self._sum(read, Role.GRID, number),
                exported=self._sum(read, Role.GRID, number, fed=True),
                charged=self._sum(read, Role.BATTERY, number, fed=True),
                discharged=self._sum(read, Role.BATTERY, number),
                consumers={node.key: _of(read[node.key][0], number) for node in tops},
            )
            found[number] = share_of_sun(slot)
        return found

    def sheet(self, meter: Meter, flow: Flow, since: date, until: date) -> MeterSheet:
        """Return a meter as a statement shows it: its registers at both ends."""
        start, end = self._picture.start(since), self._picture.start(until)
        unit = Unit.M3 if meter.is_volume else Unit.KWH
        counted = [
            each
            for each in _counted(flow, unit)
            if each.segment.since < to_ms(end) and to_ms(start) < (each.segment.until or to_ms(end))
        ]
        return MeterSheet(
            name=meter.name,
            serial=_serial(meter.port),
            registers=tuple(self._register(flow, each, start, end) for each in counted),
            exchanges=tuple(
                MeterExchange(
                    at=from_ms(exchange.at),
                    closing=units(exchange.closing),
                    opening=units(exchange.opening),
                    unit=unit,
                )
                for each in counted
                for exchange in self._store.ledger.exchanges(each.segment.key)
                if to_ms(start) <= exchange.at < to_ms(end)
            ),
        )

    def gaps(self, meter: Meter, flow: Flow, since: date, until: date) -> list[Gap]:
        """Return the times in which a meter was not read, as far back as that is kept."""
        picture = self._picture
        start = max(picture.start(since), picture.now - KEPT)
        end = min(picture.start(until), picture.now)
        found: list[Gap] = []
        known = self.quarters(flow, start, end)
        for number in range(-(-to_ms(start) // QUARTER_MS), to_ms(end) // QUARTER_MS):
            each = known.get(number)
            if each is not None and each.covered_ms >= QUARTER_MS and not each.estimated:
                continue
            at = from_ms(number * QUARTER_MS)
            if found and at - found[-1].until < APART:
                at = found.pop().since
            until_ms = (number + 1) * QUARTER_MS
            found.append(Gap(since=at, until=from_ms(until_ms), name=meter.name))
        return found

    def _register(self, flow: Flow, each: _Counter, start: datetime, end: datetime) -> Shown:
        segment, band = each.segment, each.band
        first = max(to_ms(start), segment.since)
        last = min(to_ms(end), segment.until or to_ms(end))
        sums = self._store.ledger.sums(flow.account, first, last)
        used = sum(row.amount for name, row in sums.items() if band is None or name == band)
        begin, ended = self._index(segment.key, first), self._index(segment.key, last)
        return Shown(
            label=band or ALWAYS,
            unit=each.unit,
            start=begin[0],
            end=ended[0],
            used=units(used),
            start_estimated=begin[1],
            end_estimated=ended[1],
        )

    def _index(self, key: str, moment: int) -> tuple[Decimal | None, bool]:
        """Return where a counter stood, and whether that is a guess or was read earlier."""
        found = self._store.ledger.index_at(key, moment)
        if found is None:
            return None, False
        mark, estimated = found
        return units(mark.index), estimated or mark.at != moment

    def _sum(
        self,
        read: Mapping[str, tuple[Mapping[int, Quarter], Mapping[int, Quarter]]],
        role: Role,
        number: int,
        *,
        fed: bool = False,
    ) -> int | None:
        """Return what the meters of a role counted in a quarter-hour; None is not known.

        A direction that nothing counts is 0 if the other one is known.
        """
        total = 0
        for meter in self._picture.of_role(role):
            flow = meter.fed if fed else meter.drawn
            quarters = read[meter.key]
            amount = _of(quarters[fed] if flow.segments else quarters[not fed], number)
            if amount is None:
                return None
            total += amount if flow.segments else 0
        return total

    def _peaks(
        self, tariff: Tariff, flows: Sequence[Flow], since: date, until: date
    ) -> dict[date, Decimal]:
        component = peak_of(tariff.contract)
        if component is None:
            return {}
        start = self._picture.start(first_month(component, since, until))
        amounts: dict[int, int] = {}
        for flow in flows:
            for number, each in self.quarters(flow, start, self._picture.start(until)).items():
                amounts[number] = amounts.get(number, 0) + each.amount
        return month_peaks(amounts, component, self._picture.zone)

    def _used_before(
        self, tariff: Tariff, flows: Sequence[Flow], since: date
    ) -> dict[str, Decimal]:
        """Return what each tiered component had used of its cycle when a period begins."""
        contract, found = tariff.contract, {}
        for component in contract.components:
            if not isinstance(component, Tiered):
                continue
            first = cycle_of(component.per, component.anchor, since)
            first = max(first, contract.since or first)
            period = Period(contract=contract, since=first, until=since)
            rows = [row for flow in flows for row in self.rows(flow, period.start, period.end)]
            found[component.key] = sum(
                (each.quantity or Decimal(0) for each in metered(period, tariff, rows)), Decimal(0)
            )
        return found


def _counted(flow: Flow, unit: Unit) -> Iterator[_Counter]:
    """Yield the registers of an account, or what counts all of it where it has none."""
    for register in flow.registers:
        for segment in register.segments:
            yield _Counter(segment=segment, band=register.band, unit=unit)
    for segment in () if flow.registers else flow.segments:
        yield _Counter(segment=segment, band=None, unit=unit)


def _of(quarters: Mapping[int, Quarter], number: int) -> int | None:
    found = quarters.get(number)
    return None if found is None else found.amount


def _serial(port: str) -> str:
    """Return the serial number that a port's key names; that of an entity names none."""
    if port.startswith(ENTITY_PREFIX):
        return ""
    return port.partition("/")[0].partition(":")[2]
