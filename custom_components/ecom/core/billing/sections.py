"""Sections of a statement, from a bill of one's own or from one's part of a building's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ..tariffs.model import Contract
from .building import Division
from .lines import Bill
from .metered import counted_in
from .parts import Part
from .statement import Before, CommonShare, Gap, MeterSheet, Section
from .usage import Quality, Tally, units


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What a section says beside money: meters, how well amounts are known, last year.

    ``own`` is a bill of a member's own use alone, for what of it lacks a price.
    """

    meters: tuple[MeterSheet, ...] = ()
    quality: Mapping[Quality, Tally] = field(default_factory=dict)
    bound: Decimal = Decimal(0)
    gaps: tuple[Gap, ...] = ()
    before: Before | None = None
    own: Bill | None = None


def section_of_bill(contract: Contract, bill: Bill, facts: Facts) -> Section:
    """Return the section of who has a contract: the whole bill.

    How well amounts are known is what the bill says, unless the facts say it.
    """
    return Section(
        fluid=bill.fluid,
        direction=bill.direction,
        contract=contract.labels.get(contract.key, ""),
        unit=counted_in(contract),
        quantity=units(bill.amount),
        lines=bill.lines,
        taxes=bill.taxes,
        meters=facts.meters,
        unpriced=bill.unpriced,
        without_price=units(bill.without_price),
        quality=facts.quality or bill.quality,
        bound=facts.bound or bill.bound,
        gaps=facts.gaps,
        before=facts.before,
        notes=bill.notes,
    )


def section_of_member(contract: Contract, division: Division, member: str, facts: Facts) -> Section:
    """Return the section of a member: own use, and the share of what is common.

    ``unpriced`` is that of the whole building: it is in nobody's total. ``own_unpriced`` is
    what the member used of it.
    """
    own = division.own.get(member, Part())
    bill, shared = division.bill, division.shared.get(member)
    common = None
    if shared is not None:
        common = CommonShare(
            key=shared.key.kind.value,
            weight=shared.weight,
            of=shared.of,
            pool_net=shared.pool,
            building_gross=bill.gross,
            building_amount=units(bill.amount),
            lines=shared.part.lines,
            taxes=shared.part.taxes,
            by_days=shared.by_days,
        )
    return Section(
        fluid=bill.fluid,
        direction=bill.direction,
        contract=contract.labels.get(contract.key, ""),
        unit=counted_in(contract),
        quantity=units(own.amount),
        lines=own.lines,
        taxes=own.taxes,
        meters=facts.meters,
        common=common,
        unpriced=bill.unpriced,
        own_unpriced=tuple(each for each in facts.own.unpriced if each.is_usage)
        if facts.own
        else (),
        without_price=units(facts.own.without_price) if facts.own else Decimal(0),
        quality=facts.quality,
        bound=facts.bound,
        gaps=facts.gaps,
        before=facts.before,
        notes=division.notes,
        by_meters=None if division.coefficient is None else 1 - division.coefficient,
    )
