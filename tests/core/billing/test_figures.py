"""What makes a statement another one."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from custom_components.ecom.core.billing.figures import figures
from custom_components.ecom.core.billing.statement import Language, Party, Section, Statement
from tests.core.billing.demo import demo
from tests.core.billing.supplies import d

DEMO = demo(Language.ENGLISH)


def section(change: Callable[[Section], Section]) -> Statement:
    """Return the statement with another first section."""
    first, *rest = DEMO.sections
    return replace(DEMO, sections=(change(first), *rest))


def line(**change: object) -> Statement:
    """Return the statement with another first line."""

    def changed(each: Section) -> Section:
        first, *rest = each.lines
        return replace(each, lines=(replace(first, **change), *rest))  # type: ignore[arg-type]

    return section(changed)


OTHERS = {
    "currency": replace(DEMO, currency="CHF"),
    "provision": replace(DEMO, provisions=()),
    "section": replace(DEMO, sections=DEMO.sections[:1]),
    "quantity": section(lambda each: replace(each, quantity=each.quantity + 1)),
    "tax": section(lambda each: replace(each, taxes=())),
    "common": section(lambda each: replace(each, common=None)),
    "net": line(net=Decimal("0.01")),
    "price": line(unit_price=Decimal("0.01")),
    "days": line(until=d("2026-01-17")),
    "band": line(band="other"),
}
SAME = {
    "number": replace(DEMO, number=None),
    "names": replace(DEMO, issuer=Party(name="Other"), recipient=Party(name="Other"), site="Other"),
    "language": replace(DEMO, language=Language.FRENCH),
    "history": replace(DEMO, history=()),
    "digits": section(lambda each: replace(each, quantity=each.quantity + Decimal("0.000"))),
    "words": line(label="other", source="other"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_other_figures(other: Statement) -> None:
    """Are another statement."""
    assert figures(other) != figures(DEMO)


@pytest.mark.parametrize("same", SAME.values(), ids=SAME)
def test_other_words(same: Statement) -> None:
    """Are the same statement."""
    assert figures(same) == figures(DEMO)
