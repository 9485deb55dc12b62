"""What an account counted and cost hour by hour, as sums that go on from hour to hour."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .rows import HOUR_MS, MINUTE_MS, Row, Rows, Totals


@dataclass(frozen=True, kw_only=True, slots=True)
class HourSum:
    """What was counted, and what that cost, up to the end of the hour that begins at ``start``."""

    start: int
    amount: int
    money: int


def hour_sums(rows: Rows, before: Totals, told: tuple[int, int] | None = None) -> Iterator[HourSum]:
    """Yield the sums of each hour from the first to the last that has rows, none left out.

    ``before`` is what lies before the rows. An hour in which nothing was counted has the sums
    of the one before it: a statistic of it that was something else once is put right. So has
    each of the hours from the first to the last of ``told``, of which something was said.
    """
    by_hour = _by_hour(rows)
    amount, money = before.amount, before.money
    hours = [*by_hour, *(at // HOUR_MS for at in told or ())]
    for hour in range(min(hours, default=0), max(hours, default=-1) + 1):
        for row in by_hour.get(hour, ()):
            amount += row.amount
            money += row.money
        yield HourSum(start=hour * HOUR_MS, amount=amount, money=money)


def _by_hour(rows: Rows) -> Mapping[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for (minute, _), row in rows.items():
        found.setdefault(minute * MINUTE_MS // HOUR_MS, []).append(row)
    return found
