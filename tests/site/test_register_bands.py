"""Which band each register of a meter counts, and when none of them is asked."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from custom_components.ecom.core.tariffs.succession import Succession, Term
from custom_components.ecom.core.tariffs.tariff import Tariff
from custom_components.ecom.core.tariffs.templates import make
from custom_components.ecom.ports import Counters, Role
from custom_components.ecom.site.meters import MeterConfig, Rates
from custom_components.ecom.site.register_bands import bands_of

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEAKS = {"template": "peak_offpeak", "prices": "0.2 0.1", "windows": "22:00-06:00"}
FLAT = {"template": "flat", "prices": "0.2"}
TELEINFO = Counters(imported="total", registers={"a": "peak", "b": "off_peak"})
FOUR_RATES = Counters(imported="total", registers={"a": "1", "b": "2", "c": "3", "d": "4"})


def priced(*contracts: dict[str, Any]) -> Succession:
    """Return contracts that follow each other, the last one from noon on."""
    tariffs = [Tariff(make(each, "ours", "Europe/Paris", "EUR")) for each in contracts]
    ends = [None, *([NOON] if len(tariffs) > 1 else []), None]
    return Succession(
        [
            Term(start=start, end=end, tariff=tariff)
            for (start, end), tariff in zip(pairwise(ends), tariffs, strict=True)
        ]
    )


def meter(**more: Any) -> MeterConfig:
    """Return a meter at the grid."""
    return MeterConfig(port="power", role=Role.GRID, **more)


@pytest.mark.parametrize(
    ("config", "counters", "contract", "bands"),
    [
        (meter(), TELEINFO, PEAKS, {"a": "peak", "b": "off_peak"}),
        (
            meter(),
            FOUR_RATES,
            PEAKS,
            {"a": "peak", "b": "off_peak", "c": "rate_3", "d": "rate_4"},
        ),
        (
            meter(rates=Rates.SWAPPED),
            FOUR_RATES,
            PEAKS,
            {"a": "off_peak", "b": "peak", "c": "rate_3", "d": "rate_4"},
        ),
        (meter(), TELEINFO, FLAT, {}),
        (meter(), Counters(imported="total"), PEAKS, {}),
        (meter(registers=(("x", "off_peak"), ("y", "peak"))), TELEINFO, PEAKS,
         {"x": "off_peak", "y": "peak"}),
        (meter(registers=(("x", "off_peak"),)), TELEINFO, PEAKS, {}),
    ],
)  # fmt: skip
def test_registers_and_contract_fit_or_not(
    config: MeterConfig, counters: Counters, contract: dict[str, Any], bands: dict[str, str]
) -> None:
    """They do where every band of the contract has a register; otherwise the clock decides."""
    assert bands_of(config, counters, priced(contract), NOON) == bands


def test_without_a_contract() -> None:
    """Only what a person states is followed."""
    assert bands_of(meter(), TELEINFO, None, NOON) == {}
    stated = meter(registers=(("x", "off_peak"),))
    assert bands_of(stated, TELEINFO, None, NOON) == {"x": "off_peak"}


@pytest.mark.parametrize("now", [NOON - HOUR, NOON])
def test_a_contract_without_bands_before_or_after_one_that_has_them(now: datetime) -> None:
    """The registers go on counting, so that nothing is lost between the two."""
    both = {"a": "peak", "b": "off_peak"}
    assert bands_of(meter(), TELEINFO, priced(FLAT, PEAKS), now) == both
    assert bands_of(meter(), TELEINFO, priced(PEAKS, FLAT), now) == both
    assert bands_of(meter(), Counters(imported="total"), priced(PEAKS, FLAT), now) == {}
