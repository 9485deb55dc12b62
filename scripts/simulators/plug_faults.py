"""What a simulated plug does wrong, on purpose."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

AWAY_SECONDS: Final = range(40, 50)
"""The seconds of each minute in which a rebooting device is not there."""

PULLED_AFTER: Final = 20.0
"""Seconds after which a pulled device is gone, for good."""


class Fault(StrEnum):
    """A fault that the simulator plays as long as it is switched on."""

    REFUSE = "refuse"  # commands are answered with an error, and not done
    LOST = "lost"  # every first of two commands is neither answered nor done
    LATE = "late"  # every answer comes late
    REBOOT = "reboot"  # once a minute it hangs up and is away for some seconds
    THROTTLE = "throttle"  # more than a few calls in a while are answered with an error
    PULLED = "pulled"  # somebody pulls the plug soon after the start


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How the slow faults are measured."""

    late_s: float = 12.0  # longer than clients wait
    most_calls: int = 6
    within_s: float = 10.0


class Throttle:
    """Counts calls, and says when there are too many."""

    def __init__(self, pace: Pace) -> None:
        """Begin with none."""
        self._pace = pace
        self._calls: deque[float] = deque()

    def admits(self, now: float) -> bool:
        """Return whether one more call is answered; only those count."""
        while self._calls and self._calls[0] <= now - self._pace.within_s:
            self._calls.popleft()
        if len(self._calls) >= self._pace.most_calls:
            return False
        self._calls.append(now)
        return True
