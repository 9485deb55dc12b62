"""Prices as typed, and back."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.tariffs.model import ContractError, Version
from custom_components.ecom.core.tariffs.prices import prices_of, prices_text, series_of_text

BANDS = ("peak", "off_peak")


def test_a_line_for_each_change_and_a_number_for_each_band() -> None:
    """The first line needs no date; numbers have a point or a comma."""
    found = prices_of("0,1412 0.1007\n\n 2026-08-01;0.1479;0,1018 ", BANDS, source="typed")
    change = date(2026, 8, 1)
    assert found == {
        "peak": (
            Version(value=Decimal("0.1412"), until=change, source="typed"),
            Version(value=Decimal("0.1479"), since=change, source="typed"),
        ),
        "off_peak": (
            Version(value=Decimal("0.1007"), until=change, source="typed"),
            Version(value=Decimal("0.1018"), since=change, source="typed"),
        ),
    }


def test_a_first_line_with_a_date_holds_from_then_on() -> None:
    """Nothing is known before it."""
    (version,) = series_of_text("2026-08-01 12")
    assert version == Version(value=Decimal(12), since=date(2026, 8, 1))


@pytest.mark.parametrize(
    "text",
    ["0.1952 € 0,1 €", "0.1952€/kWh; 0.1€/kWh", "0.1952 EUR 0.1 eur / kWh", "0.1952 0.1 $/m³"],
)
def test_a_currency_after_a_number_is_passed_over(text: str) -> None:
    """As it stands on a bill."""
    found = prices_of(text, BANDS)
    assert [each[0].value for each in found.values()] == [Decimal("0.1952"), Decimal("0.1")]


@pytest.mark.parametrize("text", ["195.2 €/MWh 1", "19.52 ct/kWh 1", "19 c 1"])
def test_a_price_of_something_else_is_not(text: str) -> None:
    """It would be wrong by a factor."""
    with pytest.raises(ContractError):
        prices_of(text, BANDS)


def test_prices_can_be_negative_where_that_is_allowed() -> None:
    """What is fed in may cost something."""
    assert series_of_text("-0.01", negative=True)[0].value == Decimal("-0.01")


@pytest.mark.parametrize(
    ("text", "key", "placeholders"),
    [
        ("", "prices_missing", {}),
        ("\n \n", "prices_missing", {}),
        ("0.1", "prices_count", {"line": "1", "expected": "2", "found": "1"}),
        ("0.1 0.2 0.3", "prices_count", {"line": "1", "expected": "2", "found": "3"}),
        ("2026-08-01", "prices_count", {"line": "1", "expected": "2", "found": "0"}),
        ("0.1 0.2\n0.2 0.3", "prices_date_missing", {"line": "2"}),
        (
            "2026-08-01 1 2\n2026-08-01 1 2",
            "prices_order",
            {"line": "2", "since": "2026-08-01"},
        ),
        ("0.1 0.2\n\n2026-02-30 1 2", "typed_date", {"line": "3", "text": "2026-02-30"}),
        ("0.1 0.2a", "typed_number", {"line": "1", "text": "0.2a"}),
        ("0.1 1.234,5", "typed_number", {"line": "1", "text": "1.234,5"}),
        ("0.1 nan", "typed_number", {"line": "1", "text": "nan"}),
        ("0.1 1e3", "typed_number", {"line": "1", "text": "1e3"}),
        ("0.1 -0.2", "prices_negative", {"line": "1"}),
        ("0.1 10000,1", "price_too_large", {"line": "1", "text": "10000,1"}),
    ],
)
def test_what_is_wrong_names_the_line(text: str, key: str, placeholders: dict[str, str]) -> None:
    """And what was expected there."""
    with pytest.raises(ContractError) as caught:
        prices_of(text, BANDS)
    assert caught.value.args == (key, placeholders)


@given(
    rows=st.lists(st.tuples(*[st.decimals(0, 9999, places=5)] * 2), min_size=1, max_size=6),
    days=st.sets(st.dates(date(2000, 1, 1), date(2100, 1, 1)), min_size=6, max_size=6),
    dated=st.booleans(),
)
def test_text_gives_the_same_prices_again(
    rows: list[tuple[Decimal, Decimal]],
    days: set[date],
    dated: bool,  # noqa: FBT001
) -> None:
    """Whatever they are."""
    lines = [
        f"{day} {one:f} {other:f}" for day, (one, other) in zip(sorted(days), rows, strict=False)
    ]
    if not dated:
        lines[0] = lines[0].split(" ", 1)[1]
    text = "\n".join(lines)
    assert prices_text(prices_of(text, BANDS)) == text
