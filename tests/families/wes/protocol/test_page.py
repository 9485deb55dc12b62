"""What the texts of a page mean, and what is left out: all but the Téléinfo."""

from datetime import datetime
from decimal import Decimal

import pytest

from custom_components.ecom.families.wes.protocol import Value
from custom_components.ecom.families.wes.protocol.tags import lookup, tag_of
from tests.families.wes.protocol.pages import report, report_of, said, said_of

# --- Info --------------------------------------------------------------------


@pytest.mark.parametrize("time", ["15:31", "15:31:59"])
def test_the_clock_has_whole_minutes(time: str) -> None:
    """Local time without a zone, as the server has it."""
    clock = report(info={"date": "01/05/2017", "time": time}).clock
    assert clock == datetime(2017, 5, 1, 15, 31)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("31/02/2026", "12:00"),
        ("01/13/2026", "12:00"),
        ("01/01/1970", "12:00"),
        ("1/1/2026", "12:00"),
        ("01/01/2026", "24:00"),
        ("01/01/2026", "12:60"),
        ("01/01/2026", "12:00:60"),
        ("01/01/2026", ""),
        ("", "12:00"),
    ],
)
def test_a_clock_that_cannot_be_is_left_out(date: str, time: str) -> None:
    """As is one that was never set."""
    assert report(info={"date": date, "time": time}).clock is None


def test_the_firmware_is_what_this_page_states() -> None:
    """What an earlier page stated helps to read this one and is not repeated."""
    assert report(info={"firmware": "V0.85"}).firmware == "V0.85"
    assert report_of("V0.85", info={"firmware": ""}).firmware is None
    assert report_of("V0.85").firmware is None


# --- Clamps ------------------------------------------------------------------


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize(
    ("firmware", "text", "wh"),
    [
        ("V0.61D", "29386970", 29_386_970),
        ("V0.61D", "29386.970", None),
        ("0.70", "29386970", 29_386_970),
        ("0.70", "29386.970", 29_386_970),
        ("0.79Z99", "29386970", 29_386_970),
        ("0.80", "29386970", None),
        ("0.84A10", "29386.970", 29_386_970),
        ("what?", "29386970", 29_386_970),
        ("what?", "29386.970", 29_386_970),
        ("0.85", "0.1", 100),
        ("0.85", "0.0005", 0.5),
        ("0.85", "4503599627.370497", 4_503_599_627_370.497),
        ("0.85", "29386,970", None),
        ("0.85", ".5", None),
        ("0.85", "5.", None),
    ],
)
def test_the_unit_of_a_clamp(firmware: str, text: str, wh: float | None, stated: bool) -> None:  # noqa: FBT001
    """Firmware and form must agree: a factor of 1000 is at stake."""
    info = {"firmware": firmware} if stated else {}
    expected = {} if wh is None else {"clamp1/import": wh}
    assert said_of(firmware, info=info, pince={"INDEX1": text}) == expected


def test_a_clamp_without_any_firmware() -> None:
    """The form alone decides."""
    assert said(pince={"INDEX1": "1500", "INDEX2": "1.500"}) == {
        "clamp1/import": 1500,
        "clamp2/import": 1500,
    }


def test_a_whole_number_of_wh_is_an_int() -> None:
    """However many zeros the page has after the point."""
    assert type(said(pince={"INDEX1": "1.5000"})["clamp1/import"]) is int


@pytest.mark.parametrize(
    ("firmware", "text", "wh"),
    [
        (None, "1.250", 1250),
        ("0.85", "1.250", 1250),
        ("0.61D", "1.250", None),
        ("0.61D", "1250", None),
        (None, "1250", None),
    ],
)
def test_what_a_clamp_has_fed_in(firmware: str | None, text: str, wh: int | None) -> None:
    """Always kWh with decimals."""
    assert said_of(firmware, pince={"INJECT1": text}) == (
        {} if wh is None else {"clamp1/export": wh}
    )


