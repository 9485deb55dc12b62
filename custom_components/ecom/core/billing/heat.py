"""Lines of which a part is common, as with heat; the rest goes by what meters counted alone."""

from collections.abc import Mapping
from decimal import Decimal

from .lines import Line, Unit, Words
from .parts import FIXED, OWN, Piece, by_weight
from .rounding import to_cents
from .usage import SCALE, units


def partly_common(
    line: Line, used: Mapping[str, int], main: int, coefficient: Decimal, unit: Unit
) -> Piece:
    """Return a line whose part of ``coefficient`` is common, money and quantity alike.

    ``used`` is what everybody's meters counted and ``main`` what the main meter did, in mWh
    or ml of ``unit``: what was lost is in both parts, and is nobody's own use.
    """
    cents, quantity = to_cents(line.net), int(line.quantity * SCALE)
    return Piece(
        line=line,
        cents=_divided(cents, to_cents(line.net * coefficient), used),
        quantity=_divided(quantity, int(quantity * coefficient), used),
        bases=_bases(used, main, coefficient, unit),
        shared=_shared(used, main, coefficient, unit),
    )


def _divided(amount: int, common: int, used: Mapping[str, int]) -> dict[str, int]:
    """Divide by use what is not common; where nobody used anything all of it is common."""
    found = by_weight(amount - common, used, FIXED)
    found[FIXED] = found.get(FIXED, 0) + common
    return found


def _bases(
    used: Mapping[str, int], main: int, coefficient: Decimal, unit: Unit
) -> dict[str, Words]:
    """Return how everybody's part came about."""
    values = {
        "share": str(1 - coefficient),
        "main": str(units(main)),
        "below": str(units(sum(used.values()))),
        "unit": unit.value,
    }
    return {
        name: Words(key="basis_by_meters", values=values | {"own": str(units(amount))})
        for name, amount in used.items()
    }


def _shared(used: Mapping[str, int], main: int, coefficient: Decimal, unit: Unit) -> Words:
    """Return how what is common came about: meters of common parts have a part of the rest."""
    below = sum(used.values())
    values = {
        "share": str(coefficient if below else Decimal(1)),
        "main": str(units(main)),
        "unit": unit.value,
    }
    common = sum(amount for name, amount in used.items() if not name.startswith(OWN))
    if not common:
        return Words(key="basis_share_part", values=values)
    values |= {"common": str(units(common)), "below": str(units(below))}
    return Words(key="basis_share_part_common", values=values)
