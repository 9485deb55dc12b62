"""Rows of the ledger as bills take them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from custom_components.ecom.core.billing.from_ledger import less, money, usage_rows
from custom_components.ecom.core.billing.usage import Quality
from custom_components.ecom.core.costs.rows import NO_FLAG, Flag, Row

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
KOLKATA = ZoneInfo("Asia/Kolkata")
MINUTE = int(NOON.timestamp()) // 60


def test_a_row_ends_where_the_next_one_begins() -> None:
    """Or with its hour, by UTC or by the clock; bands of one time have the same end."""
    assert [row.end for row in usage_rows({(MINUTE, "hp"): Row(amount=1)}, KOLKATA)] == [
        NOON + timedelta(minutes=30)
    ]
    rows = {
        (MINUTE + 24, "hc"): Row(amount=1),
        (MINUTE, "hp"): Row(amount=2),
        (MINUTE, "hc"): Row(amount=3),
        (MINUTE + 120, "hp"): Row(amount=4),
    }
    found = [(row.start - NOON, row.end, row.band, row.amount) for row in usage_rows(rows, UTC)]
    minutes = [timedelta(minutes=n) for n in (0, 24, 60, 120, 180)]
    assert found == [
        (minutes[0], NOON + minutes[1], "hc", 3),
        (minutes[0], NOON + minutes[1], "hp", 2),
        (minutes[1], NOON + minutes[2], "hc", 1),
        (minutes[3], NOON + minutes[4], "hp", 4),
    ]


def test_how_well_it_is_known() -> None:
    """A price that may change is no doubt of the amount; estimated is worse than split."""
    kinds = {
        NO_FLAG: Quality.MEASURED,
        Flag.PROVISIONAL: Quality.MEASURED,
        Flag.SPLIT: Quality.SPLIT,
        Flag.SPLIT | Flag.ESTIMATED: Quality.ESTIMATED,
    }
    for flags, quality in kinds.items():
        (row,) = usage_rows({(MINUTE, "all"): Row(amount=1, bound=25 * 10**10, flags=flags)}, UTC)
        assert (row.quality, row.bound) == (quality, Decimal("0.25"))


def test_what_is_taken_away() -> None:
    """Adds up to nothing with what it was."""
    rows = usage_rows({(MINUTE, "all"): Row(amount=7)}, UTC)
    assert [row.amount for row in (*rows, *less(rows))] == [7, -7]


def test_money_is_exact() -> None:
    """To the last digit of the ledger."""
    assert money(1) == Decimal("0.000000000001")
    assert money(-(10**12)) == -1
