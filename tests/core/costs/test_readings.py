"""Readings that are brought in: what lies between them, and what was known beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.costs.exchange import ExchangeError, check_counted
from custom_components.ecom.core.costs.readings import (
    Beside,
    Read,
    ReadingsError,
    Swap,
    Told,
    beside,
    counted_before,
    overlaps,
    steps_of,
    with_edges,
)
from custom_components.ecom.core.costs.rows import HOUR_MS
from custom_components.ecom.core.quarters import Mark, Quarter, Step
from custom_components.ecom.core.timeline import QUARTER_MS
from custom_components.ecom.ports import Kind

MINUTE = 60_000
DAY = 24 * HOUR_MS


def read(at: int, index: int, swap: Swap | None = None) -> Read:
    """Return a reading."""
    return Read(at=at, index=index, swap=swap)


def test_what_was_counted_lies_between_two_readings() -> None:
    """Each ends where it was read."""
    assert steps_of([read(0, 5), read(HOUR_MS, 9), read(2 * HOUR_MS, 9)], Kind.ENERGY) == [
        Step(since=0, until=HOUR_MS, amount=4, index=9),
        Step(since=HOUR_MS, until=2 * HOUR_MS, amount=0, index=9),
    ]


def test_a_meter_that_was_exchanged_since() -> None:
    """Both have counted."""
    (step,) = steps_of([read(0, 90), read(HOUR_MS, 7, Swap(closing=100, opening=2))], Kind.VOLUME)
    assert (step.amount, step.index) == (15, 7)


@pytest.mark.parametrize(
    ("readings", "key", "number"),
    [
        ([], "readings_too_few", 0),
        ([read(0, 1)], "readings_too_few", 1),
        ([read(0, 1), read(0, 2)], "readings_not_ascending", 2),
        ([read(5, 1), read(9, 2), read(8, 3)], "readings_not_ascending", 3),
        ([read(0, 1), read(431 * DAY, 2)], "readings_too_far_apart", 2),
        ([read(0, 2), read(5, 1)], "reading_falls", 2),
        ([read(0, 2), read(5, 1, Swap(closing=1, opening=0))], "reading_against_exchange", 2),
        ([read(0, 2), read(5, 1, Swap(closing=3, opening=2))], "reading_against_exchange", 2),
        ([read(0, 0), read(HOUR_MS, 1_002_000_001)], "reading_too_much", 2),
    ],
)
def test_readings_that_cannot_be(readings: list[Read], key: str, number: int) -> None:
    """It says which one, and why."""
    with pytest.raises(ReadingsError) as raised:
        steps_of(readings, Kind.ENERGY)
    assert (raised.value.key, raised.value.number) == (key, number)


def test_the_most_that_a_meter_counts() -> None:
    """A megawatt, and what a coarse counter may step by at once."""
    most = [read(0, 0), read(HOUR_MS, 1_002_000_000)]
    assert steps_of(most, Kind.ENERGY)[0].amount == 1_002_000_000
    check_counted(Kind.ENERGY, 0, HOUR_MS, 1_002_000_000)
    with pytest.raises(ExchangeError, match="exchange_too_much"):
        check_counted(Kind.ENERGY, 0, HOUR_MS, 1_002_000_001)


def whole(amount: int = 60) -> Quarter:
    """Return a quarter-hour of which all is known."""
    return Quarter(amount=amount, covered_ms=QUARTER_MS)


def part(minutes: int, amount: int = 60) -> Quarter:
    """Return a quarter-hour of which some minutes are known."""
    return Quarter(amount=amount, covered_ms=minutes * MINUTE)


@pytest.mark.parametrize(
    ("known", "start", "end", "twice"),
    [
        ({}, 0, HOUR_MS, False),
        ({4: whole()}, 0, HOUR_MS, False),
        ({3: part(1)}, 0, HOUR_MS, True),
        ({0: part(5)}, 5 * MINUTE, HOUR_MS, False),
        ({0: part(6)}, 5 * MINUTE, HOUR_MS, True),
        ({4: part(10)}, 0, HOUR_MS + 5 * MINUTE, False),
        ({4: part(11)}, 0, HOUR_MS + 5 * MINUTE, True),
        ({0: Quarter(covered_ms=1000)}, 0, HOUR_MS, False),
        ({0: Quarter(covered_ms=1001)}, 0, HOUR_MS, True),
    ],
)
def test_what_is_known_already(
    known: dict[int, Quarter],
    start: int,
    end: int,
    twice: bool,  # noqa: FBT001 - what is expected
) -> None:
    """By the quarter-hour, where more is known of it than lies outside; give or take a second."""
    assert overlaps(known, start, end) is twice


def test_what_is_known_beside() -> None:
    """Whole quarter-hours of the hours at the edges stay, and the outer part of the others."""
    known = {0: whole(), 1: whole(90), 2: whole(), 8: whole(30), 9: whole(60), 12: whole()}
    found = beside(known, 20 * MINUTE, 2 * HOUR_MS + 5 * MINUTE)
    assert found.before == [
        Step(since=0, until=QUARTER_MS, amount=60, index=0),
        Step(since=QUARTER_MS, until=20 * MINUTE, amount=30, index=0),
    ]
    assert found.after == [
        Step(since=125 * MINUTE, until=135 * MINUTE, amount=20, index=0),
        Step(since=135 * MINUTE, until=150 * MINUTE, amount=60, index=0),
    ]
    assert found.edges == {1: part(5, 30), 8: part(10, 20)}


def test_what_is_known_of_a_part_stays_whole() -> None:
    """Where that can lie outside; and before or after as its time does."""
    assert beside({0: part(5)}, 5 * MINUTE, HOUR_MS).edges == {0: part(5)}
    around = beside({0: part(6)}, 3 * MINUTE, 9 * MINUTE)
    assert [step.amount for step in (*around.before, *around.after)] == [20, 40]


@pytest.mark.parametrize(
    ("told", "before", "after", "edges"),
    [
        (Told(left=7), [60, 7], [20, 60], {1: part(5, 7), 8: part(10, 20)}),
        (Told(right=0), [60, 30], [0, 60], {1: part(5, 30), 8: part(10, 0)}),
        (
            Told(until=2 * HOUR_MS + 9 * MINUTE),
            [60, 30],
            [8, 60],
            {1: part(5, 30), 8: part(4, 8)},
        ),
        (
            Told(until=2 * HOUR_MS + 4 * MINUTE, right=9),
            [60, 30],
            [0, 60],
            {1: part(5, 30), 8: part(0, 0)},
        ),
    ],
)
def test_what_indexes_tell_of_the_edges(
    told: Told, before: list[int], after: list[int], edges: dict[int, Quarter]
) -> None:
    """It is believed; and nothing was counted after the last reading."""
    known = {0: whole(), 1: whole(90), 2: whole(), 8: whole(30), 9: whole(60)}
    found = beside(known, 20 * MINUTE, 2 * HOUR_MS + 5 * MINUTE, told)
    assert [step.amount for step in found.before] == before
    assert [step.amount for step in found.after] == after
    assert found.edges == edges


@pytest.mark.parametrize(
    ("marks", "counted"),
    [
        ([Mark(at=0, index=1000)], 20),
        ([None, Mark(at=40 * MINUTE, index=1200)], 30),
        ([Mark(at=0, index=0), Mark(at=40 * MINUTE, index=1200)], 30),
        ([Mark(at=0, index=1081)], None),
        ([Mark(at=0, index=900)], None),
        ([Mark(at=40 * MINUTE, index=1300)], None),
        ([], None),
    ],
)
def test_what_was_counted_before_a_reading(marks: list[Mark | None], counted: int | None) -> None:
    """By what the counter stood at before or after; not what is more than all, or than nothing."""
    known = {0: whole(60), 1: whole(90), 2: whole(60)}
    read = Read(at=20 * MINUTE, index=1080)
    assert counted_before(known, read, marks) == counted
    assert counted_before({}, read, marks) is None


def test_a_time_of_whole_hours_has_nothing_beside() -> None:
    """What is known in it is no more."""
    assert beside({0: whole(), 4: whole()}, 0, HOUR_MS) == Beside(before=[], after=[], edges={})


def test_edges_are_put_to_what_was_brought() -> None:
    """A quarter-hour of both is one."""
    edge = Quarter(amount=3, covered_ms=5, estimated=True)
    assert with_edges({1: part(5, 30)}, {1: edge, 2: edge}) == {
        1: Quarter(amount=33, covered_ms=5 * MINUTE + 5, estimated=True),
        2: edge,
    }


@given(
    amounts=st.lists(st.integers(0, 10**9), min_size=12, max_size=12),
    start=st.integers(0, 3 * HOUR_MS - 1),
    length=st.integers(1, 3 * HOUR_MS),
)
def test_nothing_is_lost_beside(amounts: list[int], start: int, length: int) -> None:
    """The steps outside are those of the quarter-hours that stay, and lie where they should."""
    end = min(start + length, 3 * HOUR_MS)
    found = beside({at: whole(amount) for at, amount in enumerate(amounts)}, start, end)
    steps = [*found.before, *found.after]
    assert all(step.until <= start for step in found.before)
    assert all(step.since >= end for step in found.after)
    first, last = start // HOUR_MS * HOUR_MS, -(-end // HOUR_MS) * HOUR_MS
    assert sum(step.until - step.since for step in steps) == (start - first) + (last - end)
    outside = sum(
        amount
        for at, amount in enumerate(amounts)
        if first <= at * QUARTER_MS < last
        and (at * QUARTER_MS >= end or (at + 1) * QUARTER_MS <= start)
    )
    assert sum(step.amount for step in steps) == outside + sum(
        each.amount for each in found.edges.values()
    )
