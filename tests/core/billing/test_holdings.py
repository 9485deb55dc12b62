"""Who bears what each meter counts."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.billing.holdings import (
    Holding,
    holdings,
    unit_meters,
    units_of,
)


def told(found: Iterable[Holding]) -> dict[str, list[str]]:
    """Return the holdings by holder: meters, those that are taken with a minus before them."""
    result: dict[str, list[str]] = {}
    for each in found:
        name = f"({each.holder})" if each.common else each.holder
        result.setdefault(name, []).append(f"-{each.meter}" if each.taken else each.meter)
    return result


def test_flats_and_stairs() -> None:
    """A meter of nobody below the main one is common."""
    below = {"a": None, "b": "main", "stairs": "main"}
    found = holdings(["main"], below, {"a": "A", "b": "B"})
    assert told(found) == {"A": ["a"], "B": ["b"], "(stairs)": ["stairs"]}


def test_meters_below_others() -> None:
    """Are a part of them, unless they belong to somebody else."""
    below = {"floor": "main", "a": "floor", "plug": "a", "desk": "a", "lamp": "floor"}
    found = holdings(["main"], below, {"a": "A", "desk": "B"})
    assert told(found) == {
        "(floor)": ["floor", "-a"],
        "A": ["a", "-desk"],
        "B": ["desk"],
    }


def test_a_main_meter_of_somebody() -> None:
    """Holds all below it that is nobody else's, whether it names the meter above or not."""
    below = {"plug": None, "desk": "main", "other": None}
    found = holdings(["main"], below, {"main": "A", "desk": "B", "other": "B"})
    assert told(found) == {"A": ["main", "-desk", "-other"], "B": ["desk", "other"]}


def test_several_mains() -> None:
    """Each may be somebody's, and what hangs on all of them is nobody's part."""
    found = holdings(["one", "two"], {"plug": None}, {"one": "A", "two": "B"})
    assert told(found) == {"A": ["one"], "B": ["two"], "(plug)": ["plug"]}


def test_those_who_share_a_meter_share_a_unit() -> None:
    """Whatever else they have; it is named after the first of them."""
    meters = {"c": ["1"], "a": ["2", "3"], "b": ["3", "1"], "d": ["4"], "e": []}
    assert units_of(meters) == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "e"}
    assert unit_meters(meters) == {"1": "a", "2": "a", "3": "a", "4": "d"}


@given(st.data())
def test_nothing_is_counted_twice(data: st.DataObject) -> None:
    """Each meter adds once where it begins to be somebody's, and takes what it added."""
    names = [f"m{n}" for n in range(8)]
    below = {
        name: data.draw(st.sampled_from([None, "main", *names[:n]])) for n, name in enumerate(names)
    }
    counted = {"main": 1000, **{name: data.draw(st.integers(0, 50)) for name in names}}
    units = data.draw(st.dictionaries(st.sampled_from(["main", *names]), st.sampled_from("AB")))
    found = holdings(["main"], below, units)
    borne = sum(-counted[each.meter] if each.taken else counted[each.meter] for each in found)
    tops = [name for name, above in below.items() if above in (None, "main")]
    expected = counted["main"] if "main" in units else sum(counted[name] for name in tops)
    assert borne == expected
