"""The main meter's bill divided among members, common parts and losses, to the cent.

Each line is divided by what each meter counted in its band and time; what the main meter
counted more than all others is losses, and less than nothing if the others counted more.
Standing charges, common parts and losses are then divided by a key.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from .bill import Supply, bill
from .heat import partly_common
from .keys import Key, KeyKind, Member, split, weights
from .lines import Bill, Charge, Line, Words
from .metered import counted_in
from .parts import (
    COMMON,
    FIXED,
    LOSSES,
    OWN,
    Part,
    Piece,
    TaxPiece,
    by_weight,
    divide_tax,
    part_of,
    total,
)
from .period import Period
from .rounding import decimal, from_cents, to_cents
from .stays import ShareByDays, Stay, stays_of
from .usage import SCALE, UsageRow, units, within

type _Usage = Mapping[str, Sequence[UsageRow]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Building:
    """What a building is supplied with, and who is in it.

    ``supply`` is that of the main meter, ``own`` the usage of each member's own meters, and
    of those that are ``VACANT``, on their days, and ``common`` that of the meters of common
    parts. ``key`` divides what is common, ``fixed_key`` standing charges if they go by
    another; a key by consumption takes what own meters counted. With a ``coefficient``, 0 to 1,
    that part of what was used is common and the rest goes by the meters alone, without
    losses: so is heat divided, 0.3 in France and up to 0.5 in buildings equipped earlier
    (code de la construction et de l'habitation, R174-10).
    """

    supply: Supply
    own: Mapping[str, Sequence[UsageRow]]
    residents: Sequence[Member]
    key: Key
    common: Mapping[str, Sequence[UsageRow]]
    fixed_key: Key | None = None
    coefficient: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """A member's part of what is common, and the key that it follows over the period.

    ``weight`` of ``of`` shares; ``pool`` is the net amount that was divided. ``by_days`` says
    how the weight came about where the member's days count and are not all of the period.
    """

    part: Part
    key: Key
    weight: Decimal
    of: Decimal
    pool: Decimal
    by_days: ShareByDays | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Division:
    """A bill and its parts: ``own``, ``common``, ``losses`` and ``fixed`` make the whole.

    So do ``own`` and ``shared``, which is all that is not own, by the key. ``VACANT`` is
    among both where a unit, or a share, had nobody. With a ``coefficient`` that part of what
    was used is common, and own lines hold a part of the rest.
    """

    bill: Bill
    own: Mapping[str, Part]
    common: Mapping[str, Part]
    losses: Part
    fixed: Part
    shared: Mapping[str, Shared]
    notes: tuple[Words, ...] = ()
    coefficient: Decimal | None = None


def divide(building: Building) -> Division:
    """Divide the main bill. Raises ``ValueError`` for a coefficient below 0 or above 1.

    Raises ``KeyRefused`` for shares that cannot be.
    """
    coefficient = building.coefficient
    if coefficient is not None and not 0 <= coefficient <= 1:
        raise ValueError(f"a coefficient of {coefficient} is not between 0 and 1")
    made = bill(building.supply)
    usage = _usage(building)
    pieces = _pieces(building, made.lines, usage)
    taxes = [divide_tax(tax, to_cents(tax.amount), pieces, FIXED) for tax in made.taxes]
    amounts = _amounts(usage)
    parts = {
        name: part_of([name], pieces, taxes, amounts.get(name, 0)) for name in (*amounts, FIXED)
    }
    stays = stays_of(building.residents, _period(building))
    return Division(
        bill=made,
        own={name: _within(part, stays.get(name)) for name, part in _named(parts, OWN).items()},
        common=_named(parts, COMMON),
        losses=parts[LOSSES],
        fixed=parts[FIXED],
        shared=_shared(building, pieces, taxes, amounts, stays),
        notes=(*made.notes, *_notes(coefficient)),
        coefficient=coefficient,
    )


def _sharing(building: Building, key: Key, own: Mapping[str, int]) -> Sequence[Member]:
    """Return who has a share by a key: by consumption also the flats that nobody lived in."""
    if key.kind is not KeyKind.CONSUMPTION:
        return building.residents
    members = {each.key: each for each in building.residents}
    return [
        replace(
            members.get(name, Member(key=name)),
            shares={key.kind: units(max(amount, 0))},
        )
        for name, amount in own.items()
    ]


def _notes(coefficient: Decimal | None) -> Iterator[Words]:
    if coefficient is not None:
        yield Words(key="note_coefficient", values={"share": str(coefficient)})


def _period(building: Building) -> Period:
    supply = building.supply
    return Period(contract=supply.contract, since=supply.since, until=supply.until)


def _usage(building: Building) -> _Usage:
    """Return the rows of the period by who used them, those of the main meter as losses."""
    supply, period = building.supply, _period(building)
    found: dict[str, list[UsageRow]] = {f"{OWN}{each.key}": [] for each in building.residents}
    for name, rows in sorted(building.own.items()):
        found[f"{OWN}{name}"] = within(rows, period.start, period.end)
    for name, rows in sorted(building.common.items()):
        found[f"{COMMON}{name}"] = within(rows, period.start, period.end)
    return {**found, LOSSES: within(supply.usage, period.start, period.end)}


def _amounts(usage: _Usage) -> dict[str, int]:
    """Return what everybody used; losses are what is left of the main meter."""
    found = {name: sum(row.amount for row in rows) for name, rows in usage.items()}
    main = found.pop(LOSSES)
    return {**found, LOSSES: main - sum(found.values())}


def _pieces(building: Building, lines: Sequence[Line], usage: _Usage) -> list[Piece]:
    """Divide every line, those that are reckoned on others after these; keep their order."""
    order = [component.key for component in building.supply.contract.components]
    late = sorted(
        range(len(lines)),
        key=lambda at: (lines[at].charge is Charge.DERIVED, order.index(lines[at].component)),
    )
    found: dict[int, Piece] = {}
    for at in late:
        found[at] = _piece(building, lines[at], usage, list(found.values()))
    return [found[at] for at in range(len(lines))]


def _piece(building: Building, line: Line, usage: _Usage, before: Sequence[Piece]) -> Piece:
    """Return how a line is divided: by use, as the lines it is reckoned on, or by the key."""
    cents = to_cents(line.net)
    if line.charge is Charge.FIXED:
        return Piece(line=line, cents={FIXED: cents}, quantity=_quantity(line, {}))
    if line.charge is Charge.DERIVED:
        borne = _borne(line, before)
        divided = by_weight(cents, borne, FIXED)
        return Piece(line=line, cents=divided, quantity=_quantity(line, borne))
    used = _used_in(line, usage)
    if building.coefficient is None:
        divided = by_weight(cents, used, FIXED)
        return Piece(line=line, cents=divided, quantity=_quantity(line, used))
    main = sum(used.values())
    del used[LOSSES]
    unit = counted_in(building.supply.contract)
    return partly_common(line, used, main, building.coefficient, unit)


def _quantity(line: Line, used: Mapping[str, int]) -> dict[str, int]:
    return by_weight(int(line.quantity * SCALE), used, FIXED)


def _borne(line: Line, before: Iterable[Piece]) -> dict[str, int]:
    """Return what everybody bears of the lines that a line is reckoned on."""
    found: dict[str, int] = {}
    for piece in before:
        if piece.line.component in line.of and line.since <= piece.line.since < line.until:
            for name, cents in piece.cents.items():
                found[name] = found.get(name, 0) + cents
    return found


def _used_in(line: Line, usage: _Usage) -> dict[str, int]:
    """Return what everybody used in the band and the time of a line."""
    return _amounts({
        name: [
            row
            for row in within(rows, line.start, line.end)
            if line.band is None or row.band == line.band
        ]
        for name, rows in usage.items()
    })  # fmt: skip


def _named[T](parts: Mapping[str, T], kind: str) -> dict[str, T]:
    return {name.removeprefix(kind): part for name, part in parts.items() if name.startswith(kind)}


def _shared(
    building: Building,
    pieces: Sequence[Piece],
    taxes: Sequence[TaxPiece],
    amounts: Mapping[str, int],
    stays: Mapping[str, Stay],
) -> dict[str, Shared]:
    """Divide by the key all that is nobody's own, line by line over the days of each."""
    pooled = [name for name in (*amounts, FIXED) if not name.startswith(OWN)]
    own = _named(amounts, OWN)
    again = [_by_key(building, piece, pooled, own) for piece in pieces]
    supply = building.supply
    sharing = _sharing(building, building.key, own)
    shares = weights(building.key, sharing, supply.since, supply.until)
    held = split(total(amounts, pooled), shares)
    first = min(shares)
    divided = [divide_tax(piece.tax, total(piece.cents, pooled), again, first) for piece in taxes]
    names = sorted({name for piece in again for name in piece.cents} | set(held))
    pool = part_of(names, again, divided, 0).net
    of = sum(shares.values(), Fraction(0))
    stays = {} if building.key.kind is KeyKind.CONSUMPTION else stays
    parts = {name: part_of([name], again, divided, held.get(name, 0)) for name in names}
    return {
        name: Shared(
            part=_within(part, stays.get(name)),
            key=building.key,
            weight=decimal(shares.get(name, Fraction(0)), 4),
            of=decimal(of, 4),
            pool=pool,
            by_days=stays[name].share(shares[name]) if name in stays else None,
        )
        for name, part in parts.items()
    }


def _within(part: Part, stay: Stay | None) -> Part:
    if stay is None:
        return part
    return replace(part, lines=tuple(stay.cut(line) for line in part.lines))


def _by_key(
    building: Building, piece: Piece, pooled: Sequence[str], own: Mapping[str, int]
) -> Piece:
    """Return how the key divides what is common of a line."""
    line, pool = piece.line, total(piece.cents, pooled)
    key = building.key
    if line.charge is Charge.FIXED:
        key = building.fixed_key or building.key
    shares = weights(key, _sharing(building, key, own), line.since, line.until)
    cents = split(pool, shares)
    quantity = split(total(piece.quantity, pooled), shares)
    if line.charge is Charge.FIXED:
        # Days and kilowatts are not divided, what they cost is.
        whole = int(line.quantity * SCALE)
        quantity = {name: whole for name, part in cents.items() if part}
    words = piece.shared
    basis = Words(key=words.key, values={**words.values, "pool": str(from_cents(pool))})
    return Piece(line=replace(line, basis=basis), cents=cents, quantity=quantity)
