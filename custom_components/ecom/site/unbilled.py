"""Meters where a supply comes in that no contract bills, of the days of a statement."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..core.billing.lines import Words
from ..core.billing.usage import units
from ..core.tariffs.model import Direction
from .groups import is_trunk
from .picture import Meter
from .statement_runs import Stretch
from .usage import Usage


@dataclass(frozen=True, kw_only=True, slots=True)
class Unbilled:
    """What a meter counted without a contract, in mWh or ml, on the days of a stretch."""

    meter: Meter
    amount: int
    stretch: Stretch

    @property
    def candidates(self) -> list[str]:
        """Return the contracts that could bill it on the first of the days."""
        return [
            key
            for key, tariff in self.stretch.picture.contracts.items()
            if tariff.contract.fluid is self.meter.fluid
            and tariff.contract.direction is Direction.IMPORT
            and tariff.contract.holds(self.stretch.days.since)
        ]


def unbilled(usage: Usage, stretches: Iterable[Stretch]) -> Iterator[Unbilled]:
    """Yield what counted something without a contract. Blocks."""
    for stretch in stretches:
        picture, days = stretch.picture, stretch.days
        times = picture.start(days.since), picture.start(days.until)
        for meter in picture.meters.values():
            if meter.billed is not None or not is_trunk(meter):
                continue
            if amount := usage.amount(meter.drawn, *times):
                yield Unbilled(meter=meter, amount=amount, stretch=stretch)


def unbilled_notes(usage: Usage, stretches: Iterable[Stretch]) -> tuple[Words, ...]:
    """Return what is in no section, since no contract bills it, by meter. Blocks."""
    amounts: dict[str, int] = {}
    meters: dict[str, Meter] = {}
    for each in unbilled(usage, stretches):
        amounts[each.meter.key] = amounts.get(each.meter.key, 0) + each.amount
        meters[each.meter.key] = each.meter
    return tuple(
        Words(
            key="note_unbilled",
            values={
                "meter": meters[key].name,
                "amount": str(units(amount)),
                "unit": meters[key].unit.value,
            },
        )
        for key, amount in amounts.items()
    )
