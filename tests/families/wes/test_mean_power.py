"""Mean power from whole Wh: how exact, how late, and when there is none."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from custom_components.ecom.families.wes.mean_power import MeanPower
from custom_components.ecom.families.wes.mean_power import ENOUGH_WH, GAP, LONGEST

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """Return a moment of the day."""
    return START + timedelta(seconds=seconds)


def mean(*readings: tuple[float, float], at: float | None = None) -> float | None:
    """Return the power after readings, each of a second and Wh."""
    power = MeanPower()
    for seconds, wh in readings:
        power.add(wh, after(seconds))
    return power.value(after(readings[-1][0] if at is None else at))


def test_nothing_tells_a_power_before_two_readings() -> None:
    """Nor do two that are close together and hold little."""
    assert MeanPower().value(START) is None
    assert mean((0, 1000)) is None
    assert mean((0, 1000), (59, 1019)) is None


def test_enough_energy_is_a_window_however_short() -> None:
    """20 Wh in 15 s are 4800 W."""
    assert mean((0, 1000), (15, 1020)) == 4800
    assert mean((0, 1000), (15, 1020), (30, 1060)) == 9600  # the newest interval alone


def test_little_energy_takes_a_longer_window() -> None:
    """60 W are one Wh a minute: the window grows up to five minutes."""
    readings = [(60.0 * minute, 1000.0 + minute) for minute in range(20)]
    assert mean(*readings[:2]) == 60
    assert mean(*readings) == 60
    assert mean((0, 1000), (60, 1000), (120, 1000)) == 0


def test_the_window_ends_at_five_minutes() -> None:
    """What was before counts no more, so that a load that has ended is gone by then."""
    load = [(15.0 * n, 1000.0 + 10 * n) for n in range(10)]
    rest = [(135.0 + 15 * n, 1090.0) for n in range(1, 21)]
    assert mean(*load, *rest[:1]) == pytest.approx(20 * 3600 / 45)
    assert mean(*load, *rest) == 0


@pytest.mark.parametrize("watts", [0, 7, 60, 230, 1200, 3000, 9000, 36_000])
@pytest.mark.parametrize("interval", [5, 15, 30, 60, 300])
def test_the_error_is_within_its_bound(watts: float, interval: int) -> None:
    """Less than 5 % where there is enough, less than 60 W else, and 12 W in the long run."""
    power, random = MeanPower(), Random(1)
    begin = random.random()
    for step in range(200):
        now = after(step * interval)
        power.add(int(begin + watts * step * interval / 3600), now)
        if (value := power.value(now)) is None:
            assert step * interval < 60
            continue
        bound = max(0.05 * watts, 3600 / max(60, min(step * interval, 300 - interval)))
        assert abs(value - watts) <= bound + 1e-6


def test_a_gap_starts_anew() -> None:
    """What happened meanwhile nobody knows; a page every five minutes may be late, though."""
    assert mean((0, 1000), (340, 2000)) is None
    assert mean((0, 1000), (304, 1304)) == 3600
    assert mean((0, 1000), (15, 1020), at=15 + 331) is None


def test_a_total_or_a_clock_that_goes_back_starts_anew() -> None:
    """Neither can be subtracted."""
    assert mean((0, 1000), (60, 999)) is None
    assert mean((60, 1000), (0, 1001)) is None
    assert mean((0, 1000), (60, 1020), (60, 1021)) == 1200  # twice at once: the first counts


def test_memory_is_bounded() -> None:
    """However often the page is read; the window is then shorter."""
    power = MeanPower()
    for step in range(10_000):
        power.add(1000, after(step / 100))
    assert len(power._readings) == 512
    assert power.value(after(100)) is None


def test_the_figures() -> None:
    """The figures that these tests are written for."""
    assert ENOUGH_WH == 20
    assert timedelta(minutes=5) == LONGEST < GAP
