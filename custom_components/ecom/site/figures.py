"""What the Site knows of each meter, contract and member at one moment, for entities to show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ..core.costs.rows import MONEY, UNIT, Totals
from ..core.limits import Limit
from ..core.tariffs.pricing import PriceSlice
from ..core.temperatures import DayTemperatures
from ..ports import Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class MeterFigures:
    """What a meter has counted in all and what that costs; None before it is read anew.

    What has never had a price costs nothing that is known: ``billed`` and ``paid`` say so.
    ``rest`` is what no meter below it counts, None without any.
    """

    drawn: Totals | None = None
    fed: Totals | None = None
    billed: bool = False
    paid: bool = False
    rest: int | None = None

    @property
    def cost(self) -> float | None:
        """Return what was drawn costs."""
        return money_of(self.drawn) if self.billed else None

    @property
    def compensation(self) -> float | None:
        """Return what is paid for what was fed in."""
        return money_of(self.fed) if self.paid else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractFigures:
    """The price that holds, and the one that follows; None outside of the contract."""

    now: PriceSlice | None = None
    next: PriceSlice | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberFigures:
    """What a member has used: electricity in all, what everything costs, and of the limit.

    ``used`` is what was used since the limit's period began, in kWh or money, and ``until``
    is when that period ends. ``temperatures`` are those of today.
    """

    energy: Totals | None = None
    cost: Totals | None = None
    limit: Limit | None = None
    used: Decimal | None = None
    share: Decimal | None = None
    until: datetime | None = None
    temperatures: DayTemperatures | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """All of it, by the id of the subentry."""

    at: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=UTC))
    meters: Mapping[str, MeterFigures] = field(default_factory=dict)
    contracts: Mapping[str, ContractFigures] = field(default_factory=dict)
    members: Mapping[str, MemberFigures] = field(default_factory=dict)

    def reading[T](self, value: T | None) -> Reading[T]:
        """Return what an entity shows: unknown where it is not known, never unavailable."""
        return Reading(value=value, measured_at=self.at, valid_for=timedelta.max)


def amount_of(totals: Totals | None) -> float | None:
    """Return kWh or m³."""
    return None if totals is None else totals.amount / UNIT


def money_of(totals: Totals | None) -> float | None:
    """Return money, as exactly as a float can."""
    return None if totals is None else float(Decimal(totals.money) / MONEY)
