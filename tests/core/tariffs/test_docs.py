"""The general model as it is documented: the example is a contract, and no field is left out."""

import json
import re
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest

from custom_components.ecom.core.tariffs.check import check
from custom_components.ecom.core.tariffs.json_form import as_json, from_json
from custom_components.ecom.core.tariffs.model import (
    Adder,
    Capacity,
    Contract,
    Dynamic,
    Energy,
    Manual,
    Minimum,
    Percent,
    Rule,
    Schedule,
    Season,
    Standing,
    Tax,
    Tiered,
    Version,
    When,
    Window,
)

DOCS = Path(__file__).parents[3] / "docs"
PAGES = ("contracts.md", "contracts.fr.md")
COMPONENTS = (Energy, Adder, Dynamic, Tiered, Standing, Capacity, Minimum, Percent, Manual)


def example(page: str) -> object:
    """Return the example of a page."""
    (found,) = re.findall(r"```json\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    return json.loads(found)


@pytest.mark.parametrize("page", PAGES)
def test_the_example_is_a_contract(page: str) -> None:
    """With nothing odd, and as ECOM itself would write it."""
    contract = from_json(example(page))
    assert check(contract) == []
    assert as_json(contract) == example(page)
    assert {rule.band for rule in contract.schedules["main"].rules} == {"peak", "off_peak"}
    assert [type(each) for each in contract.components] == [Standing, Energy]
    assert contract.taxes[0].series[0].value == Decimal("0.2")


@pytest.mark.parametrize("page", PAGES)
def test_every_field_is_documented(page: str) -> None:
    """Those of components in the row of their kind."""
    text = (DOCS / page).read_text("utf-8")
    model = text[text.index("```json") :]
    for kind in (Contract, Schedule, Rule, When, Season, Window, Tax, Version):
        for each in fields(kind):
            assert f"`{each.name}`" in model, (kind, each.name)
    for component in COMPONENTS:
        (row,) = re.findall(rf"^\| `{component.__name__.lower()}` \|(.*)$", model, re.MULTILINE)
        for each in fields(component):
            assert each.name == "key" or f"`{each.name}`" in row, (component, each.name)