def test_the_other_figures_of_a_clamp() -> None:
    """Watts have a sign; the mains' voltage is zero where nothing measures it."""
    page = {"I1": "0.63", "WATT1": "-145", "PUISSANCE1": "150", "V": "231"}
    assert said(pince=page) == {
        "clamp1/current": 0.63,
        "clamp1/power": -145,
        "clamp1/apparent_power": 150,
        "mains1/voltage": 231,
    }
    assert said(pince={"V": "0", "I1": "-1"}) == {}


# --- The rest ----------------------------------------------------------------


def test_a_pulse_counter_keeps_its_decimals() -> None:
    """Their number hints at the unit."""
    found = said(impulsion={"INDEX1": "0012.340", "PULSE1": "0012340", "INDEX2": "7"})
    assert found == {"pulse1/index": Decimal("12.34"), "pulse1/pulses": 12_340, "pulse2/index": 7}
    assert str(found["pulse1/index"]) == "12.340"


@pytest.mark.parametrize(
    ("section", "texts", "expected"),
    [
        (
            "temp",
            {"SONDE1": "-0.5", "SONDE2": "+21", "SONDE3": "-0.0"},
            {"probe1": -0.5, "probe2": 21, "probe3": 0},
        ),
        ("temp", {"SONDE1": "--", "SONDE2": "1e1", "SONDE3": "- 1"}, {}),
        ("relais", {"RELAIS1": "ON", "RELAIS2": "OFF"}, {"relay1": True, "relay2": False}),
        ("relais", {"RELAIS1": "1", "RELAIS2": "on"}, {}),
        (
            "relais1W",
            {"RELAIS108": "ON", "RELAIS111": "OFF"},
            {"relay108": True, "relay111": False},
        ),
        ("entree", {"ENTREE1": "1", "ENTREE2": "0"}, {"input1": True, "input2": False}),
        ("entree", {"ENTREE1": "ON", "ENTREE2": "01"}, {}),
        ("analogique", {"AD1": "3.27"}, {"analog1": 3.27}),
        ("switch_virtuel", {"SWITCH24": "1"}, {"switch24": True}),
        ("variables", {"VARIABLE8": "-3.25"}, {"variable8": -3.25}),
    ],
)
def test_inputs_and_outputs(
    section: str, texts: dict[str, str], expected: dict[str, Value]
) -> None:
    """Words for relays, digits for inputs, a sign where one makes sense."""
    found = said(**{section: texts})
    assert {key.partition("/")[0]: value for key, value in found.items()} == expected


@pytest.mark.parametrize(
    ("section", "tag"),
    [
        ("pince", "INDEX5"),
        ("pince", "INDEX"),
        ("impulsion", "INDEX7"),
        ("impulsion", "INDEX01"),
        ("temp", "SONDE0"),
        ("temp", "SONDE31"),
        ("relais", "RELAIS3"),
        ("relais1W", "RELAIS1"),
        ("switch_virtuel", "SWITCH25"),
        ("variables", "AD1"),
        ("info", "SONDE1"),
    ],
)
def test_inputs_that_no_server_has(section: str, tag: str) -> None:
    """They are left out."""
    assert said(**{section: {tag: "1"}}) == {}


# --- The way back to a tag ---------------------------------------------------


@pytest.mark.parametrize(
    ("section", "tag", "named"),
    [
        ("tic2", "HCHC", "H_CREUSE"),
        ("tic1", "INJECTION", "INJECTION"),
        ("pince", "INDEX3", "INDEX3"),
        ("pince", "INJECT4", "INJECT4"),
        ("pince", "V", "V"),
        ("impulsion", "INDEX6", "INDEX6"),
        ("relais1W", "RELAIS103", "RELAIS103"),
    ],
)
def test_a_point_is_named_as_the_page_names_it(section: str, tag: str, named: str) -> None:
    """In its newest spelling, for a person who looks at the page."""
    found = lookup(section, tag)
    assert found is not None
    assert tag_of(found[0]) == named
