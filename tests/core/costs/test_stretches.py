"""Readings that are brought in between two that are known, which are far apart."""

from collections.abc import Sequence

import pytest

from custom_components.ecom.core.costs.exchange import IndexMark
from custom_components.ecom.core.costs.readings import Read, ReadingsError, Swap, steps_of
from custom_components.ecom.core.costs.rebuild import quarters_from_steps
from custom_components.ecom.core.costs.rows import HOUR_MS
from custom_components.ecom.core.costs.stretches import (
    Anchor,
    anchor_of,
    before_exchanges,
    kept,
    widened,
)
from custom_components.ecom.core.quarters import Quarter
from custom_components.ecom.core.timeline import QUARTER_MS
from custom_components.ecom.ports import Kind

MINUTE = 60_000
SWAP = Swap(closing=100, opening=5)


def read(minute: int, index: int, swap: Swap | None = None) -> Read:
    """Return a reading at a minute."""
    return Read(at=minute * MINUTE, index=index, swap=swap)


class Known:
    """What readings have made known, and which of them is known to have been read."""

    def __init__(self, *readings: Read, anchors: Sequence[Read] | None = None) -> None:
        """Take the readings."""
        self.quarters = quarters_from_steps(steps_of(readings, Kind.ENERGY))
        self.anchors = [anchor_of(each) for each in (readings if anchors is None else anchors)]

    def beside(self, *more: Read) -> Known:
        """Return it with what other readings have made known, apart from these."""
        found = Known(*more)
        found.quarters |= self.quarters
        found.anchors = sorted([*self.anchors, *found.anchors], key=lambda each: each.at)
        return found

    def widened(self, *readings: Read, unit: int = QUARTER_MS) -> list[Read]:
        """Return readings as they are to be brought in."""
        return widened(readings, self.quarters, self.anchors, unit=unit)


MONTH = Known(read(0, 0), read(6000, 90))


def test_a_stretch_ends_and_begins_at_a_reading_that_cuts_it() -> None:
    """What it holds is spread anew on both sides, from where the counter stood for sure."""
    cut = read(1000, 60), read(2000, 70)
    assert MONTH.widened(*cut) == [read(0, 0), *cut, read(6000, 90)]


def test_readings_that_end_where_it_does_cut_one_side() -> None:
    """The other side is as it was read."""
    cut = read(3000, 60), read(6000, 90)
    assert MONTH.widened(*cut) == [read(0, 0), *cut]


@pytest.mark.parametrize("minute", [-600, 6000])
def test_readings_outside_cut_nothing(minute: int) -> None:
    """They meet at most."""
    known = 0 if minute < 0 else 90
    beside = read(minute, known), read(minute + 600, known)
    assert MONTH.widened(*beside) == [*beside]


def test_a_reading_that_was_wrong_is_put_right() -> None:
    """What lies between it and the one before is others' than it was."""
    known = Known(read(0, 0), read(3000, 60), read(6000, 90))
    assert known.widened(read(3000, 50), read(6000, 90)) == [
        read(0, 0),
        read(3000, 50),
        read(6000, 90),
    ]


def test_what_was_read_closely_stays() -> None:
    """The stretch alone is spread anew, from where the close readings say that it began."""
    close = [read(minute, minute) for minute in range(0, 61, 5)]
    known = Known(*close, read(600, 100), anchors=[close[0], read(600, 100)])
    assert known.widened(read(300, 90), read(600, 100)) == [
        read(60, 60),
        read(300, 90),
        read(600, 100),
    ]


def test_the_first_reading_may_be_known_by_what_was_counted_since() -> None:
    """Where nothing was known of the counter before."""
    known = Known(read(10, 40), read(600, 100), anchors=[read(600, 100)])
    assert known.widened(read(300, 90), read(600, 100))[0] == read(10, 40)


def test_a_time_of_which_nothing_is_known_before_the_stretch() -> None:
    """What was read before that is nothing to it."""
    known = Known(read(10, 40), read(600, 100), anchors=[read(-3000, 1), read(600, 100)])
    assert known.widened(read(300, 90), read(600, 100))[0] == read(10, 40)


def test_a_first_reading_after_an_exchange() -> None:
    """It was since the reading before, which is known."""
    cut = read(300, 6, Swap(closing=95, opening=5)), read(600, 90)
    known = Known(read(0, 90), read(600, 90))
    assert known.widened(*cut) == [read(0, 90), *cut]


def test_readings_within_a_quarter_hour_of_another_stretch() -> None:
    """Are brought in again with those before, up to one at a whole unit of time."""
    known = Known(read(0, 0), read(100, 10), read(600, 90), read(700, 91))
    cut = read(300, 60), read(600, 90)
    assert known.widened(*cut) == [read(0, 0), read(100, 10), *cut]
    begins = Known(read(7, 0), read(100, 10), read(600, 90))
    assert begins.widened(*cut, unit=HOUR_MS) == [read(7, 0), read(100, 10), *cut]
    apart = Known(read(100, 10), read(600, 90)).beside(read(0, 0), read(40, 1))
    assert apart.widened(*cut) == [read(100, 10), *cut]


