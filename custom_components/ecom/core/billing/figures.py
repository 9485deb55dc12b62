"""What of a statement must be the same for it to be the same statement."""

from typing import Any

from .codec import dump
from .lines import Line
from .sharing import Sharing
from .statement import Section, Statement


def figures(statement: Statement) -> Any:
    """Return its quantities, prices, money and provisions; names and words may change."""
    return [
        statement.currency,
        dump(statement.provisions),
        [_section(section) for section in statement.sections],
    ]


def _section(section: Section) -> list[Any]:
    shared = section.common
    return [
        section.fluid,
        section.direction,
        str(section.quantity.normalize()),
        [_line(line) for line in section.all_lines],
        dump(section.all_taxes),
        [] if shared is None else [shared.key, str(shared.weight), str(shared.of)],
        [
            [each.component, each.band, str(each.quantity.normalize())]
            for each in (*section.unpriced, *(section.own_unpriced or ()))
        ],
        _sharing(section.sharing),
    ]


def _sharing(sharing: Sharing | None) -> list[Any]:
    """Return what everybody bears, whatever they are called."""
    if sharing is None:
        return []
    return [
        [each.whose, *(str(n.normalize()) for n in (each.quantity, each.own, each.common))]
        for each in (*sharing.borne, *sharing.common)
    ]


def _line(line: Line) -> list[Any]:
    days = [line.since.isoformat(), line.until.isoformat()]
    numbers = (line.quantity, line.unit_price, line.net)
    return [line.component, line.band, line.unit, *days, *(str(n.normalize()) for n in numbers)]
