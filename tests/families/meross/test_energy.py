"""The total of a plug, over weeks that are played in a moment: it never falls and counts once."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.ecom.families.meross.energy import Energy, Missed, Total
from custom_components.ecom.families.meross.models import Slot, days, hours
from scripts.simulators.meross_history import by_day, by_hour
from scripts.simulators.plug_load import Load, Metered, Steady, appliance

PARIS = ZoneInfo("Europe/Paris")
MINUTE = timedelta(minutes=1)

SPRING = datetime(2026, 3, 25, 9, 0, tzinfo=UTC)  # the clock goes forward on the 29th
AUTUMN = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)  # the clock goes back on the 25th


class Plug:
    """A simulated plug, and the total that is made of its rings."""

    def __init__(self, begin: datetime, load: Load) -> None:
        """Plug something in."""
        self.now = begin
        self.meter = Metered(load, begin.timestamp())
        self.outages: list[tuple[float, float]] = []
        self.total = Total()
        self.begin = begin

    def read_days(self) -> int:
        """Read the days; return the total."""
        rows = by_day(self.meter, self.now.timestamp(), PARIS, self.outages)
        slots = days({"consumptionx": rows})
        assert slots is not None
        self.total.take_days(slots, self.now.astimezone(PARIS), self.now)
        return self.total.energy_wh

    def read_hours(self) -> int:
        """Read the hours; return the total."""
        rows = by_hour(self.meter, self.now.timestamp(), self.outages)
        found = hours({"consumptionH": [{"channel": 0, "data": rows}]})
        self.total.take_hours(found[0], self.now)
        return self.total.energy_wh

    def drawn(self) -> float:
        """Return what the book says since the beginning."""
        return self.meter.book.drawn_wh(self.begin.timestamp(), self.now.timestamp())

    def restart(self) -> None:
        """Let Home Assistant stop and start, with everything saved."""
        self.total = Total.load(json.loads(json.dumps(self.total.dump())))

    def stored(self) -> Any:
        """Return what a save would hold."""
        return json.loads(json.dumps(self.total.dump()))


def weeks(plug: Plug, lots: random.Random, *, length: timedelta) -> Iterator[None]:
    """Let time pass, a minute or a few at a time."""
    end = plug.now + length
    while plug.now < end:
        plug.now += MINUTE * lots.choice([1, 1, 1, 2, 7, 31])
        yield


@pytest.mark.parametrize("begin", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("seed", range(4))
def test_two_weeks_with_everything(begin: datetime, seed: int) -> None:
    """Midnights, a change of the clock, restarts, lost saves, days without Home Assistant."""
    lots = random.Random(seed)
    plug = Plug(begin, appliance(seed))
    first = before = plug.read_days()
    kept = plug.stored()
    for _ in weeks(plug, lots, length=timedelta(days=14)):
        total = plug.read_days()
        assert total >= before
        # A day closes two minutes early, and the new one is told at midnight only.
        missing = plug.drawn() - (total - first)
        assert -1 <= missing <= 1 + 2 * 1500 / 60
        before = total
        match lots.randrange(40):
            case 0:
                plug.restart()
            case 1:
                plug.total = Total.load(kept)
                assert plug.read_days() == total
            case 2:
                plug.now += timedelta(hours=lots.randrange(90))
            case 3 | 4 | 5:
                kept = plug.stored()
    while plug.now.astimezone(PARIS).hour == 23:
        plug.now += MINUTE * 5
    assert plug.read_days() - first == pytest.approx(plug.drawn(), abs=1)


@pytest.mark.parametrize("seed", range(4))
def test_two_weeks_of_hours(seed: int) -> None:
    """The ring of hours gives the same, if Home Assistant is not away for more than a day."""
    lots = random.Random(seed)
    plug = Plug(AUTUMN, appliance(seed))
    first = before = plug.read_hours()
    for _ in weeks(plug, lots, length=timedelta(days=14)):
        total = plug.read_hours()
        assert total >= before
        assert total - first == pytest.approx(plug.drawn(), abs=1)
        before = total
        match lots.randrange(40):
            case 0:
                plug.restart()
            case 1:
                plug.now += timedelta(hours=lots.randrange(22))


def test_a_month_without_home_assistant() -> None:
    """The days that were missed are added, as far back as the plug remembers."""
    plug = Plug(SPRING, Steady(100))
    first = plug.read_days()
    plug.now += timedelta(days=29)
    assert plug.read_days() - first == pytest.approx(plug.drawn(), abs=1)


def test_a_plug_without_mains_for_a_week() -> None:
    """Its stale days are no new ones."""
    plug = Plug(SPRING, Steady(100))
    plug.now += timedelta(days=3)
    total = plug.read_days()
    off = plug.now
    plug.meter.supply(off.timestamp(), powered=False)
    plug.now += timedelta(days=7)
    plug.meter.supply(plug.now.timestamp(), powered=True)
    plug.outages.append((off.timestamp(), plug.now.timestamp()))
    assert plug.read_days() == total
    plug.now += timedelta(hours=1)
    assert plug.read_days() == pytest.approx(total + 100, abs=1)


def slot(day: str, energy_wh: int) -> Slot[date]:
    """Return one daily counter."""
    return Slot(key=date.fromisoformat(day), energy_wh=energy_wh)


NOON = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)


def take(total: Total, *slots: Slot[date], now: datetime = NOON) -> int:
    """Book counters at a moment; return the total."""
    total.take_days(slots, now, now)
    return total.energy_wh


def test_it_begins_with_what_is_remembered() -> None:
    """So that a total that was lost is the same again while the ring still holds it all."""
    total = Total()
    assert take(total, slot("2026-06-03", 30), slot("2026-06-01", 12)) == 42


def test_a_counter_that_steps_back_adds_nothing() -> None:
    """Neither the step nor the way back up; beyond it counts again."""
    total = Total()
    take(total, slot("2026-06-03", 100))
    assert take(total, slot("2026-06-03", 40)) == 100
    assert take(total, slot("2026-06-03", 100)) == 100
    assert take(total, slot("2026-06-03", 101)) == 101


def test_an_answer_without_slots_forgets_nothing() -> None:
    """What comes back was booked already."""
    total = Total()
    take(total, slot("2026-06-02", 100), slot("2026-06-03", 50))
    assert take(total) == 150
    assert take(total, slot("2026-06-02", 100), slot("2026-06-03", 50)) == 150


def test_a_clock_that_is_wrong_counts_nothing_twice() -> None:
    """Reset to 1970 after a power cut, then right again: what was counted then is in, once."""
    total = Total()
    ring = [slot("2026-06-02", 100), slot("2026-06-03", 50)]
    take(total, *ring)
    lost = datetime(1970, 1, 1, 3, tzinfo=UTC)
    total.take_days([*ring, slot("1970-01-01", 5)], lost, NOON + MINUTE)
    assert total.energy_wh == 155
    ahead = datetime(2031, 1, 1, 3, tzinfo=UTC)
    total.take_days([*ring, slot("1970-01-01", 5)], ahead, NOON + 2 * MINUTE)
    assert take(total, *ring, slot("1970-01-01", 5), now=NOON + 3 * MINUTE) == 155


@pytest.mark.parametrize("day", ["2026-05-02", "2026-06-05", "1999-06-03"])
def test_days_that_cannot_be(day: str) -> None:
    """Older than a ring can be, or not yet there."""
    assert take(Total(), slot(day, 100)) == 0


def test_stale_hours_are_told_by_their_own_time() -> None:
    """An hour that is 31 days old was not written since; one of the future is a wrong clock."""
    total = Total()
    keys = [NOON - timedelta(days=32), NOON + timedelta(hours=1), NOON]
    total.take_hours([Slot(key=key, energy_wh=7) for key in keys], NOON)
    assert total.energy_wh == 7


def test_what_is_kept_does_not_grow() -> None:
    """Nor does what is missed: years pass, and the store stays small."""
    total = Total()
    for number in range(2000):
        take(total, slot(str(date(2026, 1, 1) + timedelta(days=number)), 1), now=NOON_ON(number))
    assert len(total.dump()["booked"]) == 200
    assert len(total.missed) <= 200
    assert total.energy_wh == 2000


def NOON_ON(number: int) -> datetime:  # noqa: N802 - a constant of a day
    """Return noon of the day with a number."""
    return datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)


def test_what_nobody_has_read_is_kept_by_day() -> None:
    """From the last reading to the first one, cut at the device's midnights."""
    total = Total()
    take(total, slot("2026-06-03", 100), now=NOON - timedelta(minutes=5))
    total.missed.clear()
    take(total, slot("2026-06-03", 110), now=NOON + timedelta(minutes=4))
    assert total.missed == []
    later = NOON + timedelta(days=1)
    take(total, slot("2026-06-03", 300), slot("2026-06-04", 90), now=later)
    midnight = datetime(2026, 6, 4, tzinfo=UTC)
    assert total.missed == [
        Missed(start=NOON, end=NOON + timedelta(minutes=4), energy_wh=0),
        Missed(start=NOON + timedelta(minutes=4), end=midnight, energy_wh=190),
        Missed(start=midnight, end=later, energy_wh=90),
    ]


@pytest.mark.parametrize(
    "damage",
    [
        {"energy_wh": "1"},
        {"energy_wh": -1},
        {"booked": []},
        {"booked": {"2026-06-03": "x"}},
        {"read_at": "now"},
        {"read_at": 1e300},
        {"missed": [1]},
        {"at_hour_wh": None},
    ],
    ids=str,
)
def test_a_damaged_store_is_found_out(damage: dict[str, Any]) -> None:
    """And not believed."""
    total = Total()
    take(total, slot("2026-06-03", 100))
    with pytest.raises((ValueError, TypeError, KeyError, OverflowError)):
        Energy().load({"0": total.dump() | damage})


def test_a_store_is_read_back() -> None:
    """All channels, as they were."""
    energy = Energy()
    take(energy.of(0), slot("2026-06-03", 100))
    energy.of(3).take_hours([Slot(key=NOON, energy_wh=5)], NOON)
    again = Energy()
    again.load(json.loads(json.dumps(energy.dump())))
    assert again.totals == energy.totals
