"""One meter behind a Téléinfo input: that it is still the same, and its total.

A page holds a counter for each tariff. Their sum is what the Energy dashboard
and the Site want, and it must go on when the contract changes: the counters of
the new contract begin elsewhere, the energy drawn does not.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final

from .protocol import COUNTERS_OF, Contract, Quantity, Value

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
        self.answered: set[Quantity] = set()
        """The counters of the candidate whose indexes the user has given."""
        self._times = 0
        self._contract: Contract | None = None
        self._next_contract: Contract | None = None
        self._next_times = 0
        self.changed = False  # Its contract did, and nobody has stored that yet.
        self._offset: float = 0
        self._total: float | None = None

    @property
    def tariffs(self) -> tuple[Quantity, ...]:
        """Return the counters between which the contract divides what is drawn."""
        return () if self._contract is None else COUNTERS_OF.get(self._contract, ())

    def identify(self, block: Mapping[Quantity, Value]) -> Identity:
        """Return whose block it is; the first meter that is seen is this one."""
        stated = block.get(Quantity.METER_ID)
        if not isinstance(stated, str):
            return Identity.SAME if self.meter_id is None else Identity.DOUBTFUL
        if self.meter_id in (None, stated):
            self.meter_id, self.candidate, self._times = stated, None, 0
            self.answered = set()
            return Identity.SAME
        if stated != self.candidate:
            self.candidate, self._times, self.answered = stated, 0, set()
        self._times += 1
        return Identity.OTHER if self._times >= CONFIRMATIONS else Identity.DOUBTFUL

    def adopt(self) -> None:
        """Take the other meter for this one from now on: the user confirmed it."""
        if self.candidate is not None:
            self.meter_id, self.candidate, self._times = self.candidate, None, 0
            self.answered = set()

    def agree(self, contract: Contract) -> bool:
        """Return whether the contract is certain: this one, or another often enough."""
        if self._contract in (None, contract):
            self._contract, self._next_contract = contract, None
            return True
        if contract is not self._next_contract:
            self._next_contract, self._next_times = contract, 0
        self._next_times += 1
        return self._next_times >= CONFIRMATIONS

    def total(self, contract: Contract, counted: float) -> float:
        """Return the energy drawn under all contracts so far, in Wh.

        ``counted`` is the sum of this contract's counters; of a contract that
        is new the total goes on from where it was.
        """
        if contract is not self._contract:
            self._contract, self._next_contract, self.changed = contract, None, True
            self._offset = (counted if self._total is None else self._total) - counted
        self._total = counted + self._offset
        return self._total

    def dump(self) -> dict[str, Any]:
        """Return what to store."""
        return {
            "meter_id": self.meter_id,
            "candidate": self.candidate,
            "answered": sorted(self.answered),
            "contract": self._contract,
            "offset": self._offset,
            "total": self._total,
        }

    def load(self, stored: Mapping[str, Any]) -> None:
        """Take up what was stored."""
        self.meter_id, self.candidate = stored["meter_id"], stored["candidate"]
        self.answered = {Quantity(quantity) for quantity in stored["answered"]}
        self._contract = None if stored["contract"] is None else Contract(stored["contract"])
        self._offset = stored["offset"]
        self._total = stored["total"]
