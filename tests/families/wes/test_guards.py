"""What no structure can tell, a counter's own past tells."""

import json
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from custom_components.ecom.families.wes.guards import (
    CounterGuard,
    Verdict,
)
from custom_components.ecom.families.wes.probe_guard import ProbeGuard
from tests.families.wes.counters import LIMIT, Counter

GOOD, LOST, WAIT, ASK = Verdict.GOOD, Verdict.LOST, Verdict.WAIT, Verdict.ASK


def test_a_counter_that_grows_is_good() -> None:
    """So is one that stands still; before the first reading there is no total."""
    empty = Counter().guard
    assert (empty.total, empty.current, empty.last_good) == (None, None, None)
    counter = Counter()
    assert counter.take(1000, 1000, 1150) == [GOOD] * 3
    assert counter.guard.total == counter.guard.current == counter.guard.last_good == 1150
    assert not counter.guard.asking


def test_a_new_counter_may_begin_at_zero() -> None:
    """Zero is lost only after something else; a step from zero is believed the third time."""
    counter = Counter(0, 0)
    assert counter.take(1, 1, 2, 2) == [WAIT, WAIT, GOOD, GOOD]
    assert counter.guard.total == 2
    assert Counter(0).take(1, 0, 0) == [WAIT, GOOD, GOOD]


def test_a_counter_that_turns_out_to_stand_far_from_zero_does_not_jump() -> None:
    """It was not ready, or begins with a new contract; its total goes on from zero."""
    counter = Counter(0)
    assert counter.take(5_000_000, 5_000_001, 5_000_002) == [WAIT, WAIT, GOOD]
    assert counter.guard.total == 0
    assert counter.take(5_000_009) == [GOOD]
    assert counter.guard.total == 7


def test_a_total_goes_on_in_another_unit() -> None:
    """366.3 m³ so far; what the index reads now, in the right unit, is where it goes on."""
    guard = CounterGuard(LIMIT)
    guard.continue_from(366.3)
    again = CounterGuard(LIMIT)
    again.load(guard.dump())
    now = Counter(0).now
    assert again.take(366_334, now) is GOOD
    assert again.total == 366.3
    assert again.take(366_335, now) is GOOD
    assert again.total == 367.3


def test_a_glitch_is_not_waited_out_for_ever() -> None:
    """Where little is drawn, catching up would take days: after an hour the user is asked."""
    counter = Counter(1000, 1001, 1700)
    assert counter.take(1002) == [WAIT]
    assert counter.take(1003, 1004, 1005, 1006, after=timedelta(minutes=40))[-1] is ASK


def test_the_limit_is_what_can_be_counted_in_the_time_since() -> None:
    """36 kW for 15 s and a minute's margin are 750 Wh; after an hour's silence it is more."""
    assert Counter(1000).take(1750) == [GOOD]
    assert Counter(1000).take(1751) == [WAIT]
    assert Counter(1000).take(37_600, after=timedelta(hours=1)) == [GOOD]
    assert Counter(1000).take(37_601, after=timedelta(hours=1)) == [WAIT]


def test_one_step_is_always_allowed() -> None:
    """A counter of whole cubic metres takes them whole."""
    assert Counter(7, limit=0.5).take(8) == [GOOD]
    assert Counter(7, limit=0.5).take(9) == [WAIT]


def test_a_clock_that_goes_back_allows_no_more_than_the_margin() -> None:
    """Time is never negative."""
    counter = Counter(1000)
    assert counter.take(1600, after=-timedelta(days=1)) == [GOOD]
    assert counter.take(2201, after=-timedelta(days=1)) == [WAIT]


@pytest.mark.parametrize("raw", [-1, float("nan"), float("inf"), 1e15])
def test_what_no_counter_says_changes_nothing(raw: float) -> None:
    """Not even when repeated."""
    counter = Counter(1000)
    assert counter.take(*[raw] * 5) == [WAIT] * 5
    assert counter.take(1001) == [GOOD]


# --- Zero: the Téléinfo is lost ----------------------------------------------


def test_zero_after_something_is_lost_for_days() -> None:
    """It publishes nothing and is never confirmed; the true counter goes on at once."""
    counter = Counter(1000)
    assert set(counter.take(*[0] * 1000, after=timedelta(minutes=5))) == {LOST}
    assert counter.guard.total == 1000
    assert counter.take(30_000) == [GOOD]


