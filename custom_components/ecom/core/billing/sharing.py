"""How a contract is divided, as the statement of the whole site shows it: to the cent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from .building import Division
from .keys import VACANT
from .parts import Part
from .usage import units


class Whose(StrEnum):
    """Who bears a share, or what it is of all that is common."""

    MEMBER = "member"
    VACANT = "vacant"
    COMMON = "common"
    LOSSES = "losses"
    FIXED = "fixed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What meters counted, what that came to, and the share of what is common, with taxes.

    Meters of common parts, losses and standing charges have no share: they are what is common.
    """

    whose: Whose
    name: str
    quantity: Decimal
    own: Decimal
    common: Decimal = Decimal("0.00")

    @property
    def gross(self) -> Decimal:
        """All that is borne."""
        return self.own + self.common


@dataclass(frozen=True, kw_only=True, slots=True)
class Sharing:
    """Those who bear what a contract came to, and what is common: the sum of their shares.

    Of what was used a part of ``coefficient`` is common from the start, None where none is.
    """

    borne: tuple[Share, ...]
    common: tuple[Share, ...]
    coefficient: Decimal | None = None


def sharing_of(
    division: Division, members: Mapping[str, str], meters: Mapping[str, str]
) -> Sharing:
    """Return how a bill is divided, by the names of members and meters; who bears nothing is out.

    What falls to nobody comes last.
    """
    return Sharing(
        borne=tuple(_borne(division, members)),
        common=tuple(_common(division, meters)),
        coefficient=division.coefficient,
    )


def _borne(division: Division, members: Mapping[str, str]) -> Iterator[Share]:
    keys = dict.fromkeys([*division.own, *division.shared])
    for key in sorted(keys, key=lambda each: each == VACANT):
        own = division.own.get(key, Part())
        share = division.shared[key].part if key in division.shared else Part()
        if own.amount or own.gross or share.gross:
            yield Share(
                whose=Whose.VACANT if key == VACANT else Whose.MEMBER,
                name=members.get(key, ""),
                quantity=units(own.amount),
                own=own.gross,
                common=share.gross,
            )


def _common(division: Division, meters: Mapping[str, str]) -> Iterator[Share]:
    parts = [(Whose.COMMON, meters[key], part) for key, part in division.common.items()]
    parts += [(Whose.LOSSES, "", division.losses), (Whose.FIXED, "", division.fixed)]
    for whose, name, part in parts:
        if part.amount or part.gross:
            yield Share(whose=whose, name=name, quantity=units(part.amount), own=part.gross)
