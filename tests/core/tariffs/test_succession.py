"""Contracts that follow each other, as one pricing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from custom_components.ecom.core.tariffs.model import UNKNOWN_BAND
from custom_components.ecom.core.tariffs.succession import Succession, Term
from custom_components.ecom.core.tariffs.tariff import Tariff
from custom_components.ecom.core.tariffs.templates import make

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FLAT = Tariff(make({"template": "flat", "prices": "0.2"}, "flat", "UTC", "EUR"))
PEAKS = Tariff(
    make(
        {"template": "peak_offpeak", "prices": "0.4 0.3", "windows": "22:00-06:00"},
        "peaks",
        "UTC",
        "EUR",
    )
)
LATER = Tariff(
    make({"template": "flat", "prices": "0.9", "since": "2026-11-05"}, "later", "UTC", "EUR")
)
ONE_AFTER_A_DAY = Succession(
    [
        Term(start=NOON - DAY, end=NOON, tariff=FLAT),
        Term(start=NOON + DAY, end=None, tariff=PEAKS),
    ]
)


def test_each_prices_its_own_time() -> None:
    """And of the time between them neither band nor price is known."""
    found = [
        (each.start, each.end, each.band, each.price)
        for each in ONE_AFTER_A_DAY.slices(NOON - HOUR, NOON + DAY + 12 * HOUR)
    ]
    assert found == [
        (NOON - HOUR, NOON, "all", Decimal("0.2")),
        (NOON, NOON + DAY, UNKNOWN_BAND, None),
        (NOON + DAY, NOON + DAY + 10 * HOUR, "peak", Decimal("0.4")),
        (NOON + DAY + 10 * HOUR, NOON + DAY + 12 * HOUR, "off_peak", Decimal("0.3")),
    ]
    before = [*ONE_AFTER_A_DAY.slices(NOON - 3 * DAY, NOON - DAY)]
    assert [(each.band, each.price) for each in before] == [(UNKNOWN_BAND, None)]
    assert before[0].end == NOON - DAY


@pytest.mark.parametrize(
    ("moment", "band", "price", "start"),
    [
        (NOON - HOUR, "all", Decimal("0.2"), NOON - DAY),
        (NOON, "peak", None, NOON),
        (NOON + DAY, "off_peak", Decimal("0.3"), NOON + DAY),
    ],
)
def test_the_price_of_a_band(
    moment: datetime, band: str, price: Decimal | None, start: datetime
) -> None:
    """It is that of the contract of the moment, and no longer than that holds."""
    found = ONE_AFTER_A_DAY.price_of(moment, band)
    assert (found.band, found.price) == (band, price)
    assert start <= found.start <= moment <= found.end


def test_what_holds_at_a_moment() -> None:
    """A tariff, its prices by component, and whether it is one of its contract's days."""
    assert [ONE_AFTER_A_DAY.at(at) for at in (NOON - DAY, NOON, NOON + 9 * DAY)] == [
        FLAT,
        None,
        PEAKS,
    ]
    assert ONE_AFTER_A_DAY.unit_prices(NOON - HOUR, "all")["energy"].value == Decimal("0.2")
    assert ONE_AFTER_A_DAY.unit_prices(NOON, "all") == {}
    assert ONE_AFTER_A_DAY.bands == {"all", "peak", "off_peak"}
    alone = Succession([Term(start=None, end=None, tariff=LATER)])
    assert [alone.in_force(NOON + each * DAY) for each in (0, 2)] == [False, True]
    assert not ONE_AFTER_A_DAY.in_force(NOON)
