"""Divides what the contracts of a Site supplied among its members. Everything here blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from ..core.billing.bill import Supply
from ..core.billing.building import Building, Division, divide
from ..core.billing.from_ledger import less
from ..core.billing.holdings import Holding
from ..core.billing.keys import Key, KeyKind, Member, Unweighed, most_held, unweighed
from ..core.billing.period import Period
from ..core.billing.sun import Parted, parted
from ..core.billing.usage import UsageRow
from ..core.tariffs.model import Fluid
from ..core.tariffs.tariff import Tariff
from .groups import Group, sharing
from .statement_runs import Run
from .usage import Usage

type Times = tuple[datetime, datetime]

WHOLE: Final = Decimal(1000)
"""So many thousandths a building has."""


TOLERANCE: Final = 20
"""Two good meters in a row differ by less than a twentieth of what they count."""

LEAST: Final = 1_000_000
"""A kWh or a m³: less is no sign that readings are missing."""


@dataclass(slots=True)
class Sunny:
    """How much of what a member used was the site's own, in mWh, and of how much none can tell."""

    own: int = 0
    unknown: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Divided:
    """What a run came to and who bears it; ``division`` is None where there is nobody.

    ``rows`` are what each member's own meters counted, without what others hold below them.
    ``unweighed`` is what the key lacks that divides what is common, ``below`` what all meters
    below the main one counted.
    """

    run: Run
    tariff: Tariff
    supply: Supply
    division: Division | None
    rows: Mapping[str, list[UsageRow]]
    sun: Mapping[str, Sunny] = field(default_factory=dict)
    unweighed: Unweighed | None = None
    below: int = 0

    @property
    def incomplete(self) -> tuple[int, int] | None:
        """Return what the main meter and those below it counted, if the latter is too much.

        Good meters differ by less. Then readings of the main meter are missing.
        """
        main: int = sum(row.amount for row in self.supply.usage)
        more = self.below - main
        return (main, self.below) if more > max(LEAST, main // TOLERANCE) else None


class Divider:
    """Makes the division of a run."""

    def __init__(self, usage: Usage, run: Run) -> None:
        """Divide what was used on its days."""
        self._usage = usage
        self._run = run
        self._picture = run.picture
        self._since, self._until = run.days.since, run.days.until

    def divided(self) -> Divided:
        """Return the division. Raises ``KeyRefused`` for shares that cannot be."""
        group = self._run.group
        tariff = self._picture.contracts[group.contract]
        supply = self._usage.supply(tariff, group.flows, self._since, self._until)
        own: dict[str, list[UsageRow]] = {}
        common: dict[str, list[UsageRow]] = {}
        sun: dict[str, Sunny] = {}
        for each in group.held:
            rows = self._held(group, each, tariff, sun)
            (common if each.common else own).setdefault(each.holder, []).extend(rows)
        residents = sharing(self._picture, group)
        key = self._key(tariff.contract.fluid, residents)
        building = Building(
            supply=supply,
            own=own,
            residents=residents,
            common=common,
            key=key,
            coefficient=self._coefficient(tariff.contract.fluid),
        )
        return Divided(
            run=self._run,
            tariff=tariff,
            supply=supply,
            division=divide(building) if residents else None,
            rows=own,
            sun=sun,
            unweighed=unweighed(key, residents, self._since, self._until) if residents else None,
            below=sum(
                row.amount for held in (own, common) for rows in held.values() for row in rows
            ),
        )

    def _held(
        self, group: Group, each: Holding, tariff: Tariff, sun: dict[str, Sunny]
    ) -> list[UsageRow]:
        """Return what a holding adds, in the bands of the group; of sun the grid's part alone."""
        meter = self._picture.meters[each.meter]
        other = tariff if meter.billed != group.contract else None
        first, last = each.days(self._since, self._until)
        if first >= last:
            return []
        period = Period(contract=tariff.contract, since=first, until=last)
        times = period.start, period.end
        rows = self._usage.rows(meter.drawn, *times, other)
        is_main = meter in group.mains
        if self._picture.has_sun and meter.fluid is Fluid.ELECTRICITY and not is_main:
            rows = self._without_sun(each, rows, times, sun)
        return less(rows) if each.taken else rows

    def _without_sun(
        self, each: Holding, rows: list[UsageRow], times: Times, sun: dict[str, Sunny]
    ) -> list[UsageRow]:
        flow = self._picture.meters[each.meter].drawn
        used = {
            number: quarter.amount for number, quarter in self._usage.quarters(flow, *times).items()
        }
        picture = self._picture
        whole = picture.start(self._since), picture.start(self._until)
        found = parted(rows, self._usage.sun(*whole), used)
        if not each.common:
            _note(each, rows, found, sun.setdefault(each.holder, Sunny()))
        return list(found.grid)

    def _key(self, fluid: Fluid, residents: Sequence[Member]) -> Key:
        """Return what divides what is common: heat goes by surface, all else as is chosen."""
        chosen = self._picture.options.common_key
        kind = KeyKind.SURFACE if fluid is Fluid.HEAT else KeyKind(chosen)
        if kind is not KeyKind.THOUSANDTHS:
            return Key(kind=kind)
        most = most_held(kind, residents, self._since, self._until)
        return Key(kind=kind, total=WHOLE if most <= WHOLE else None)

    def _coefficient(self, fluid: Fluid) -> Decimal | None:
        return self._picture.options.heat_common if fluid is Fluid.HEAT else None


def _note(each: Holding, rows: Sequence[UsageRow], found: Parted, sunny: Sunny) -> None:
    """Add up how much of what a holding adds, or takes, was sun."""
    sign = -1 if each.taken else 1
    for row, grid, unknown in zip(rows, found.grid, found.unknown, strict=True):
        sunny.own += sign * (row.amount - grid.amount)
        sunny.unknown += sign * unknown
