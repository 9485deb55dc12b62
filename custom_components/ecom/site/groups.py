"""What each contract supplies: its meters at the trunk, and who holds those below them."""

from dataclasses import dataclass

from ..core.billing.holdings import Holding, holdings
from ..core.billing.keys import KeyKind, Member
from ..core.site_power import SUPPLY
from ..core.tariffs.model import Direction, Fluid
from ..ports import Role
from .picture import Flow, Meter, Person, Picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A contract, the meters through which it supplies, and the holdings below them."""

    contract: str
    mains: tuple[Meter, ...]
    below: frozenset[str] = frozenset()
    held: tuple[Holding, ...] = ()

    @property
    def flows(self) -> list[Flow]:
        """Return what was supplied."""
        return [meter.drawn for meter in self.mains]

    def held_by(self, member: str) -> list[Holding]:
        """Return the holdings that make what a member used."""
        return [each for each in self.held if each.holder == member and not each.common]

    def reaches(self, meter_id: str) -> bool:
        """Return whether a meter is one of the mains, or hangs below them."""
        return meter_id in self.below or any(meter.key == meter_id for meter in self.mains)


def supplied(picture: Picture, person: Person | None = None) -> list[Group]:
    """Return the groups of the contracts by which the site is supplied, in their order.

    A sub-meter that names a contract of its own stays in the group of the meter above it.
    What a ``person`` has is theirs even where another has it on the same days.
    """
    members = members_of(picture)
    members.sort(key=lambda each: person is not None and each.key != person.key)
    found = []
    for contract_id, tariff in picture.contracts.items():
        if tariff.contract.direction is not Direction.IMPORT:
            continue
        if mains := _mains(picture, contract_id, tariff.contract.fluid):
            parents = _below(picture, contract_id, mains)
            held = holdings([meter.key for meter in mains], parents, members)
            found.append(
                Group(
                    contract=contract_id,
                    mains=tuple(mains),
                    below=frozenset(parents),
                    held=tuple(held),
                )
            )
    return found


def sharing(picture: Picture, group: Group) -> list[Member]:
    """Return who shares what a group supplies.

    Where others supply the same thing, such as another stair's connection, those share it
    whose meters hang below it, and those who have no meter of that kind anywhere.
    """
    fluid = picture.contracts[group.contract].contract.fluid
    others = [
        each
        for each in supplied(picture)
        if each.contract != group.contract
        and picture.contracts[each.contract].contract.fluid is fluid
    ]
    return [
        member
        for member in members_of(picture)
        if _has(group, member) or not any(_has(other, member) for other in others)
    ]


def _has(group: Group, member: Member) -> bool:
    return any(group.reaches(meter) for meter in member.meters)


def members_of(picture: Picture) -> list[Member]:
    """Return the members as bills know them."""
    return [
        Member(
            key=key,
            meters=frozenset(each.config.meters),
            shares={KeyKind(name): weight for name, weight in each.config.weights.items()},
            moved_in=each.config.moved_in,
            moved_out=each.config.moved_out,
        )
        for key, each in picture.members.items()
    ]


def own_holdings(picture: Picture, person: Person) -> list[Holding]:
    """Return what makes what a member uses, also of meters that no contract reaches."""
    groups = supplied(picture, person)
    loose = (key for key in person.config.meters if not any(group.reaches(key) for group in groups))
    return [
        *(each for group in groups for each in group.held_by(person.key)),
        *(
            Holding(
                meter=meter.key,
                holder=person.key,
                since=person.config.moved_in,
                until=person.config.moved_out,
            )
            for meter in picture.tops(loose)
        ),
    ]


def billed(picture: Picture) -> list[Group]:
    """Return where each contract supplies: at the trunk, or below it, where only there."""
    found = {group.contract: group for group in supplied(picture)}
    for contract_id in picture.contracts:
        if contract_id not in found:
            meters = [key for key, each in picture.meters.items() if each.billed == contract_id]
            if meters:
                found[contract_id] = Group(contract=contract_id, mains=tuple(picture.tops(meters)))
    return [*found.values()]


def paid(picture: Picture) -> list[Group]:
    """Return the meters that each contract pays for what they feed in."""
    found: dict[str, list[Meter]] = {}
    for meter in picture.meters.values():
        if meter.paid is not None and meter.paid in picture.contracts:
            found.setdefault(meter.paid, []).append(meter)
    return [Group(contract=key, mains=tuple(meters)) for key, meters in found.items()]


def _mains(picture: Picture, contract_id: str, fluid: Fluid) -> list[Meter]:
    """Return where a contract supplies: at the grid, or where no meter of its kind is above.

    Where no meter of the grid has a contract, the sub-meters below none of theirs do.
    """
    if fluid is not Fluid.ELECTRICITY:
        return [
            meter
            for meter in picture.meters.values()
            if meter.billed == contract_id and meter.node.parent is None and meter.fluid is fluid
        ]
    grid = picture.of_role(Role.GRID)
    if any(meter.billed for meter in grid):
        return [meter for meter in grid if meter.billed == contract_id]
    return [
        meter
        for meter in picture.of_role(Role.SUB_METER)
        if meter.billed == contract_id and _on_trunk(picture, meter)
    ]


def _below(picture: Picture, contract_id: str, mains: list[Meter]) -> dict[str, str | None]:
    """Return the meter above each one that hangs below the mains; None if it is all of them."""
    keys = {meter.key for meter in mains}
    found: dict[str, str | None] = {}
    if mains[0].role is Role.GRID:
        for meter in picture.of_role(Role.SUB_METER):
            if _on_trunk(picture, meter) and _supplied_by(picture, contract_id, meter):
                found[meter.key] = meter.node.parent if meter.node.parent in keys else None
    waiting = [*keys, *found]
    while waiting:
        at = waiting.pop()
        for meter in picture.meters.values():
            if meter.node.parent == at and meter.key not in found:
                found[meter.key] = at
                waiting.append(meter.key)
    return found


def _on_trunk(picture: Picture, meter: Meter) -> bool:
    """Return whether a sub-meter hangs on the site itself, or on a meter of its supply."""
    above = picture.meters.get(meter.node.parent or "")
    return above is None or above.role in SUPPLY


def _supplied_by(picture: Picture, contract_id: str, meter: Meter) -> bool:
    """Return whether a sub-meter on the trunk is supplied by a contract at the grid.

    It is by that of the grid's meter above it; else by the only one, or by its own.
    """
    above = picture.meters.get(meter.node.parent or "")
    if above is not None and above.role is Role.GRID:
        return above.billed == contract_id
    contracts = {each.billed for each in picture.of_role(Role.GRID)} - {None}
    return len(contracts) == 1 or meter.billed == contract_id


def is_trunk(meter: Meter) -> bool:
    """Return whether a meter is where a supply comes in: it hangs below no other."""
    if meter.role in SUPPLY:
        return meter.role is Role.GRID
    return meter.node.parent is None and meter.role is not Role.SUB_METER
