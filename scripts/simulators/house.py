"""A plausible house, made up (SYNTHETIC): its load and its sun at any moment.

Power is a daily profile with a little noise, and energy the integral of the
profile alone, so that both are pure functions of time: two simulators of one
house agree, and a counter goes on where it was after a restart.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import exp, sin, tau
from typing import Final

EPOCH: Final = datetime(2024, 1, 1, tzinfo=UTC)
DAY: Final = timedelta(days=1)
MINUTES: Final = 1440

PEAKS: Final = ((6.8, 0.7, 1400), (12.2, 0.8, 1900), (19.0, 1.4, 2600), (3.0, 1.0, 900))
"""Hour, width in hours and height in W of what a family switches on."""

BASE_W: Final = 240
FRIDGE_W, FRIDGE_ON, FRIDGE_EVERY = 90, 15, 45  # minutes
SOLAR_PEAK_W: Final = 4800
SUNRISE, SUNSET = 6.5, 19.5
HIGH_TARIFF: Final = range(7 * 60, 22 * 60)
"""The minutes of the high tariff, T1; the rest is T2."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """What flows at one moment, in W, and how the phases share it."""

    load_w: int
    solar_w: int

    @property
    def import_w(self) -> int:
        """Return what is drawn from the grid."""
        return max(self.load_w - self.solar_w, 0)

    @property
    def export_w(self) -> int:
        """Return what is fed into the grid."""
        return max(self.solar_w - self.load_w, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """What has flowed since the meters were put in, in Wh, by tariff."""

    import_wh: tuple[int, int]
    export_wh: tuple[int, int]
    solar_wh: int


def flow_at(moment: datetime) -> Flow:
    """Return the powers at a moment."""
    profile = _PROFILE[_minute(moment)]
    noise = 0.03 * sin(moment.timestamp() / 7) + 0.02 * sin(moment.timestamp() / 3.1)
    return Flow(
        load_w=round(profile.load_w * (1 + noise)),
        solar_w=round(profile.solar_w * (1 + noise)),
    )


def counters_at(moment: datetime) -> Counters:
    """Return the counters at a moment."""
    days, rest = divmod(moment - EPOCH, DAY)
    minute = rest // timedelta(minutes=1)
    part = (rest - timedelta(minutes=minute)) / timedelta(minutes=1)
    return Counters(
        import_wh=(_count(_IMPORT_1, days, minute, part), _count(_IMPORT_2, days, minute, part)),
        export_wh=(_count(_EXPORT_1, days, minute, part), _count(_EXPORT_2, days, minute, part)),
        solar_wh=_count(_SOLAR, days, minute, part),
    )


def _minute(moment: datetime) -> int:
    return ((moment - EPOCH) % DAY) // timedelta(minutes=1)


def _profile(minute: int) -> Flow:
    hour = minute / 60
    load: float = BASE_W + FRIDGE_W * (minute % FRIDGE_EVERY < FRIDGE_ON)
    load += sum(height * exp(-(((hour - at) / width) ** 2)) for at, width, height in PEAKS)
    sun = sin(tau / 2 * (hour - SUNRISE) / (SUNSET - SUNRISE))
    return Flow(
        load_w=round(load),
        solar_w=round(SOLAR_PEAK_W * max(sun, 0) ** 1.5) if SUNRISE < hour < SUNSET else 0,
    )


def _count(sums: list[float], days: int, minute: int, part: float) -> int:
    """Return the integral up to a moment, in whole Wh."""
    within = sums[minute] + part * (sums[minute + 1] - sums[minute])
    return int(days * sums[-1] + within)


def _sums(powers: list[float]) -> list[float]:
    """Return the energy in Wh before each minute of the day, and that of the whole day."""
    return list(accumulate((power / 60 for power in powers), initial=0.0))


_PROFILE: Final = [_profile(minute) for minute in range(MINUTES)]


def _tariff(first: bool, what: str) -> list[float]:  # noqa: FBT001 - private, two calls each
    return _sums(
        [
            float(getattr(flow, what)) if (minute in HIGH_TARIFF) is first else 0.0
            for minute, flow in enumerate(_PROFILE)
        ]
    )


_IMPORT_1: Final = _tariff(True, "import_w")  # noqa: FBT003 - as declared above
_IMPORT_2: Final = _tariff(False, "import_w")  # noqa: FBT003 - as declared above
_EXPORT_1: Final = _tariff(True, "export_w")  # noqa: FBT003 - as declared above
_EXPORT_2: Final = _tariff(False, "export_w")  # noqa: FBT003 - as declared above
_SOLAR: Final = _sums([float(flow.solar_w) for flow in _PROFILE])
