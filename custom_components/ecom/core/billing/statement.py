"""A statement of what somebody bears over a period: data that is issued once and never changes.

It is a ``Décompte de charges``, a statement of allocation, and no invoice: who issues it
supplies nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ..tariffs.model import Direction, Fluid
from .lines import Line, TaxLine, Unit, Unpriced, Words
from .sharing import Sharing
from .stays import ShareByDays
from .usage import Quality, Tally


class Language(StrEnum):
    """The languages that a statement can be written in."""

    ENGLISH = "en"
    FRENCH = "fr"


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Who issues a statement, or whom it is for."""

    name: str
    address: tuple[str, ...] = ()
    reference: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """A register of a meter at both ends of a period; None is not known.

    ``factor`` makes units used of a difference of indexes.
    """

    label: str
    unit: Unit
    start: Decimal | None
    end: Decimal | None
    used: Decimal
    start_estimated: bool = False
    end_estimated: bool = False
    factor: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class MeterExchange:
    """A meter that took the place of another."""

    at: datetime
    closing: Decimal
    opening: Decimal
    unit: Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class MeterSheet:
    """A meter in a statement; one without legal approval is named as such."""

    name: str
    serial: str = ""
    approved: bool = False
    registers: tuple[Register, ...] = ()
    exchanges: tuple[MeterExchange, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CommonShare:
    """What is borne of the building's common costs, and by which key.

    ``weight`` of ``of`` shares; ``pool_net`` is what the building divided, ``building_gross``
    all that it was charged. ``by_days`` says how the weight came about where somebody was not
    there all the time.
    """

    key: str
    weight: Decimal
    of: Decimal
    pool_net: Decimal
    building_gross: Decimal
    building_amount: Decimal
    lines: tuple[Line, ...]
    taxes: tuple[TaxLine, ...]
    by_days: ShareByDays | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A time without readings, and what it is about."""

    since: datetime
    until: datetime
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """The same period a year earlier: units used, and what they cost with taxes."""

    quantity: Decimal
    gross: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One fluid in one direction, by the name of its contract if it has one.

    ``quantity`` is one's own use, and ``without_price`` how much of it lacks a price;
    ``gross`` is all that is borne, with taxes. ``unpriced`` is all that lacks a price of what
    the contract supplied; ``own_unpriced`` is one's own use in it, None where all is one's own.
    ``by_meters`` is set where ``lines`` are a part of that share of all that was used, lost
    or not: they hold more than one's own use. ``sharing`` is who bears the section of a site.
    """

    fluid: Fluid
    direction: Direction
    contract: str
    unit: Unit
    quantity: Decimal
    lines: tuple[Line, ...]
    taxes: tuple[TaxLine, ...]
    meters: tuple[MeterSheet, ...] = ()
    common: CommonShare | None = None
    unpriced: tuple[Unpriced, ...] = ()
    own_unpriced: tuple[Unpriced, ...] | None = None
    without_price: Decimal = Decimal(0)
    quality: Mapping[Quality, Tally] = field(default_factory=dict)
    bound: Decimal = Decimal(0)
    gaps: tuple[Gap, ...] = ()
    before: Before | None = None
    notes: tuple[Words, ...] = ()
    by_meters: Decimal | None = None
    sharing: Sharing | None = None

    @property
    def all_lines(self) -> tuple[Line, ...]:
        """The lines of own use, then those of the common share."""
        return (*self.lines, *(self.common.lines if self.common else ()))

    @property
    def all_taxes(self) -> tuple[TaxLine, ...]:
        """The taxes of own use and of the common share, put together by rate."""
        found: dict[Decimal, TaxLine] = {}
        for tax in (*self.taxes, *(self.common.taxes if self.common else ())):
            held = found.get(tax.rate)
            found[tax.rate] = tax if held is None else _sum(held, tax)
        return tuple(found.values())

    @property
    def net(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.net for line in self.all_lines), Decimal("0.00"))

    @property
    def tax(self) -> Decimal:
        """The sum of the taxes."""
        return sum((line.amount for line in self.all_taxes), Decimal("0.00"))

    @property
    def gross(self) -> Decimal:
        """Net and taxes."""
        return self.net + self.tax

    @property
    def signed(self) -> Decimal:
        """What the section adds to the statement: what was fed in is paid for."""
        return -self.gross if self.direction is Direction.EXPORT else self.gross


@dataclass(frozen=True, kw_only=True, slots=True)
class Provision:
    """An amount already paid."""

    paid_on: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """What was used in a month, of one fluid, for the chart."""

    first: date
    quantity: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """Months of one fluid, in their order."""

    fluid: Fluid
    unit: Unit
    months: tuple[Month, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """The statement that this one takes the place of, and the balance that it showed."""

    number: str
    issued_on: date
    balance: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What somebody bears in the days ``[since, until)``; without a number it is a draft."""

    number: str | None
    issued_on: date
    since: date
    until: date
    language: Language
    currency: str
    zone: str
    site: str
    issuer: Party
    recipient: Party
    sections: tuple[Section, ...]
    provisions: tuple[Provision, ...] = ()
    history: tuple[History, ...] = ()
    corrects: Correction | None = None
    lawful_supplier: bool = False
    notes: tuple[Words, ...] = ()

    @property
    def gross(self) -> Decimal:
        """All that is borne, less what was fed in."""
        return sum((section.signed for section in self.sections), Decimal("0.00"))

    @property
    def paid(self) -> Decimal:
        """The provisions together."""
        return sum((each.amount for each in self.provisions), Decimal("0.00"))

    @property
    def balance(self) -> Decimal:
        """What is still to be paid; less than 0 where too much was."""
        return self.gross - self.paid

    @property
    def due(self) -> Decimal:
        """What this statement changes: the balance, less that of the one it corrects."""
        return self.balance - (self.corrects.balance if self.corrects else 0)


def _sum(one: TaxLine, other: TaxLine) -> TaxLine:
    return TaxLine(
        key=one.key, rate=one.rate, base=one.base + other.base, amount=one.amount + other.amount
    )
