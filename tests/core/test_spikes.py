"""A counter that jumps is believed when the next reading bears it out."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.ecom.core.quarters import Series
from custom_components.ecom.core.spikes import Shown, Spikes
from custom_components.ecom.ports import Kind

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Counter:
    """A counter that is sifted before it is counted."""

    def __init__(self, kind: Kind = Kind.ENERGY) -> None:
        """Have shown nothing."""
        self.series = Series(kind=kind)
        self.spikes = Spikes(kind)
        self.counted = 0

    def shows(self, minute: float, index: float) -> int:
        """Read it; return what it has counted since the first reading, in mWh or ml."""
        for each in self.spikes.sift(
            self.series.mark, Shown(at=NOON + minute * MINUTE, index=index)
        ):
            if (step := self.series.take(each.at, each.index)) is not None:
                self.counted += step.amount
        return self.counted


def test_what_falls_back_was_never_counted() -> None:
    """102, 180, 102.1 kWh: a tenth of a kWh was used."""
    meter = Counter()
    assert [meter.shows(at, kwh * 1000) for at, kwh in enumerate((102, 180, 102.1, 102.2))] == [
        0,
        0,
        100_000,
        200_000,
    ]


def test_what_goes_on_from_there_was_counted() -> None:
    """Both readings then count, each for its own time."""
    meter = Counter()
    meter.shows(0, 100_000)
    assert meter.shows(20, 190_000) == 0
    assert meter.shows(25, 190_000) == 90_000_000
    quarters = meter.series.drain()
    assert sum(each.amount for each in quarters.values()) == 90_000_000
    assert {each.amount for each in quarters.values()} == {67_500_000, 22_500_000}


def test_the_same_reading_does_not_bear_itself_out() -> None:
    """Nor does one that is older."""
    meter = Counter()
    meter.shows(0, 100_000)
    assert [meter.shows(minute, 190_000) for minute in (2, 2, 1)] == [0, 0, 0]
    assert meter.shows(3, 100_010) == 10_000


def test_a_second_spike_after_the_first() -> None:
    """Each is held back by itself."""
    meter = Counter()
    found = [meter.shows(at, wh) for at, wh in enumerate((0, 90_000, 80_000, 10, 70_000, 20))]
    assert found == [0, 0, 0, 10_000, 10_000, 20_000]


@pytest.mark.parametrize(
    ("kind", "minutes", "amount", "counted"),
    [
        (Kind.ENERGY, 60, 252_000, True),
        (Kind.ENERGY, 60, 252_001, False),
        (Kind.ENERGY, 1 / 60, 2_069, True),
        (Kind.HEAT, 1, 20_000, True),
        (Kind.HEAT, 1, 25_000, False),
        (Kind.VOLUME, 30, 12, True),
        (Kind.VOLUME, 30, 12.1, False),
    ],
)
def test_what_a_building_can_use(kind: Kind, minutes: float, amount: float, counted: bool) -> None:  # noqa: FBT001
    """It is counted at once, however long the reading was waited for."""
    meter = Counter(kind)
    meter.shows(0, 50)
    assert bool(meter.shows(minutes, 50 + amount)) is counted
