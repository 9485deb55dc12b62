"""Statements in spreadsheets: numbers they read, and no formula from what people typed."""

import csv
from decimal import Decimal
from io import StringIO

import pytest

from custom_components.ecom.core.billing.render_csv import MARK, render_csv
from custom_components.ecom.core.billing.snapshot import correction_of
from custom_components.ecom.core.billing.statement import Language, Party, Statement
from tests.core.billing.demo import demo, electricity


def rows_of(statement: Statement) -> list[list[str]]:
    """Return the cells of the table."""
    delimiter = ";" if statement.language is Language.FRENCH else ","
    table = render_csv(statement).removeprefix(MARK)
    return list(csv.reader(StringIO(table), delimiter=delimiter))


@pytest.mark.parametrize("typed", ["=1+1", "+33 4", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_takes_no_text_for_a_formula(typed: str) -> None:
    """Amounts below 0 are numbers all the same."""
    rows = rows_of(demo(Language.FRENCH, issuer=Party(name=typed), site=typed))
    cells = [cell for row_ in rows for cell in row_]
    assert cells.count(f"'{typed}") == 2
    assert typed not in cells
    assert "-40,00" in cells


def test_the_table_of_each_language() -> None:
    """Numbers are such that its spreadsheets read them."""
    french, english = rows_of(demo(Language.FRENCH)), rows_of(demo(Language.ENGLISH))
    assert french[0] == ["Décompte de charges", "2026-0007"]
    assert "Électricité;Énergie, heures pleines;2026-01-16;2026-01-31;120;kWh;0,1434;17,21" in (
        render_csv(demo(Language.FRENCH))
    )
    assert english[8] == [
        "Electricity", "Energy, peak hours", "2026-01-16", "2026-01-31", "120", "kWh", "0.1434",
        "17.21", "made up",
    ]  # fmt: skip
    assert english[-1] == ["Amount due", "32.32", "EUR"]


@pytest.mark.parametrize("language", Language)
def test_the_table_begins_with_the_mark_of_its_encoding(language: Language) -> None:
    """Once, or Excel would write é as two signs."""
    table = render_csv(demo(language))
    assert table.encode().startswith(b"\xef\xbb\xbf")
    assert table.count(MARK) == 1
    assert table.encode().decode("utf-8-sig").startswith(("Statement", "Décompte"))


def test_the_table_adds_up() -> None:
    """Lines and taxes together are the total."""
    rows = rows_of(demo(Language.ENGLISH))
    amounts = [
        Decimal(each[7]) for each in rows[8:] if len(each) > 7 and each[1] != "Sub-total with taxes"
    ]
    assert sum(amounts) == demo(Language.ENGLISH).gross


def test_a_draft_and_a_correction_say_so() -> None:
    """In the first rows, and in the last ones."""
    assert rows_of(demo(Language.FRENCH, number=None))[0] == ["Décompte de charges", "Brouillon"]
    first = demo(Language.ENGLISH)
    corrected = demo(
        Language.ENGLISH, number="2026-0008", sections=(electricity(),),
        corrects=correction_of(first),
    )  # fmt: skip
    rows = rows_of(corrected)
    assert rows[3] == ["Corrects and replaces statement 2026-0007 of 20\u00a0Feb\u00a02026"]
    assert rows[-2:] == [
        ["Balance of the corrected statement", "-32.32", "EUR"],
        ["Amount due", "-11.70", "EUR"],
    ]