def test_zeros_do_not_confirm_and_do_not_interrupt() -> None:
    """Readings in a row are those that say something."""
    assert Counter(1000).take(5, 0, 5, 0, 6) == [WAIT, LOST, WAIT, LOST, ASK]


# --- A glitch, and an exchange -----------------------------------------------


@pytest.mark.parametrize("glitch", [9_001_000, 2000, 999, 1])
def test_a_single_glitch_is_waited_out(glitch: int) -> None:
    """Up or down, publishing nothing; twice as well."""
    counter = Counter(1000, 1000)
    assert counter.take(glitch, 1001, glitch, glitch, 1002) == [
        *(WAIT, GOOD),
        *(WAIT, WAIT, GOOD),
    ]
    assert counter.guard.total == 1002


def test_three_readings_that_agree_are_asked_about() -> None:
    """Nothing is published until the user has answered."""
    counter = Counter(1000)
    assert counter.take(5, 5, 6, 7, 7) == [WAIT, WAIT, ASK, ASK, ASK]
    assert counter.guard.asking
    assert counter.guard.total == counter.guard.last_good == 1000
    assert counter.guard.current == 7


def test_readings_that_disagree_are_never_asked_about() -> None:
    """Noise is not a new meter."""
    random = Random(1)
    counter = Counter(1000)
    noise = [random.randrange(10**4, 10**9) for _ in range(500)]
    assert set(counter.take(*noise)) == {WAIT}
    assert counter.take(1003) == [GOOD]


def test_the_old_counter_ends_the_question() -> None:
    """Then it was a long glitch; the time that it took may have been used."""
    counter = Counter(1000)
    assert counter.take(901_000, 901_001, 901_002) == [WAIT, WAIT, ASK]
    assert counter.take(901_500, after=timedelta(hours=3)) == [ASK]
    assert counter.take(9000) == [GOOD]
    assert not counter.guard.asking
    assert counter.guard.total == 9000


def test_time_alone_does_not_answer_the_question() -> None:
    """A new meter that shows 500 kWh more is not believed just because 14 hours have passed."""
    counter = Counter(1000)
    assert counter.take(501_000, 501_001, 501_002) == [WAIT, WAIT, ASK]
    assert set(counter.take(*range(501_100, 503_100, 100), after=timedelta(hours=1))) == {ASK}
    assert counter.guard.total == 1000


def test_a_step_a_little_too_large_heals() -> None:
    """The limit was set somewhat low, or the server had stood still: five minutes show it."""
    counter = Counter(1000)
    assert counter.take(1800, 1810) == [WAIT, GOOD]
    assert counter.take(5300, 5310, 5320, 5330) == [WAIT, WAIT, ASK, ASK]
    assert counter.take(5400, after=timedelta(minutes=4)) == [GOOD]
    assert not counter.guard.asking


def test_an_exchange_goes_on_from_the_closing_reading() -> None:
    """The old meter ended at 1040, the new one began at 3 and shows 7."""
    counter = Counter(1000)
    counter.take(5, 6, 7)
    counter.guard.exchange(1040, 3, counter.now)
    assert counter.guard.total == 1040 + 4
    assert not counter.guard.asking
    assert counter.take(9) == [GOOD]
    assert counter.guard.total == 1046
    assert counter.take(0, 8, 9) == [LOST, WAIT, GOOD]


def test_an_exchange_for_a_meter_that_shows_more() -> None:
    """A used meter may have counted more than the old one."""
    counter = Counter(1000)
    counter.take(501_000, 501_001, 501_002)
    counter.guard.exchange(1000, 501_000, counter.now)
    assert counter.guard.total == 1002


def test_a_second_exchange_adds_to_the_first() -> None:
    """The total has seen three meters."""
    counter = Counter(1000)
    for closing, opening in ((1000, 5), (20, 5)):
        counter.take(5, 6, 7)
        if counter.guard.asking:
            counter.guard.exchange(closing, opening, counter.now)
            counter.take(15, 20)
    assert counter.guard.total == 1000 - 5 + 20 - 5 + 20


@pytest.mark.parametrize(
    ("closing", "opening"),
    [(999, 0), (1000, 8), (-1, 0), (1000, -1), (float("nan"), 0), (1000, float("inf"))],
)
def test_an_exchange_never_makes_the_total_fall(closing: float, opening: float) -> None:
    """It is refused, and the question stays."""
    counter = Counter(1000)
    counter.take(5, 6, 7)
    with pytest.raises(ValueError, match=r"read|meter"):
        counter.guard.exchange(closing, opening, counter.now)
    assert counter.guard.asking
    assert counter.guard.total == 1000


