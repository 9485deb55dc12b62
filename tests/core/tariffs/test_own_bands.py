"""What registers count, and whether a schedule agrees."""

from datetime import timedelta
from fractions import Fraction

import pytest

from custom_components.ecom.core.tariffs.france_rows import BANDS, Option
from custom_components.ecom.core.tariffs.french_bands import EJP_BANDS, TEMPO_BANDS
from custom_components.ecom.core.tariffs.own_bands import (
    TELEINFO,
    TELEINFO_STANDARD,
    Contradiction,
    Counted,
    band_of_label,
    contradiction,
)
from custom_components.ecom.core.tariffs.pricing import Known
from custom_components.ecom.core.tariffs.tariff import Tariff
from tests.core.tariffs.cases import at, off_peak, tempo


def test_labels_of_the_historic_mode_are_our_bands() -> None:
    """Each of them once."""
    bands = {"all", "peak", "off_peak", *EJP_BANDS, *TEMPO_BANDS}
    assert set(TELEINFO.values()) == bands
    assert len(TELEINFO) == len(bands)


@pytest.mark.parametrize("option", Option)
def test_labels_of_the_standard_mode_are_those_of_the_option(option: Option) -> None:
    """An index means what the supplier made of it, so the option must be known."""
    assert set(TELEINFO_STANDARD[option].values()) == set(BANDS[option])


@pytest.mark.parametrize(
    ("label", "option", "band"),
    [
        ("HCHP", None, "peak"),
        ("bbrhpjw", Option.TEMPO, "white_peak"),
        ("EASF02", Option.PEAK_OFF_PEAK, "peak"),
        ("EASF05", Option.TEMPO, "red_off_peak"),
        ("EASF05", Option.BASE, None),
        ("EASF01", None, None),
        ("PAPP", None, None),
    ],
)
def test_the_band_of_a_label(label: str, option: Option | None, band: str | None) -> None:
    """None where it cannot be told."""
    assert band_of_label(label, option) == band


HOUR = timedelta(hours=1)


def counted(band: str, start: str, amount: int, hours: int = 1) -> Counted:
    """Return what was counted from a moment on."""
    return Counted(band=band, start=at(start), end=at(start) + hours * HOUR, amount=amount)


def test_the_share_that_disagrees() -> None:
    """A time that is wholly of other bands; a time that has the band in it agrees."""
    tariff = Tariff(off_peak(("22:00", "06:00")).contract)
    found = contradiction(
        [
            counted("off_peak", "2026-11-26T20:30", 500),
            counted("off_peak", "2026-11-26T19:00", 200),
            counted("peak", "2026-11-26T12:00", 300),
        ],
        lambda start, end: [each.band for each in tariff.slices(start, end)],
    )
    assert found == Contradiction(amount=200, total=1000)
    assert found.share == Fraction(1, 5)


def test_what_is_not_known_says_nothing() -> None:
    """A day without a colour neither agrees nor disagrees."""
    case = tempo({"2026-11-26": "red"})
    tariff = Tariff(case.contract, Known(colours=case.known.colours, curves={}))
    found = contradiction(
        [
            counted("blue_peak", "2026-11-27T12:00", 700),
            counted("red_peak", "2026-11-26T12:00", 100),
            counted("red_off_peak", "2026-11-27T04:00", 100, 3),
        ],
        lambda start, end: [each.band for each in tariff.slices(start, end)],
    )
    assert found == Contradiction(amount=0, total=200)
    assert contradiction([], lambda _start, _end: []).share == 0
