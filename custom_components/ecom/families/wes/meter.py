"""One meter behind a Téléinfo input: that it is still the same, and its total.

A page holds a counter for each tariff. Their sum is what the Energy dashboard
and the Site want, and it must go on when the contract changes: the counters of
the new contract begin elsewhere, the energy drawn does not.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final

from .protocol import Contract, Quantity, Value

CONFIRMATIONS: Final = 3
"""So many readings in a row make a change true, and not a torn page."""


class Identity(Enum):
    """Whose values a block of the page holds."""

    SAME = auto()  # this meter's, or nobody has ever said
    DOUBTFUL = auto()  # not this meter's as far as the page tells; nothing counts
    OTHER = auto()  # another meter's, said often enough


class TeleinfoMeter:
    """Knows its meter's number (ADCO) and contract."""

    def __init__(self) -> None:
        """Start without a meter."""
        self.meter_id: str | None = None
        self.candidate: str | None = None
        self._times = 0
        self._contract: Contract | None = None
        self._next_contract: Contract | None = None
        self._next_times = 0
        self._began_at: float = 0
        self._offset: float = 0
        self._total: float | None = None

    def identify(self, block: Mapping[Quantity, Value]) -> Identity:
        """Return whose block it is; the first meter that is seen is this one."""
        stated = block.get(Quantity.METER_ID)
        if not isinstance(stated, str):
            return Identity.SAME if self.meter_id is None else Identity.DOUBTFUL
        if self.meter_id in (None, stated):
            self.meter_id, self.candidate, self._times = stated, None, 0
            return Identity.SAME
        self._times = self._times + 1 if stated == self.candidate else 1
        self.candidate = stated
        return Identity.OTHER if self._times >= CONFIRMATIONS else Identity.DOUBTFUL

    def adopt(self) -> None:
        """Take the other meter for this one from now on: the user confirmed it."""
        if self.candidate is not None:
            self.meter_id, self.candidate, self._times = self.candidate, None, 0

    def total(self, contract: Contract, counted: float) -> float | None:
        """Return the energy drawn under all contracts so far, in Wh.

        ``counted`` is the sum of this contract's counters. None while a
        change of contract is not certain yet.
        """
        if self._contract is None:
            self._contract = contract
        if contract is not self._contract:
            if contract is not self._next_contract:
                self._next_contract, self._next_times, self._began_at = contract, 0, counted
            self._next_times += 1
            if self._next_times < CONFIRMATIONS:
                return None
            self._contract = contract
            self._offset = (self._total or self._began_at) - self._began_at
        self._next_contract = None
        self._total = counted + self._offset
        return self._total

    def dump(self) -> dict[str, Any]:
        """Return what to store."""
        return {
            "meter_id": self.meter_id,
            "candidate": self.candidate,
            "contract": self._contract,
            "offset": self._offset,
            "total": self._total,
        }

    def load(self, stored: Mapping[str, Any]) -> None:
        """Take up what was stored."""
        self.meter_id, self.candidate = stored["meter_id"], stored["candidate"]
        self._contract = None if stored["contract"] is None else Contract(stored["contract"])
        self._offset = stored["offset"]
        self._total = stored["total"]
