"""What is known of a member's limit: kept over restarts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Self

from ..core.limits import AtLimit, Limit, Measure, Span, Told


@dataclass(slots=True)
class LimitState:
    """A limit, what was told of it, and which meters are switched because of it.

    Of the ids of meters, ``due`` are still to be switched off, ``off`` were switched off and
    nobody has touched them since, and ``owed`` are to be switched on again. ``button`` is the
    id of the action that the last notification offers.
    """

    limit: Limit | None = None
    told: Told | None = None
    due: set[str] = field(default_factory=set)
    off: set[str] = field(default_factory=set)
    owed: set[str] = field(default_factory=set)
    button: str = ""

    def release(self) -> None:
        """Let everything be switched on again that was switched off."""
        self.owed |= self.off
        self.due, self.off = set(), set()

    @property
    def is_over(self) -> bool:
        """Return whether there is nothing left to know."""
        return self.limit is None and not self.off and not self.owed

    def dump(self) -> dict[str, Any]:
        """Return what to store."""
        return {
            "limit": None if self.limit is None else dump_limit(self.limit),
            "told": None
            if self.told is None
            else {"period": self.told.period.isoformat(), "step": str(self.told.step)},
            "due": sorted(self.due),
            "off": sorted(self.off),
            "owed": sorted(self.owed),
            "button": self.button,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """Return what was stored."""
        limit, told = stored["limit"], stored["told"]
        return cls(
            limit=None if limit is None else load_limit(limit),
            told=None
            if told is None
            else Told(period=date.fromisoformat(told["period"]), step=Decimal(told["step"])),
            due=set(stored["due"]),
            off=set(stored["off"]),
            owed=set(stored["owed"]),
            button=stored["button"],
        )


def dump_limit(limit: Limit) -> dict[str, Any]:
    """Return a limit as it is stored."""
    return {
        "amount": str(limit.amount),
        "measure": limit.measure.value,
        "span": limit.span.value,
        "at_limit": limit.at_limit.value,
        "steps": [str(step) for step in limit.steps],
    }


def load_limit(stored: Mapping[str, Any]) -> Limit:
    """Return a limit that was stored."""
    return Limit(
        amount=Decimal(stored["amount"]),
        measure=Measure(stored["measure"]),
        span=Span(stored["span"]),
        at_limit=AtLimit(stored["at_limit"]),
        steps=tuple(Decimal(step) for step in stored["steps"]),
    )
