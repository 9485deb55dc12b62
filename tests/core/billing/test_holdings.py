"""Who bears what each meter counts."""

from collections.abc import Iterable
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.billing.holdings import Holding, holdings
from custom_components.ecom.core.billing.keys import VACANT, Member
from tests.core.billing.supplies import d


def member(key: str, meters: str, moved_in: str = "", moved_out: str = "") -> Member:
    """Return a member with meters, named with spaces between them."""
    return Member(
        key=key,
        meters=frozenset(meters.split()),
        moved_in=d(moved_in) if moved_in else None,
        moved_out=d(moved_out) if moved_out else None,
    )


def of_day(found: Iterable[Holding], day: str) -> dict[str, list[str]]:
    """Return the holdings of a day."""
    first = d(day)
    after = date.fromordinal(first.toordinal() + 1)
    return told(each for each in found if each.days(first, after) == (first, after))


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
    found = holdings(["main"], below, [member("A", "a"), member("B", "b")])
    assert told(found) == {"A": ["a"], "B": ["b"], "(stairs)": ["stairs"]}


def test_meters_below_others() -> None:
    """Are a part of them, unless they belong to somebody else."""
    below = {"floor": "main", "a": "floor", "plug": "a", "desk": "a", "lamp": "floor"}
    found = holdings(["main"], below, [member("A", "a"), member("B", "desk")])
    assert told(found) == {
        "(floor)": ["floor", "-a"],
        "A": ["a", "-desk"],
        "B": ["desk"],
    }


def test_a_main_meter_of_somebody() -> None:
    """Holds all below it that is nobody else's, whether it names the meter above or not."""
    below = {"plug": None, "desk": "main", "other": None}
    found = holdings(["main"], below, [member("A", "main"), member("B", "desk other")])
    assert told(found) == {"A": ["main", "-desk", "-other"], "B": ["desk", "other"]}


def test_several_mains() -> None:
    """Each may be somebody's, and what hangs on all of them is nobody's part."""
    found = holdings(["one", "two"], {"plug": None}, [member("A", "one"), member("B", "two")])
    assert told(found) == {"A": ["one"], "B": ["two"], "(plug)": ["plug"]}


def test_who_has_which_meter_changes_with_the_days() -> None:
    """Two desks of two members are one member's from a day on, and then nobody's."""
    below = {"a": "main", "b": "main"}
    members = [
        member("A", "a", moved_out="2026-01-12"),
        member("B", "a b", "2026-01-12", "2026-01-20"),
        member("C", "b", moved_out="2026-01-12"),
    ]
    found = holdings(["main"], below, members)
    assert of_day(found, "2026-01-11") == {"A": ["a"], "C": ["b"]}
    assert of_day(found, "2026-01-12") == {"B": ["a", "b"]}
    assert of_day(found, "2026-01-20") == {VACANT: ["a", "b"]}
    assert len(found) == 6, "days on which nothing changes are one"


def test_a_plug_stays_in_its_flat() -> None:
    """Of who follows in the flat it is a part of the flat; of others' desks it is none."""
    below = {"flat": "main", "oven": "flat", "plug": "oven", "desk": "flat"}
    members = [
        member("A", "flat", moved_out="2026-01-12"),
        member("B", "flat plug", "2026-01-12"),
        member("C", "plug", "2026-01-02", "2026-01-05"),
        member("D", "desk", moved_out="2026-01-05"),
    ]
    found = holdings(["main"], below, members)
    assert of_day(found, "2026-01-01") == {"A": ["flat", "-desk"], "D": ["desk"]}
    assert of_day(found, "2026-01-04") == {
        "A": ["flat", "-desk", "-plug"],
        "C": ["plug"],
        "D": ["desk"],
    }
    for day in ("2026-01-05", "2026-01-12"):
        owner = "A" if day < "2026-01-12" else "B"
        assert of_day(found, day) == {owner: ["flat", "-desk"], VACANT: ["desk"]}


def test_what_hangs_on_the_only_main_meter_is_below_it() -> None:
    """Whoever has the main one has what a later member names, too; of two mains neither does."""
    members = [member("A", "one", moved_out="2026-01-12"), member("B", "one x", "2026-01-12")]
    found = holdings(["one"], {"x": None}, members)
    assert of_day(found, "2026-01-01") == {"A": ["one"]}
    found = holdings(["one", "two"], {"x": None}, members)
    assert of_day(found, "2026-01-01") == {"A": ["one"], VACANT: ["x"]}


def test_of_two_at_once_the_first_has_a_meter() -> None:
    """Somebody has to."""
    members = [member("B", "a"), member("A", "a")]
    assert told(holdings(["main"], {"a": "main"}, members)) == {"B": ["a"]}


MOVES = [*(date(2026, 1, day) for day in range(1, 6)), None]


@given(st.data())
def test_nothing_is_counted_twice(data: st.DataObject) -> None:
    """Each meter adds once where it begins to be somebody's, and takes what it added."""
    names = [f"m{n}" for n in range(8)]
    below = {
        name: data.draw(st.sampled_from([None, "main", *names[:n]])) for n, name in enumerate(names)
    }
    counted = {"main": 1000, **{name: data.draw(st.integers(0, 50)) for name in names}}
    members = [
        Member(
            key=key,
            meters=frozenset(data.draw(st.sets(st.sampled_from(["main", *names])))),
            moved_in=data.draw(st.sampled_from(MOVES)),
            moved_out=data.draw(st.sampled_from(MOVES)),
        )
        for key in "ABC"
    ]
    tops = [name for name, above in below.items() if above in (None, "main")]
    somebodys = any("main" in each.meters for each in members)
    expected = counted["main"] if somebodys else sum(counted[name] for name in tops)
    every = holdings(["main"], below, members)
    for day in range(1, 6):
        days = date(2026, 1, day), date(2026, 1, day + 1)
        found = [each for each in every if each.days(*days) == days]
        borne = sum(-counted[each.meter] if each.taken else counted[each.meter] for each in found)
        assert borne == expected
