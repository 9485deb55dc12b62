"""The highest power of each month, from what was counted by quarter-hour."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta, tzinfo
from decimal import Decimal

from ..tariffs.bands import in_window
from ..tariffs.model import Basis, Capacity, Contract
from ..tariffs.wall import minute_of
from ..timeline import QUARTER, QUARTER_MS, from_ms
from .usage import units


def peak_of(contract: Contract) -> Capacity | None:
    """Return the component that is charged by peaks, None if there is none."""
    found = (each for each in contract.components if isinstance(each, Capacity))
    return next((each for each in found if each.basis is not Basis.SUBSCRIBED), None)


def first_month(component: Capacity, since: date, until: date) -> date:
    """Return the first month of which a bill of ``[since, until)`` asks the peak."""
    month = (until - timedelta(days=1)).replace(day=1)
    for _ in range(component.months - 1):
        month = (month - timedelta(days=1)).replace(day=1)
    return min(month, since.replace(day=1))


def month_peaks(
    quarters: Mapping[int, int], component: Capacity, zone: tzinfo
) -> dict[date, Decimal]:
    """Return the peaks in kW by the first day of their month.

    ``quarters`` are mWh by quarter-hour since 1970. A peak is the highest mean of as many
    whole quarter-hours as the component asks for, which begin within its windows.
    """
    count = max(component.minutes * 60_000 // QUARTER_MS, 1)
    found: dict[date, Decimal] = {}
    for block in sorted({number // count for number in quarters}):
        start = from_ms(block * count * QUARTER_MS).astimezone(zone)
        minute = minute_of(start.time())
        if component.windows and not any(in_window(each, minute) for each in component.windows):
            continue
        month = start.date().replace(day=1)
        mean = _mean(quarters, range(block * count, (block + 1) * count))
        found[month] = max(mean, found.get(month, mean))
    return found


def _mean(quarters: Mapping[int, int], numbers: Iterable[int]) -> Decimal:
    """Return the mean power, in kW, of quarter-hours; one that is not known counted nothing."""
    amounts = [quarters.get(number, 0) for number in numbers]
    per_hour = timedelta(hours=1) // QUARTER
    return units(sum(amounts)) * per_hour / len(amounts)
