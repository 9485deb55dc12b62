"""Hours as typed: many ways to write them, and errors that name the line."""

from datetime import date

import pytest

from custom_components.ecom.core.tariffs.model import ContractError, Rule, When
from custom_components.ecom.core.tariffs.windows import SUMMER, WINTER, rules_of, text_of
from tests.core.tariffs.cases import window

NIGHT, NOON = window("01:10", "07:40"), window("12:40", "14:10")


@pytest.mark.parametrize(
    "text",
    [
        "01:10-07:40 12:40-14:10",
        "1h10-7h40;12h40-14h10",
        "HC (01H10-07H40;12H40-14H10)",
        "Heures creuses : 01:10 à 07:40 et 12:40 à 14:10",
        "from 1h10 to 7h40, 12h40 bis 14h10",
        "[de 1h10 à 7h40] 12h40à14h10",
        "01:10 - 07:40, 12:40 \u2013 14:10",
        "\n  01H10—07H40 ; 12:40\u201114:10 \n\n",
    ],
)
def test_ways_to_write_hours(text: str) -> None:
    """With h or a colon, any dash, and what separates them."""
    assert rules_of(text) == (
        Rule(band="off_peak", when=When(windows=(NIGHT, NOON))),
        Rule(band="peak"),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22h-6h", window("22:00", "06:00")),
        ("22:30-24:00", window("22:30", "00:00")),
        ("00:00-24:00", window("00:00", "00:00")),
    ],
)
def test_full_hours_and_midnight(text: str, expected: object) -> None:
    """Minutes may be left out after an h, and a day may end at 24."""
    assert rules_of(text)[0].when.windows == (expected,)


REFORM = """\
22:00-06:00
2026-12-01 summer: 02:00-07:00 11:30-14:30
2026-12-01 winter: 23:00-07:00
"""


def test_the_reform_of_off_peak_hours() -> None:
    """Hours by season, from a day on; before it those of old."""
    day = date(2026, 12, 1)
    old, summer, winter, rest = rules_of(REFORM)
    assert old.when == When(windows=(window("22:00", "06:00"),), until=day)
    assert (summer.when.season, summer.when.since, summer.when.until) == (SUMMER, day, None)
    assert len(summer.when.windows) == 2
    assert (winter.when.season, winter.when.since) == (WINTER, day)
    assert rest == Rule(band="peak")


def test_a_line_without_a_date_belongs_to_the_one_above() -> None:
    """And seasons have names in both languages, or days."""
    for names in (("summer", "winter"), ("Été", "hiver"), ("04-01..10-31", "11-01 .. 03-31")):
        text = f"22:00-06:00\n2026-12-01 {names[0]}: 2h-7h 11h30-14h30\n{names[1]} : 23h-7h"
        assert rules_of(text) == rules_of(REFORM)


def test_before_a_first_date_there_is_no_band() -> None:
    """So that the contract must begin with it."""
    first, rest = rules_of("2026-12-01: 22:00-06:00")
    assert first.when.since == rest.when.since == date(2026, 12, 1)


@pytest.mark.parametrize(
    "text", [REFORM, "01:10-07:40 12:40-14:10", "2026-12-01 00:00-00:00\n2027-01-01 22:00-06:00"]
)
def test_rules_become_text_and_rules_again(text: str) -> None:
    """Without loss."""
    rules = rules_of(text, "cheap", "dear")
    assert {rule.band for rule in rules} == {"cheap", "dear"}
    assert rules_of(text_of(rules, "dear"), "cheap", "dear") == rules


def test_the_text_of_rules() -> None:
    """A line for each."""
    assert text_of(rules_of(REFORM)) == (
        "22:00-06:00\n"
        "2026-12-01 04-01..10-31: 02:00-07:00 11:30-14:30\n"
        "2026-12-01 11-01..03-31: 23:00-07:00"
    )


@pytest.mark.parametrize(
    ("text", "key", "placeholders"),
    [
        ("", "windows_missing", {"line": "1"}),
        (" \n ", "windows_missing", {"line": "1"}),
        ("22h-6h\n2026-12-01", "windows_missing", {"line": "2"}),
        ("summer:", "windows_missing", {"line": "1"}),
        ("22-6", "windows_window", {"line": "1", "text": "22-6"}),
        ("22:60-6:00", "windows_window", {"line": "1", "text": "22:60-6:00"}),
        ("22:00-24:01", "windows_window", {"line": "1", "text": "22:00-24:01"}),
        ("25h-6h", "windows_window", {"line": "1", "text": "25h-6h"}),
        ("22h-6h 5h-7h", "windows_overlap", {"line": "1", "text": "5h-7h"}),
        ("spring: 22h-6h", "windows_season", {"line": "1", "text": "spring"}),
        ("04-31..10-31: 22h-6h", "windows_season", {"line": "1", "text": "04-31..10-31"}),
        ("2026-13-01 22h-6h", "typed_date", {"line": "1", "text": "2026-13-01"}),
        ("22h-6h\n23h-7h", "windows_twice", {"line": "2"}),
        ("summer: 22h-6h\n10-31..12-01: 23h-7h", "windows_twice", {"line": "2"}),
        (
            "2026-12-01 22h-6h\n2026-11-01 23h-7h",
            "windows_order",
            {"line": "2", "since": "2026-11-01"},
        ),
    ],
)
def test_what_is_wrong_names_the_line(text: str, key: str, placeholders: dict[str, str]) -> None:
    """And what stands there."""
    with pytest.raises(ContractError) as caught:
        rules_of(text)
    assert caught.value.args == (key, placeholders)
