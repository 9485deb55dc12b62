"""The eight cases that Home Assistant's own cost sensor gets wrong, with what is right.

They were tried on its class of 2026.11. The right cost is that of what was used, at the
price of when it was.
"""

from datetime import timedelta

import pytest

from custom_components.ecom.core.costs.ledger import Account
from custom_components.ecom.core.costs.rows import MONEY
from custom_components.ecom.core.quarters import Series
from custom_components.ecom.ports import Kind
from tests.core.costs.test_ledger import MINUTE, NOON, SWITCH, TWO
from tests.tariff import Changes, price

FLAT = Changes.of(price(NOON, "all", "0.2"))


class Meter:
    """A counter with its account, read some minutes after noon."""

    def __init__(self, contract: Changes, kwh: float) -> None:
        """Read it at noon."""
        self.series = Series(kind=Kind.ENERGY)
        self.account = Account(contract)
        self.series.take(NOON, kwh * 1000)

    def reads(self, minutes: float, kwh: float) -> float:
        """Read it, and return what all has cost."""
        counted = self.series.take(NOON + minutes * MINUTE, kwh * 1000)
        if counted is not None:
            self.account.count(counted)
        return self.euros

    def exchanged(self, minutes: float, closing: float, opening: float) -> None:
        """State that it was exchanged."""
        counted = self.series.exchange(NOON + minutes * MINUTE, closing * 1000, opening * 1000)
        assert counted is not None
        self.account.count(counted)

    @property
    def euros(self) -> float:
        """Return what all has cost."""
        return self.account.totals.money / MONEY


def test_used_before_the_switch_and_reported_after_it() -> None:
    """The last millisecond is all that lies after it."""
    meter = Meter(TWO, 100)
    minutes = (SWITCH - NOON + timedelta(milliseconds=1)) / MINUTE
    assert meter.reads(minutes, 102) == pytest.approx(0.4284, abs=1e-6)


def test_a_price_that_is_missing_for_a_while() -> None:
    """Neither nothing nor the next price: what it costs is told once the price is known."""
    contract = Changes.of(
        price(NOON, "all", "0.20"),
        price(NOON + 10 * MINUTE, "all"),
        price(NOON + 20 * MINUTE, "all", "0.70"),
    )
    meter = Meter(contract, 100)
    meter.reads(10, 105)
    meter.reads(20, 110)
    assert meter.reads(30, 111) == pytest.approx(1.00 + 0.70)
    assert meter.account.totals.unpriced == 5_000_000


def test_a_dip() -> None:
    """Cost never falls, and what was counted twice is billed once."""
    meter = Meter(FLAT, 1000)
    costs = [meter.reads(10, 1010), meter.reads(20, 1005), meter.reads(30, 1012)]
    assert costs == pytest.approx([2.0, 2.0, 2.4])


@pytest.mark.parametrize("opening", [5.0, 1500.0, 960.0])
def test_a_meter_that_is_exchanged(opening: float) -> None:
    """Whether the new one stands far lower, far higher, or a little lower."""
    meter = Meter(FLAT, 1000)
    meter.reads(60, 1009)
    meter.exchanged(90, 1010, opening)
    assert meter.reads(100, opening + 1) == pytest.approx(11 * 0.2)


def test_a_glitch_to_zero_and_back() -> None:
    """It has never begun anew."""
    meter = Meter(FLAT, 100)
    meter.reads(1, 0)
    assert meter.reads(2, 100) == 0.0


def test_a_total_that_begins_anew() -> None:
    """It is no income."""
    meter = Meter(FLAT, 100)
    assert meter.reads(1, 0) == 0.0
    assert meter.reads(60, 1) == pytest.approx(0.2)
