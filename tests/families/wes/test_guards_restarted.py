"""What the guards know outlives a restart, and nothing broken comes back."""

from typing import Any

import pytest

from custom_components.ecom.families.wes.guards import CounterGuard, Verdict
from custom_components.ecom.families.wes.probe_guard import ProbeGuard
from tests.families.wes.counters import LIMIT, START, Counter


def test_a_restart_changes_nothing() -> None:
    """Neither totals nor suspicions, whenever it comes."""
    counter, restarted = Counter(1000, 1500), Counter(1000, 1500)
    raws = [1400, 0, 5, 6, 7, 8, 9]
    for raw in raws:
        assert counter.take(raw) == restarted.take(raw)
        restarted.restart()
        assert restarted.guard.dump() == counter.guard.dump()
    for each in (counter, restarted):
        each.guard.exchange(1500, 5, each.now)
        each.restart()
        assert each.take(12) == [Verdict.GOOD]
        assert each.guard.total == 1507


def test_an_empty_guard_can_be_restarted() -> None:
    """It has nothing to keep."""
    counter = Counter()
    counter.restart()
    assert counter.take(7) == [Verdict.GOOD]


@pytest.mark.parametrize(
    "change",
    [
        {"last": ["x", START.isoformat()]},
        {"last": ["-1", START.isoformat()]},
        {"last": ["NaN", START.isoformat()]},
        {"last": ["5", "yesterday"]},
        {"last": ["5", "2026-11-22T12:00:00"]},
        {"last": ["5"]},
        {"last": 5},
        {"last": ["5", 5]},
        {"before": "x"},
        {"offset": "Infinity"},
        {"offset": "-1001"},
        {"offset": None},
        {"suspect": ["x"]},
        {"suspect": [START.isoformat(), "5", START.isoformat(), "many"]},
    ],
)
def test_a_dump_that_cannot_be_read_is_ignored(change: dict[str, Any]) -> None:
    """All of it: half of a past is worse than none."""
    dump = Counter(1000).guard.dump() | change
    guard = CounterGuard(LIMIT)
    guard.load(dump)
    assert guard.total is None


@pytest.mark.parametrize("dump", [None, 5, "x", [], {}, {"last": None}])
def test_what_is_no_dump_is_ignored(dump: object) -> None:
    """Nothing raises."""
    guard, probe = CounterGuard(LIMIT), ProbeGuard()
    guard.load(dump)
    probe.load(dump)
    assert guard.total is None
    assert not probe.take(0.0)
