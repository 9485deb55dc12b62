"""How much of a year, or of a month, some days are."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.billing.proration import cycle_of, cycle_starts, portion
from custom_components.ecom.core.tariffs.model import Per, Proration
from tests.core.billing.supplies import d

JANUARY = (1, 1)


@pytest.mark.parametrize(
    ("per", "proration", "days", "factor", "words"),
    [
        (Per.DAY, Proration.DAYS_365, "2026-01-01/2026-02-01", "31", "31"),
        (Per.YEAR, Proration.DAYS_365, "2026-01-16/2026-02-01", "16/365", "16/365"),
        (Per.YEAR, Proration.DAYS_366, "2026-01-16/2026-02-01", "16/366", "16/366"),
        (Per.YEAR, Proration.DAYS_365, "2026-01-01/2027-01-01", "1", "1"),
        (Per.YEAR, Proration.DAYS_365, "2028-01-01/2029-01-01", "366/365", "366/365"),
        (Per.YEAR, Proration.BILLING_YEAR, "2028-01-01/2029-01-01", "1", "1"),
        (Per.MONTH, Proration.CALENDAR_MONTH, "2026-02-01/2026-02-15", "1/2", "14/28"),
        (Per.MONTH, Proration.CALENDAR_MONTH, "2028-02-01/2028-03-01", "1", "1"),
        (Per.YEAR, Proration.CALENDAR_MONTH, "2026-01-01/2026-03-01", "1/6", "(2) / 12"),
        (Per.MONTH, Proration.DAYS_365, "2026-01-01/2026-02-01", "372/365", "12 * (31/365)"),
        (Per.MONTH, Proration.WHOLE, "2026-01-16/2026-02-16", "1", "1"),
        (Per.YEAR, Proration.WHOLE, "2026-01-16/2026-02-16", "0", "0"),
    ],
)  # fmt: skip
def test_portions(per: Per, proration: Proration, days: str, factor: str, words: str) -> None:
    """Each kind of proration, with the sum that says how it was reckoned."""
    first, last = days.split("/")
    found = portion(per, proration, JANUARY, d(first), d(last))
    assert (found.factor, found.sum) == (Fraction(factor), words)


def test_a_billing_year_is_that_of_the_contract() -> None:
    """One that holds a leap day has 366 days, and the year after it 365 again."""
    found = portion(Per.YEAR, Proration.BILLING_YEAR, (12, 1), d("2027-12-01"), d("2029-01-01"))
    assert found.sum == "1 + 31/365"
    assert found.factor == 1 + Fraction(31, 365)
    assert portion(
        Per.YEAR, Proration.BILLING_YEAR, (12, 1), d("2028-01-01"), d("2028-02-01")
    ).of == 366  # fmt: skip


def test_months_in_part_are_each_of_their_own_length() -> None:
    """Sixteen days of January and fifteen of February."""
    found = portion(Per.MONTH, Proration.CALENDAR_MONTH, JANUARY, d("2026-01-16"), d("2026-02-16"))
    assert found.sum == "16/31 + 15/28"
    assert found.of is None


@pytest.mark.parametrize(
    ("per", "anchor", "day", "first"),
    [
        (Per.DAY, (1, 1), "2026-03-04", "2026-03-04"),
        (Per.MONTH, (1, 1), "2026-03-04", "2026-03-01"),
        (Per.YEAR, (9, 1), "2026-03-04", "2025-09-01"),
        (Per.YEAR, (9, 1), "2026-09-01", "2026-09-01"),
        (Per.YEAR, (2, 29), "2026-02-28", "2026-02-28"),
    ],
)
def test_cycles_begin_where_they_are_anchored(
    per: Per, anchor: tuple[int, int], day: str, first: str
) -> None:
    """29 February is the day before where there is none."""
    assert cycle_of(per, anchor, d(day)) == d(first)


def test_months_of_a_contract_begin_on_its_day() -> None:
    """On the last day of a month that is too short for it."""
    found = cycle_starts(Per.MONTH, (1, 31), d("2026-01-01"), d("2026-05-01"))
    assert [day.isoformat() for day in found] == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30",
    ]  # fmt: skip


@given(
    st.lists(st.dates(d("2024-01-01"), d("2029-12-31")), min_size=2, max_size=6, unique=True),
    st.sampled_from(Per),
    st.sampled_from(Proration),
)
def test_periods_that_follow_each_other_make_the_whole(
    days: list[date], per: Per, proration: Proration
) -> None:
    """Nothing is charged twice or not at all, however often a bill is made."""
    cuts = sorted(days)
    anchor = (3, 31)
    whole = portion(per, proration, anchor, cuts[0], cuts[-1])
    parts = [portion(per, proration, anchor, a, b) for a, b in pairwise(cuts)]
    assert sum((part.factor for part in parts), Fraction(0)) == whole.factor
