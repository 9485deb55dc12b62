"""A short run of scripts/fuzz: the same damage each time, in all of its classes."""

import pytest

from scripts.tools.fuzz_damage import DAMAGES
from scripts.tools.fuzz_e450 import Tally, fuzz

RUNS = 60


@pytest.fixture(scope="module")
def tallies() -> dict[str, Tally]:
    """Return what a short run has led to."""
    return dict(fuzz(RUNS, seed=1))


@pytest.mark.parametrize("name", [damage.__name__ for damage in DAMAGES])
def test_damage_does_no_harm(tallies: dict[str, Tally], name: str) -> None:
    """Nothing raises, takes long or keeps memory, and no wrong number gets out."""
    tally = tallies[name]
    assert tally.faults == []
    assert tally.cases == RUNS


def test_damage_is_refused_for_its_reason(tallies: dict[str, Tally]) -> None:
    """What each class is there to provoke, it provokes."""
    expected = {
        "bit_flip": "fcs",
        "block_drop": "gbt",
        "truncate": "truncated",
        "noise": "hcs",
        "nesting_bomb": "layout",
        "cipher_flip": "auth_key",
        "wrong_key": "key",
    }
    for name, kind in expected.items():
        assert tallies[name].refused[kind] > 0
    assert tallies["wrong_key"].refused.keys() == {"key"}
