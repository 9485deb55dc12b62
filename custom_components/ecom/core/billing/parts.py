"""Parts of a bill: every line and every tax divided in whole cents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from .keys import apportion
from .lines import Line, TaxLine, Words
from .rounding import from_cents
from .usage import units

OWN: Final = "own:"
COMMON: Final = "common:"
LOSSES: Final = "losses"
FIXED: Final = "fixed"
"""Who bears something: a member or a meter of common parts, whose key follows, or everybody."""

_SHARE: Final = Words(key="basis_share")

type Weights = Mapping[str, int | Fraction]


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """How one line is divided: its cents, and its quantity in millionths of its unit.

    ``bases`` say by name how a part came about, where the line does not say it. ``shared``
    says it of what is common; the money that is divided is added to its values.
    """

    line: Line
    cents: Mapping[str, int]
    quantity: Mapping[str, int]
    bases: Mapping[str, Words] = field(default_factory=dict)
    shared: Words = _SHARE

    def of(self, names: Sequence[str]) -> Line:
        """Return the line of some names together."""
        basis = self.bases.get(names[0]) if len(names) == 1 else None
        return replace(
            self.line,
            net=from_cents(total(self.cents, names)),
            quantity=units(total(self.quantity, names)).normalize() + 0,
            basis=basis or self.line.basis,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxPiece:
    """How the cents of one tax are divided."""

    tax: TaxLine
    cents: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What somebody bears of a bill: ``amount`` in mWh or ml, lines, and taxes to the cent."""

    amount: int = 0
    lines: tuple[Line, ...] = ()
    taxes: tuple[TaxLine, ...] = ()

    @property
    def net(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.net for line in self.lines), Decimal("0.00"))

    @property
    def tax(self) -> Decimal:
        """The sum of the taxes."""
        return sum((line.amount for line in self.taxes), Decimal("0.00"))

    @property
    def gross(self) -> Decimal:
        """All that is borne."""
        return self.net + self.tax


def by_weight(amount: int, weights: Weights, otherwise: str) -> dict[str, int]:
    """Divide by weights of either sign; where they cancel out all of it goes to one name."""
    if not sum(weights.values()):
        return {otherwise: amount}
    return apportion(amount, weights)


def divide_tax(tax: TaxLine, cents: int, pieces: Iterable[Piece], otherwise: str) -> TaxPiece:
    """Divide the cents of a tax by what everybody bears of its lines."""
    borne: dict[str, int] = {}
    for piece in pieces:
        times = sum(1 for each in piece.line.taxes if each.rate == tax.rate)
        for name, part in piece.cents.items():
            borne[name] = borne.get(name, 0) + part * times
    return TaxPiece(tax=tax, cents=by_weight(cents, borne, otherwise))


def part_of(
    names: Iterable[str], pieces: Iterable[Piece], taxes: Sequence[TaxPiece], amount: int
) -> Part:
    """Return what some names bear together, without lines that hold nothing of theirs."""
    kept = tuple(names)
    lines = [line for piece in pieces if (line := piece.of(kept)).net or line.quantity]
    return Part(
        amount=amount,
        lines=tuple(lines),
        taxes=tuple(
            replace(piece.tax, base=base, amount=from_cents(cents))
            for piece in taxes
            for cents, base in [(total(piece.cents, kept), _base(lines, piece.tax.rate))]
            if cents or base
        ),
    )


def total(held: Mapping[str, int], names: Iterable[str]) -> int:
    """Return what some names hold together."""
    return sum(held.get(name, 0) for name in names)


def _base(lines: Iterable[Line], rate: Decimal) -> Decimal:
    """Return the sum of the lines that bear a rate, as often as they bear it."""
    borne = (line.net for line in lines for tax in line.taxes if tax.rate == rate)
    return sum(borne, Decimal("0.00"))
