"""Time for simulators that pass it on."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.now = NOON

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def pass_(self, **delta: float) -> None:
        """Let some time pass."""
        self.now += timedelta(**delta)
