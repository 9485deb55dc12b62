"""What is known of a meter: its readings, how long they hold, and what is stored."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from custom_components.ecom.families.e450.models import (
    FIRST_VALID_FOR,
    FIRST_VALID_FOR_TOTAL,
    LEAST_VALID_FOR,
    MOST_REGISTERS,
    MOST_VALID_FOR,
    Cadence,
    Health,
    MeterState,
)
from custom_components.ecom.families.e450.protocol.obis import ObisCode
from custom_components.ecom.families.e450.protocol.values import Raw
from tests.families.e450.telegrams import IMPORT, IMPORTED, Voice

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
POWER = ObisCode.parse(IMPORT)
ENERGY = ObisCode.parse(IMPORTED)
CURRENT = "1-0:31.7.0"
FIRST = timedelta(minutes=1)


def seconds(number: float) -> timedelta:
    """Return so many seconds."""
    return timedelta(seconds=number)


def cadence(*intervals: float) -> Cadence:
    """Return a cadence that has learned these intervals, in seconds."""
    learned = Cadence()
    for interval in intervals:
        learned.learn(seconds(interval))
    return learned


def test_before_anything_is_learned_the_first_guess_holds() -> None:
    """One report says nothing about the next."""
    assert cadence().valid_for(FIRST) == FIRST


def test_three_missed_reports_make_a_reading_stale() -> None:
    """Every 10 s, with 5 s of grace: 35 s without a report is too long."""
    assert cadence(10, 10, 10).valid_for(FIRST) == seconds(35)


def test_one_outage_is_forgiven() -> None:
    """A night without reports does not make the next reading valid for days."""
    assert cadence(10, 10, 40_000, 10, 10).valid_for(FIRST) == seconds(35)


def test_a_new_pace_is_learned() -> None:
    """Only the last five intervals count."""
    assert cadence(10, 10, 10, 900, 900, 900).valid_for(FIRST) == seconds(2705)


def test_how_long_a_reading_holds_has_bounds() -> None:
    """A very fast meter is given a moment, a very slow one is not trusted for a day."""
    assert cadence(1, 1, 1).valid_for(FIRST) == LEAST_VALID_FOR
    assert cadence(86_400, 86_400).valid_for(FIRST) == MOST_VALID_FOR


def test_each_register_has_a_pace_of_its_own() -> None:
    """Power comes every 10 s, energy every quarter-hour, from the same meter."""
    state, voice = MeterState(), Voice()
    for n in range(361):
        values = {IMPORT: n} if n % 90 else {IMPORT: n, IMPORTED: n}
        state.update(voice.telegram(values), START + n * seconds(10))
    now = START + seconds(3600)
    power, energy = state.reading(POWER), state.reading(ENERGY)
    assert power is not None
    assert energy is not None
    assert power.valid_for == seconds(35)
    assert energy.valid_for == seconds(2705)
    assert state.next_expiry(now) == now + seconds(35)
    assert state.next_expiry(now + seconds(36)) == now + seconds(2705)
    assert state.next_expiry(now + timedelta(days=1)) is None


def test_a_first_total_is_trusted_for_longer() -> None:
    """Energy may come once a quarter-hour; power that comes once a minute is slow."""
    state = MeterState()
    state.update(Voice().telegram({IMPORT: 1, IMPORTED: 1}), START)
    assert state.tracks[POWER].reading.valid_for == FIRST_VALID_FOR
    assert state.tracks[ENERGY].reading.valid_for == FIRST_VALID_FOR_TOTAL


def test_two_telegrams_at_one_moment_teach_nothing() -> None:
    """Octets that were held up arrive together; that is no cadence."""
    state, voice = MeterState(), Voice()
    for n in range(3):
        state.update(voice.telegram({IMPORT: n}), START)
    assert not state.tracks[POWER].cadence.intervals


def test_new_registers_are_told_once() -> None:
    """A code is new the first time that it has a value, and never again."""
    state, voice = MeterState(), Voice(meter_id=None)
    assert state.update(voice.telegram({IMPORT: None}), START) == []
    assert state.update(voice.telegram({IMPORT: 1}), START) == [POWER]
    assert state.update(voice.telegram({IMPORT: 2, IMPORTED: 5}), START) == [ENERGY]


def test_a_value_that_is_gone_is_absent() -> None:
    """An angle without current: the register is known, its value is not."""
    state, voice = MeterState(), Voice()
    state.update(voice.telegram({IMPORT: 1}), START)
    state.update(voice.telegram({IMPORT: None}), START + seconds(5))
    reading = state.reading(POWER)
    assert reading is not None
    assert reading.value is None
    assert reading.measured_at == START + seconds(5)


def test_the_meters_clock_is_no_register() -> None:
    """A time that changes at each telegram has a sensor of its own."""
    state = MeterState()
    assert state.update(Voice(meter_id=None).telegram({}, START), START) == []


def test_the_number_of_registers_is_bounded() -> None:
    """Whatever invents codes does not fill the memory."""
    state, voice = MeterState(), Voice(meter_id=None)
    for c in range(128, 248):
        state.update(voice.telegram({f"1-0:{c}.7.{e}": 1 for e in range(8)}), START)
    assert len(state.tracks) == MOST_REGISTERS
    assert state.update(voice.telegram({"1-0:99.99.99": 1}), START) == []


def test_what_is_stored_comes_back_as_it_was() -> None:
    """Values keep type and unit, moments their zone, and paces are still known."""
    state, voice = MeterState(), Voice()
    for n in range(4):
        values: dict[str, Raw] = {IMPORT: 28, CURRENT: 49, IMPORTED: 2**40, "0-0:96.13.0": "Hallo"}
        state.update(voice.telegram(values), START + n * seconds(10))
    again = MeterState()
    again.load(json.loads(json.dumps(state.dump())))
    assert again.tracks.keys() == state.tracks.keys()
    for code, track in state.tracks.items():
        restored = again.tracks[code]
        assert (restored.unit, restored.register) == (track.unit, track.register)
        assert restored.reading == track.reading
        assert type(restored.reading.value) is type(track.reading.value)
        assert list(restored.cadence.intervals) == list(track.cadence.intervals)
    assert again.tracks[ObisCode.parse(CURRENT)].reading.value == Decimal("0.49")


GOOD_ROW = {
    "value": 28,
    "decimal": False,
    "unit": "W",
    "at": START.isoformat(),
    "intervals": [10.0],
}


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        "28 W",
        {},
        {**GOOD_ROW, "at": "yesterday"},
        {**GOOD_ROW, "at": "2026-11-22T12:00:00"},
        {**GOOD_ROW, "at": None},
        {**GOOD_ROW, "intervals": None},
        {**GOOD_ROW, "intervals": ["ten"]},
        {**GOOD_ROW, "value": "two", "decimal": True},
        {key: value for key, value in GOOD_ROW.items() if key != "unit"},
    ],
)
def test_a_damaged_row_is_left_out(row: Any) -> None:
    """One row that cannot be read costs that register, until it is heard again."""
    state = MeterState()
    state.load({IMPORTED: row, IMPORT: GOOD_ROW, "nonsense": GOOD_ROW})
    assert set(state.tracks) == {POWER}
    assert state.next_expiry(START) is not None


def test_health_counts_by_kind() -> None:
    """Each telegram is counted once, good or by why it was refused."""
    health = Health()
    health.count_good(START)
    health.count_refused("fcs", START)
    health.count_refused("fcs", START)
    health.count_refused("key", START)
    assert health.counts() == {"good": 1, "fcs": 2, "key": 1}
    assert health.refusing
    health.count_good(START)
    assert not health.refusing


def test_counts_are_shown_once_a_minute() -> None:
    """A count that changes every five seconds would fill the recorder."""
    health = Health()
    health.count_good(START)
    health.count_good(START + seconds(59))
    assert health.shown == {"good": 1}
    health.count_refused("fcs", START + seconds(60))
    assert health.shown == {"good": 2, "fcs": 1}