def test_close_readings_that_began_within_a_quarter_hour() -> None:
    """What is not told apart of them is spread with the stretch."""
    close = [read(minute, minute) for minute in range(3, 64, 5)]
    known = Known(*close, read(600, 100), anchors=[close[0], read(600, 100)])
    known.quarters[0].covered_ms += 2 * MINUTE
    cut = read(300, 90), read(600, 100)
    assert known.widened(*cut) == [close[0], *cut]


def test_nobody_knows_where_the_stretch_began() -> None:
    """Then it is said which reading cannot be brought in."""
    known = Known(read(7, 0), read(600, 90), anchors=[])
    for number, cut in ((1, (read(300, 60), read(600, 90))), (2, (read(7, 0), read(300, 60)))):
        with pytest.raises(ReadingsError) as raised:
            known.widened(*cut)
        assert (raised.value.key, raised.value.number) == ("reading_among_unknown", number)


@pytest.mark.parametrize(
    ("cut", "number"),
    [((read(300, 95), read(6000, 96)), 1), ((read(0, 0), read(300, 95)), 2)],
)
def test_a_reading_against_what_is_known(cut: tuple[Read, ...], number: int) -> None:
    """The counter can have stood there only if another reading is wrong."""
    known = Known(read(0, 0), read(3000, 90), read(6000, 96))
    with pytest.raises(ReadingsError) as raised:
        known.widened(*cut)
    assert (raised.value.key, raised.value.number) == ("reading_against_known", number)


def test_readings_of_another_counter_fit_nowhere() -> None:
    """Nothing is made of them but what they say."""
    other = read(300, 5000), read(600, 5010)
    assert MONTH.widened(*other) == [*other]


def test_an_exchange_at_the_end_of_a_stretch() -> None:
    """It stays where it was read, unless the readings say that it was before."""
    known = Known(read(0, 90), read(6000, 8, SWAP))
    before = read(100, 92), read(300, 95)
    assert known.widened(*before) == [read(0, 90), *before, read(6000, 8, SWAP)]
    stated = read(100, 92), read(300, 6, SWAP)
    assert known.widened(*stated) == [read(0, 90), *stated, read(6000, 8)]
    within = read(100, 92), read(300, 6, SWAP), read(600, 7)
    assert known.widened(*within) == [read(0, 90), *within, read(6000, 8)]


def test_the_first_reading_after_an_exchange_that_was_read_later() -> None:
    """It was before the reading that is of the new counter."""
    known = Known(read(0, 90), read(6000, 8, SWAP))
    assert known.widened(read(300, 6), read(600, 7)) == [
        read(0, 90),
        read(300, 6, SWAP),
        read(600, 7),
        read(6000, 8),
    ]


def test_a_reading_at_an_exchange_is_of_the_counter_that_goes_on() -> None:
    """The exchange stays."""
    known = Known(read(0, 90), read(3000, 8, SWAP), read(6000, 20))
    assert known.widened(read(3000, 6), read(6000, 20)) == [
        read(0, 90),
        read(3000, 6, SWAP),
        read(6000, 20),
    ]


@pytest.mark.parametrize(
    ("quarters", "minute"),
    [
        ({1: 10, 2: 15}, 18),
        ({0: 15, 1: 3}, 19),
        ({1: 7}, 23),
        ({0: 15, 1: 7, 2: 15}, 20),
        ({}, 20),
    ],
)
def test_a_part_of_a_quarter_hour_that_lies_elsewhere(
    quarters: dict[int, int], minute: int
) -> None:
    """Of that the reading cuts nothing."""
    known = {
        number: Quarter(amount=5, covered_ms=minutes * MINUTE, estimated=True)
        for number, minutes in quarters.items()
    }
    readings = [read(minute, 5), read(minute + 1, 5)]
    anchors = [Anchor(at=0, ends=0, begins=0)]
    assert widened(readings, known, anchors)[0] == readings[0]


def test_a_part_of_a_quarter_hour_in_which_a_stretch_began() -> None:
    """It is cut by a reading after that."""
    known = {
        number: Quarter(amount=5, covered_ms=minutes * MINUTE, estimated=True)
        for number, minutes in {1: 10, 2: 15, 3: 15}.items()
    }
    anchors = [anchor_of(read(20, 0)), anchor_of(read(60, 15))]
    cut = read(25, 4), read(60, 15)
    assert widened([*cut], known, anchors) == [read(20, 0), *cut]


def test_readings_that_are_kept() -> None:
    """Those beside what is spread over several quarter-hours, and the first and the last."""
    readings = [read(minute, 0) for minute in (0, 15, 30, 90, 95, 100, 115)]
    assert [each.at // MINUTE for each in kept(readings)] == [0, 30, 90, 100, 115]


def test_indexes_before_an_exchange_was_read() -> None:
    """They are those of the old counter, and estimated."""
    readings = [read(0, 90), read(60, 92), read(180, 8, SWAP), read(240, 9)]
    marks = {hour: IndexMark(index=hour) for hour in range(1, 5)}
    assert before_exchanges(marks, readings) == {
        **marks,
        2: IndexMark(index=97, estimated=True),
    }