def test_an_exchange_is_answered_once() -> None:
    """A second click on the same button would add the old meter again."""
    counter = Counter(1000)
    counter.take(5, 6, 7)
    counter.guard.exchange(1000, 5, counter.now)
    with pytest.raises(ValueError, match="question"):
        counter.guard.exchange(1000, 5, counter.now)
    with pytest.raises(ValueError, match="question"):
        CounterGuard(LIMIT).exchange(1000, 5, counter.now)


def test_a_glitch_while_asking_does_not_become_the_new_meter() -> None:
    """Only three that agree with each other do."""
    counter = Counter(1000)
    assert counter.take(5, 6, 7, 900_000, 8) == [WAIT, WAIT, ASK, ASK, ASK]
    assert counter.guard.current == 8
    assert counter.take(70_000, 70_001) == [ASK, ASK]
    assert counter.guard.current == 8
    assert counter.take(70_002) == [ASK]
    assert counter.guard.current == 70_002


# --- A glitch that was accepted ----------------------------------------------


def test_a_small_accepted_glitch_is_waited_out_and_never_asked_about() -> None:
    """1500 was 1050: publishing goes on when the counter is there."""
    counter = Counter(1000, 1500)
    assert set(counter.take(*range(1050, 1500, 5))) == {WAIT}
    assert counter.guard.total == 1500
    assert not counter.guard.asking
    assert counter.take(1500, 1510) == [GOOD, GOOD]


def test_another_glitch_meanwhile_asks_nothing_either() -> None:
    """Nor does the loss of the Téléinfo."""
    counter = Counter(1000, 1500, 1500)
    assert counter.take(1050, 90_000, 1051, 0, 1052, 3, 1053, 1054, 1055) == [
        *(WAIT, WAIT, WAIT, LOST, WAIT, WAIT, WAIT, WAIT, WAIT),
    ]
    assert not counter.guard.asking


def test_a_large_accepted_glitch_is_asked_about() -> None:
    """After a long silence one digit may pass: waiting for the counter would take months."""
    counter = Counter(1000)
    assert counter.take(1_001_000, after=timedelta(days=2)) == [GOOD]
    assert counter.take(1001, 1002, 1003) == [WAIT, WAIT, ASK]


# --- Figures -----------------------------------------------------------------


def test_totals_are_exact() -> None:
    """A thousand steps of 0.1, and an exchange, add up to what they are."""
    counter = Counter(0.1, limit=10)
    for step in range(2, 1001):
        counter.take(step / 10)
    assert counter.guard.total == 100
    assert isinstance(counter.guard.total, int)
    counter.take(0.1, 0.2, Decimal("0.3"))
    counter.guard.exchange(100.7, 0.1, counter.now)
    assert counter.guard.total == 100.9


# --- Probes ------------------------------------------------------------------


def test_a_probe_that_is_not_there_never_counts() -> None:
    """It reads 0.0 for ever."""
    probe = ProbeGuard()
    assert not any(probe.take(0.0) for _ in range(1000))


def test_a_probe_counts_from_its_first_degree() -> None:
    """Zero counts where it was near before, and not where a cable was pulled."""
    probe = ProbeGuard()
    assert [probe.take(value) for value in (0.0, 21.4, 0.0, 2.1, 0.0)] == [
        False,
        True,
        False,
        True,
        False,
    ]
    assert [probe.take(value) for value in (2.0, 0.0, -0.0, -0.6, 0.0)] == [True] * 5
    assert [probe.take(value) for value in (float("nan"), float("inf"))] == [False] * 2


def test_a_probe_is_remembered_over_a_restart() -> None:
    """Or the first frost after it would be missed."""
    probe, other = ProbeGuard(), ProbeGuard()
    probe.take(1.5)
    other.load(json.loads(json.dumps(probe.dump())))
    assert other.take(0.0)


@pytest.mark.parametrize("last", ["1.5", True, float("nan"), None])
def test_a_probes_broken_dump_is_ignored(last: object) -> None:
    """It starts afresh."""
    probe = ProbeGuard()
    probe.load({"last": last})
    assert not probe.take(0.0)
