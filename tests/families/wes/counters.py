"""A counter whose readings a guard judges, one every 15 s."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from custom_components.ecom.families.wes.guards import CounterGuard, Verdict

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON = timedelta(seconds=15)
LIMIT = 36_000  # VA: a strong connection; 600 Wh in a minute


class Counter:
    """A guard, and a clock that goes on by 15 s at each reading."""

    def __init__(self, *raws: float, limit: float = LIMIT) -> None:
        """Begin with readings that are all good."""
        self.guard = CounterGuard(limit)
        self.now = START
        assert all(verdict is Verdict.GOOD for verdict in self.take(*raws))

    def take(self, *raws: float | Decimal, after: timedelta = SOON) -> list[Verdict]:
        """Return what becomes of readings."""
        verdicts = []
        for raw in raws:
            self.now += after
            verdicts.append(self.guard.take(raw, self.now))
        return verdicts

    def restart(self) -> None:
        """Go on with another guard that has what the first one left, by way of JSON."""
        dump = json.loads(json.dumps(self.guard.dump()))
        self.guard = CounterGuard(LIMIT)
        self.guard.load(dump)
