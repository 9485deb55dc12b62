"""The benchmark counts each interval in which a server was not read."""

import pytest

from scripts.tools.wes_slots import missed


def every(seconds: float, *, start: float = 100.0, count: int = 40) -> list[float]:
    """Return the moments of reads at a fixed pace."""
    return [start + number * seconds for number in range(count)]


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        (every(15), 0),
        (every(15, start=114.9), 0),
        ([moment + (7 if index % 2 else 0) for index, moment in enumerate(every(15))], 0),
        (every(30, count=20), 20),
        (every(15)[:20] + every(15)[21:], 1),
        (every(15)[:20], 20),
        (every(15)[10:], 10),
        (every(1, count=600), 0),
        (every(15) + every(15), 0),
        ([], 40),
        ([50.0, 99.9, 700.0], 40),
    ],
)
def test_missed_slots(reads: list[float], expected: int) -> None:
    """Between 100 and 700 there are 40 intervals of 15 seconds."""
    assert missed(reads, 100.0, 700.0) == expected
