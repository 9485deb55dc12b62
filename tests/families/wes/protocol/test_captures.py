"""The committed pages: every value of the real ones, and what the made-up one adds."""

from datetime import datetime
from decimal import Decimal

import pytest

from custom_components.ecom.families.wes.protocol import (
    TARIFF_COUNTERS,
    Colour,
    Contract,
    Period,
    Quantity,
    Value,
    read,
)
from custom_components.ecom.families.wes.protocol.tags import lookup
from tests.families.wes.protocol.pages import LINKY_084, NAMES, REAL_061, SYNTHETIC, elements, load


def values(name: str) -> dict[str, Value]:
    """Return what a page says, by the points' keys."""
    return {str(point): value for point, value in read(load(name)).values.items()}


def test_the_real_page_of_061d_says_exactly_this() -> None:
    """Two Téléinfo that are not there, clamps in Wh, one probe among thirty zeros."""
    report = read(load(REAL_061))
    assert report.firmware == "V0.61D"
    assert report.clock == datetime(2017, 5, 1, 15, 31)  # noqa: DTZ001 - as the server has it
    assert {str(point): value for point, value in report.values.items()} == {
        **{f"pulse{n}/index": 0 for n in range(1, 5)},
        **{f"pulse{n}/pulses": 0 for n in range(1, 5)},
        **{f"clamp{n}/current": 0.0 for n in range(1, 4)},
        "clamp4/current": 0.63,
        "clamp1/import": 29_386_970,
        "clamp2/import": 5_203_481,
        "clamp3/import": 14_018_885,
        "clamp4/import": 45_584,
        "probe1/value": 22.0,
        **{f"probe{n}/value": 0.0 for n in range(2, 31)},
        "relay1/state": False,
        "relay2/state": False,
        "input1/state": False,
        "input2/state": False,
        **{f"analog{n}/voltage": 0.0 for n in range(1, 5)},
        **{f"switch{n}/state": False for n in range(1, 9)},
        **{f"variable{n}/value": 0.0 for n in range(1, 9)},
    }


def test_the_real_linky_says_exactly_this() -> None:
    """8400 VA and 30 A are what the meter sends; tariffs without a contract are zero."""
    said: dict[str, Value] = {
        "meter_id": "021000000017",
        "contract": Contract.PEAK_OFF_PEAK,
        "subscribed_current": 45,
        "period": Period.PEAK,
        "tomorrow": None,
        "ejp_notice": False,
        "apparent_power": 8400,
        "injected_power": 0,
        "current": 30,
        "max_current": 90,
        **{f"{what}_{n}": 0 for what in ("current", "max_current", "voltage") for n in (1, 2, 3)},
        **dict.fromkeys(TARIFF_COUNTERS, 0),
        "peak": 48_437_741,
        "off_peak": 21_610_695,
        "export": 0,
        "production": 0,
    }
    assert values(LINKY_084) == {f"tic1/{quantity}": value for quantity, value in said.items()}


def test_a_recent_page_has_three_meters() -> None:
    """A Tempo meter with three phases, another contract, and a producer."""
    said = values(SYNTHETIC)
    assert [said[f"tic{n}/contract"] for n in (1, 2, 3)] == ["tempo", "peak_off_peak", "producer"]
    assert said["tic1/period"] is Period.WHITE_PEAK
    assert said["tic1/tomorrow"] is Colour.RED
    assert [said[f"tic1/current_{n}"] for n in (1, 2, 3)] == [12, 9, 11]
    assert [said[f"tic1/voltage_{n}"] for n in (1, 2, 3)] == [231, 229, 233]
    assert said["tic1/red_off_peak"] == 912_345
    assert said["tic3/production"] == 9_876_543
    assert said["tic3/export"] == 4_410_077
    assert said["tic3/injected_power"] == 2180
    assert "tic3/period" not in said


def test_a_recent_page_counts_clamps_in_kwh() -> None:
    """Converted without loss; drawn and fed in; the mains have a voltage."""
    said = values(SYNTHETIC)
    assert [said[f"clamp{n}/import"] for n in (1, 2, 3, 4)] == [15_234_871, 402_006, 88_400, 45_584]
    assert [said[f"clamp{n}/export"] for n in (1, 2, 3, 4)] == [0, 1_250_730, 0, 3001]
    assert said["mains1/voltage"] == 232


def test_a_recent_page_has_all_inputs() -> None:
    """Six counters with their decimals, cards of relays by their own numbers, 24 switches."""
    said = values(SYNTHETIC)
    assert said["pulse6/index"] == Decimal("33.100")
    assert str(said["pulse6/index"]) == "33.100"
    assert said["probe2/value"] == -3.5
    assert [n for n in range(101, 109) if said[f"relay{n}/state"]] == [102, 107]
    assert [n for n in range(1, 25) if said[f"switch{n}/state"]] == [5, 10, 15, 20]
    assert said["analog3/voltage"] == 10
    assert said["variable3/value"] == -3.25


@pytest.mark.parametrize("name", NAMES)
def test_every_element_of_a_page_is_known(name: str) -> None:
    """Nothing but the server's own clock and version is passed over."""
    unknown = {each.section for each in elements(load(name)) if not lookup(each.section, each.tag)}
    assert unknown <= {"info"}


def test_values_have_units() -> None:
    """Those that are the same for everybody; the rest its owner knows."""
    units = {quantity: quantity.unit for quantity in Quantity}
    assert units[Quantity.PEAK] == units[Quantity.IMPORT] == "Wh"
    assert units[Quantity.MAX_CURRENT_2] == "A"
    assert units[Quantity.VOLTAGE] == "V"
    assert units[Quantity.INJECTED_POWER] == "VA"
    assert units[Quantity.POWER] == "W"
    assert units[Quantity.INDEX] is units[Quantity.PERIOD] is None
