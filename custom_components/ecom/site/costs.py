"""Answers what meters, contracts and members cost. Everything here blocks."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from homeassistant.util import dt as dt_util

from ..core.billing.bill import bill
from ..core.billing.from_ledger import money, usage_rows
from ..core.billing.lines import Bill
from ..core.billing.sun import SunByQuarter, parted
from ..core.billing.usage import units
from ..core.costs.rows import MINUTE_MS, Row, RowKey
from ..core.tariffs.model import Direction, Fluid
from ..core.timeline import Slot, from_ms
from ..ports import Role
from .groups import billed, own_holdings, paid
from .picture import Flow, Meter, Person, Picture
from .statement_answer import exact, line_json, number, tax_json
from .statement_runs import Run, Stretch, runs
from .usage import Usage

type Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A flow of a meter that adds to a sum, or with a ``sign`` of -1 takes from it.

    What lies outside of ``[since, until)`` does neither.
    """

    meter: Meter
    flow: Flow
    sign: int = 1
    since: datetime | None = None
    until: datetime | None = None


@dataclass(kw_only=True, slots=True)
class Cell:
    """What was counted in a slot, by band, and how much of it was own sun."""

    bands: dict[str, Row] = field(default_factory=dict)
    own: int = 0
    unknown: int = 0


class Costs:
    """What is stored of a period, summed up by its slots."""

    def __init__(
        self,
        usage: Usage,
        picture: Picture,
        period: Sequence[Slot],
        stretches: Sequence[Stretch] = (),
    ) -> None:
        """Sum up by slots that follow each other.

        ``stretches`` are the days of the period, for contracts.
        """
        self._usage = usage
        self._picture = picture
        self._stretches = stretches
        self._period = period
        self._starts = [slot.start for slot in period]
        self._start, self._end = period[0].start, period[-1].end

    def of(self, part: str) -> list[Json]:
        """Return what a meter, a contract or a member cost, by its id; fluids stand apart."""
        picture = self._picture
        if part in picture.meters:
            return [*self._of_meter(picture.meters[part])]
        if part in picture.members:
            return [*self._of_member(picture.members[part])]
        return [self._of_contract(part)]

    def _of_meter(self, meter: Meter) -> Iterator[Json]:
        """Yield what a meter has drawn, and what it fed in where that is paid for."""
        about = {"name": meter.name, "kind": "meter", **self._about(meter)}
        drawn = Counted(meter=meter, flow=meter.drawn)
        yield {**about, "direction": Direction.IMPORT.value, "rows": self._rows([drawn])}
        if meter.paid is not None:
            fed = Counted(meter=meter, flow=meter.fed)
            yield {**about, "direction": Direction.EXPORT.value, "rows": self._rows([fed])}

    def _of_member(self, person: Person) -> Iterator[Json]:
        """Yield what a member used on the days that were theirs, by fluid."""
        fluids: dict[Fluid, list[Counted]] = {}
        start = self._picture.start
        for each in own_holdings(self._picture, person):
            meter = self._picture.meters[each.meter]
            counted = Counted(
                meter=meter,
                flow=meter.drawn,
                sign=-1 if each.taken else 1,
                since=None if each.since is None else start(each.since),
                until=None if each.until is None else start(each.until),
            )
            fluids.setdefault(meter.fluid, []).append(counted)
        for counted_of in fluids.values():
            yield {
                "name": person.name,
                "kind": "member",
                **self._about(counted_of[0].meter),
                "direction": Direction.IMPORT.value,
                "rows": self._rows(counted_of),
            }

    def _of_contract(self, contract_id: str) -> Json:
        """Return what a contract supplied or paid for, and its bill of the whole days.

        Both are of the days on which it was the contract of some meters.
        """
        contract = self._picture.contracts[contract_id].contract
        fed = contract.direction is Direction.EXPORT
        held = [run for run in self._runs(fed=fed) if run.group.contract == contract_id]
        counted = [
            Counted(
                meter=meter,
                flow=meter.fed if fed else meter.drawn,
                since=run.picture.start(run.days.since),
                until=run.picture.start(run.days.until),
            )
            for run in held
            for meter in run.group.mains
        ]
        return {
            "name": self._picture.names[contract_id],
            "kind": "contract",
            "fluid": contract.fluid.value,
            "unit": "m³" if counted and counted[0].meter.is_volume else "kWh",
            "currency": contract.currency,
            "direction": contract.direction.value,
            "rows": self._rows(counted),
            "bill": self._bill(contract_id, held, fed=fed),
        }

    def _runs(self, *, fed: bool) -> list[Run]:
        """Return through which meters each contract supplies or pays, and on which days."""
        return runs(self._stretches, paid if fed else billed)

    def _bill(self, contract_id: str, held: Iterable[Run], *, fed: bool) -> Json | None:
        """Return the bill of the whole local days in the period, None if there is none."""
        tariff, first = self._picture.contracts[contract_id], self._first_day
        bills: list[Bill] = []
        for run in held:
            since, until = max(run.days.since, first), min(run.days.until, self._last_day)
            flows = [meter.fed if fed else meter.drawn for meter in run.group.mains]
            if since < until:
                bills.append(bill(self._usage.supply(tariff, flows, since, until)))
        if not bills:
            return None
        return {
            "start": bills[0].since.isoformat(),
            "end": bills[-1].until.isoformat(),
            "net": number(sum((each.net for each in bills), Decimal(0))),
            "tax": number(sum((each.tax for each in bills), Decimal(0))),
            "gross": number(sum((each.gross for each in bills), Decimal(0))),
            "lines": [line_json(line) for each in bills for line in each.lines],
            "taxes": [tax_json(tax) for each in bills for tax in each.taxes],
        }

    @property
    def _first_day(self) -> date:
        """Return the first local day that lies in the period as a whole."""
        day = self._start.astimezone(self._picture.zone).date()
        return day if self._picture.start(day) >= self._start else day + timedelta(days=1)

    @property
    def _last_day(self) -> date:
        """Return the local day after the last one that lies in the period as a whole."""
        return self._end.astimezone(self._picture.zone).date()

    def _rows(self, counted: Iterable[Counted]) -> list[Json]:
        """Return a row for each slot."""
        cells = [Cell() for _ in self._period]
        with_sun = False
        for each in counted:
            since = max(each.since or self._start, self._start)
            until = min(each.until or self._end, self._end)
            if since >= until:
                continue
            rows = self._usage.ledger_rows(each.flow, since, until)
            for (minute, band), row in rows.items():
                cell = cells[self._slot(from_ms(minute * MINUTE_MS))]
                cell.bands.setdefault(band, Row()).add(_signed(row, each.sign))
            if self._picture.has_sun and each.meter.role is Role.SUB_METER:
                with_sun = True
                self._shine(each, rows, cells)
        return [
            _row(slot, cell, with_sun=with_sun)
            for slot, cell in zip(self._period, cells, strict=True)
        ]

    def _shine(self, each: Counted, rows: dict[RowKey, Row], cells: Sequence[Cell]) -> None:
        """Add up how much of what was counted was own sun."""
        found = usage_rows(rows, self._picture.zone)
        quarters = self._usage.quarters(each.flow, self._start, self._end)
        used = {quarter: known.amount for quarter, known in quarters.items()}
        part = parted(found, self._sun, used)
        for row, grid, unknown in zip(found, part.grid, part.unknown, strict=True):
            cell = cells[self._slot(row.start)]
            cell.own += each.sign * (row.amount - grid.amount)
            cell.unknown += each.sign * unknown

    @cached_property
    def _sun(self) -> SunByQuarter:
        return self._usage.sun(self._start, self._end)

    def _slot(self, moment: datetime) -> int:
        return bisect_right(self._starts, moment) - 1

    def _about(self, meter: Meter) -> Json:
        unit = "m³" if meter.is_volume else "kWh"
        return {"fluid": meter.fluid.value, "unit": unit, "currency": self._picture.currency}


def _signed(row: Row, sign: int) -> Row:
    return Row(
        amount=sign * row.amount,
        money=sign * row.money,
        unpriced=sign * row.unpriced,
        bound=row.bound,
        flags=row.flags,
    )


def _row(slot: Slot, cell: Cell, *, with_sun: bool) -> Json:
    total = Row()
    for row in cell.bands.values():
        total.add(row)
    sun = {"own_sun": _amount(cell.own), "own_sun_unknown": _amount(cell.unknown)}
    return {
        "start": dt_util.as_local(slot.start).isoformat(),
        "end": dt_util.as_local(slot.end).isoformat(),
        **_priced(total),
        "unpriced": _amount(total.unpriced),
        "bound": number(money(total.bound)),
        "quality": total.quality.value if cell.bands else None,
        **(sun if with_sun else {}),
        "bands": [{"band": band, **_priced(row)} for band, row in sorted(cell.bands.items())],
    }


def _priced(row: Row) -> Json:
    cost = money(row.money)
    return {"energy": _amount(row.amount), "cost": number(cost), "cost_exact": exact(cost)}


def _amount(amount: int) -> float:
    return number(units(amount))
