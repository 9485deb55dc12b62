"""Meters where a supply comes in that no contract bills, of the days of a statement."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ..core.billing.lines import Words
from ..core.billing.usage import units
from ..core.tariffs.model import Direction, Fluid
from .groups import is_trunk
from .picture import Meter, Picture
from .statement_runs import Stretch
from .usage import Usage


def unbilled(usage: Usage, stretches: Iterable[Stretch]) -> Iterator[tuple[Meter, Stretch]]:
    """Yield what counted something without a contract, and the days on which it did. Blocks."""
    for stretch in stretches:
        picture, days = stretch.picture, stretch.days
        for meter in picture.meters.values():
            times = picture.start(days.since), picture.start(days.until)
            if meter.billed is None and is_trunk(meter) and usage.amount(meter.drawn, *times):
                yield meter, stretch


def unbilled_notes(usage: Usage, stretches: Sequence[Stretch]) -> tuple[Words, ...]:
    """Return what is in no section, since no contract bills it, by meter. Blocks."""
    amounts: dict[str, int] = {}
    meters: dict[str, Meter] = {}
    for meter, stretch in unbilled(usage, stretches):
        start = stretch.picture.start
        used = usage.amount(meter.drawn, start(stretch.days.since), start(stretch.days.until))
        amounts[meter.key] = amounts.get(meter.key, 0) + used
        meters[meter.key] = meter
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


def holding(picture: Picture, fluid: Fluid, day: date) -> list[str]:
    """Return the contracts that could supply a fluid on a day."""
    found = []
    for key, tariff in picture.contracts.items():
        contract = tariff.contract
        if contract.fluid is fluid and contract.direction is Direction.IMPORT:
            since, until = contract.since or day, contract.until
            if since <= day and (until is None or day < until):
                found.append(key)
    return found
