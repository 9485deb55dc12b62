"""The highest quarter-hour, or hour, of each month."""

from datetime import date
from decimal import Decimal

import pytest

from custom_components.ecom.core.billing.peaks import first_month, month_peaks, peak_of
from custom_components.ecom.core.tariffs.model import Basis, Capacity, Window
from custom_components.ecom.core.timeline import QUARTER_MS, to_ms
from tests.core.billing.supplies import PARIS, contract, d, local, series


def capacity(**more: object) -> Capacity:
    """Return a component that is charged by peaks."""
    values = {"key": "kw", "series": series("40"), **more}
    return Capacity(**values)  # type: ignore[arg-type]  # the fields are those of a component


def quarters(**kwh: str) -> dict[int, int]:
    """Return quarter-hours by local time, told as ``at_2026_01_31T23_45``."""
    found = {}
    for at, amount in kwh.items():
        day, time = at.removeprefix("at_").split("T")
        start = local(f"{day.replace('_', '-')}T{time.replace('_', ':')}")
        found[to_ms(start) // QUARTER_MS] = int(Decimal(amount) * 1_000_000)
    return found


def test_the_highest_quarter_hour_of_a_local_month() -> None:
    """A kWh in a quarter-hour is 4 kW."""
    used = quarters(at_2026_01_10T08_00="1", at_2026_01_31T23_45="1.5", at_2026_02_01T00_00="0.25")
    assert month_peaks(used, capacity(), PARIS) == {
        date(2026, 1, 1): Decimal(6),
        date(2026, 2, 1): Decimal(1),
    }


def test_an_hour_holds_four() -> None:
    """What is not known of it counted nothing."""
    used = quarters(at_2026_01_10T08_00="1", at_2026_01_10T08_45="1", at_2026_01_10T09_00="1.5")
    assert month_peaks(used, capacity(minutes=60), PARIS) == {date(2026, 1, 1): Decimal(2)}
    assert month_peaks(used, capacity(minutes=1), PARIS) == {date(2026, 1, 1): Decimal(6)}


def test_only_within_the_windows() -> None:
    """By the clock on the wall."""
    used = quarters(at_2026_07_10T08_00="1", at_2026_07_10T22_00="2")
    by_day = capacity(windows=(Window(start=7 * 60, end=22 * 60),))
    assert month_peaks(used, by_day, PARIS) == {date(2026, 7, 1): Decimal(4)}
    assert month_peaks({}, by_day, PARIS) == {}


def test_what_is_charged_by_peaks() -> None:
    """A subscribed power is not."""
    subscribed = capacity(basis=Basis.SUBSCRIBED)
    assert peak_of(contract(subscribed)) is None
    assert peak_of(contract(subscribed, capacity())) == capacity()


@pytest.mark.parametrize(
    ("months", "first"), [(12, "2025-03-01"), (1, "2026-01-01"), (3, "2025-12-01")]
)
def test_how_far_back_peaks_are_asked(months: int, first: str) -> None:
    """So many months, and those of the period in any case."""
    component = capacity(months=months)
    assert first_month(component, d("2026-01-10"), d("2026-03-01")) == d(first)
