"""Which meters count for a member, and since when: kept, so that totals go on after a restart.

A total begins when it is first shown. A meter that is given to a member later begins then,
and what one has counted that is taken away stays in the total.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ..core.costs.rows import Totals


@dataclass(slots=True)
class Part:
    """A meter's account, and since when it counts and has prices, in ms."""

    account: str
    is_electric: bool
    since: int
    priced: int | None = None

    def dump(self) -> dict[str, Any]:
        """Return what to store."""
        return {
            "account": self.account,
            "electric": self.is_electric,
            "since": self.since,
            "priced": self.priced,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """Return what was stored."""
        return cls(
            account=stored["account"],
            is_electric=stored["electric"],
            since=stored["since"],
            priced=stored["priced"],
        )


@dataclass(slots=True)
class Parts:
    """The meters of a member by id, and what those counted that are the member's no more."""

    meters: dict[str, Part] = field(default_factory=dict)
    energy: Totals = field(default_factory=Totals)
    cost: Totals = field(default_factory=Totals)

    def dump(self) -> dict[str, Any]:
        """Return what to store; money outgrows the numbers that a store can hold."""
        return {
            "meters": {key: each.dump() for key, each in self.meters.items()},
            "energy": self.energy.amount,
            "money": str(self.cost.money),
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """Return what was stored."""
        return cls(
            meters={key: Part.of(each) for key, each in stored["meters"].items()},
            energy=Totals(amount=stored["energy"]),
            cost=Totals(money=int(stored["money"])),
        )
