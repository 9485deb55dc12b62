"""What of a row was sun: by quarter-hour, as it was used."""

from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.billing.sun import parted
from custom_components.ecom.core.billing.usage import UsageRow
from custom_components.ecom.core.timeline import QUARTER_MS, to_ms
from tests.core.billing.supplies import local

EIGHT = local("2026-06-01T08:00")
FIRST = to_ms(EIGHT) // QUARTER_MS


def row(amount: int, minutes: int = 60, start: int = 0) -> UsageRow:
    """Return a row that begins so many minutes after eight."""
    at = EIGHT + timedelta(minutes=start)
    return UsageRow(start=at, end=at + timedelta(minutes=minutes), band="all", amount=amount)


def shares(*parts: int | None) -> dict[int, Fraction | None]:
    """Return shares of sun in percent, quarter-hour by quarter-hour."""
    return {
        FIRST + n: None if part is None else Fraction(part, 100) for n, part in enumerate(parts)
    }


def test_an_hour_is_weighed_by_what_was_used_in_it() -> None:
    """All of it in the second quarter-hour, half of which was sun."""
    found = parted([row(1000)], shares(100, 50, 100, 100), {FIRST + 1: 7})
    assert [each.amount for each in found.grid] == [500]
    assert found.unknown == (0,)


def test_without_quarter_hours_it_is_spread_evenly() -> None:
    """Also where the row is but a part of them."""
    assert parted([row(1000)], shares(100, 0, 0, 0), {}).grid[0].amount == 750
    found = parted([row(900, minutes=9, start=12)], shares(100, 0), {})
    assert found.grid[0].amount == 600


def test_what_is_not_known_counts_as_from_the_grid() -> None:
    """And how much that is, is told."""
    found = parted([row(1000), row(4, start=60)], shares(100, None, 100), {})
    assert [each.amount for each in found.grid] == [500, 4]
    assert found.unknown == (500, 4)


def test_a_row_without_an_end() -> None:
    """Is of the quarter-hour in which it begins."""
    found = parted([UsageRow(start=EIGHT, band="all", amount=9)], shares(100), {})
    assert found.grid[0].amount == 0


@given(
    st.integers(0, 10**9),
    st.lists(st.none() | st.integers(0, 100), min_size=4, max_size=4),
    st.lists(st.integers(0, 10**6), min_size=4, max_size=4),
)
def test_the_grid_gave_between_nothing_and_all(
    amount: int, sun: list[int | None], used: list[int]
) -> None:
    """Whatever the quarter-hours are."""
    weights = {FIRST + n: each for n, each in enumerate(used)}
    found = parted([row(amount)], shares(*sun), weights)
    assert 0 <= found.grid[0].amount <= amount
    assert 0 <= found.unknown[0] <= found.grid[0].amount
