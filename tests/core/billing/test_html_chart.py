"""The months of a history, drawn."""

import re
from dataclasses import replace
from decimal import Decimal

from custom_components.ecom.core.billing.html_chart import chart
from custom_components.ecom.core.billing.lines import Unit
from custom_components.ecom.core.billing.render_html import wording_of
from custom_components.ecom.core.billing.statement import History, Language, Month
from custom_components.ecom.core.tariffs.model import Fluid
from tests.core.billing.demo import demo
from tests.core.billing.supplies import d


def test_the_chart_has_a_bar_for_each_month() -> None:
    """The highest fills the room; without two months, or use, there is nothing to be drawn."""
    wording = wording_of(demo(Language.FRENCH))
    months = tuple(
        Month(first=d(f"2026-{at:02}-01"), quantity=Decimal(kwh))
        for at, kwh in ((1, 50), (2, 100), (3, 0))
    )
    history = History(fluid=Fluid.GAS, unit=Unit.M3, months=months)
    drawn = chart(wording, history)
    assert re.findall(r'<rect[^>]* height="([0-9.]+)"', drawn) == ["42.0", "84.0", "0.0"]
    assert "janv." in drawn
    assert chart(wording, replace(history, months=())) == ""
    assert chart(wording, replace(history, months=months[2:])) == ""
    flat = chart(wording, replace(history, months=(months[2], months[2])))
    assert re.findall(r'<rect[^>]* height="([0-9.]+)"', flat) == ["0.0", "0.0"]
