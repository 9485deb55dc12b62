"""Division without a remainder, and keys that know who lived where."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.billing.keys import (
    VACANT,
    Key,
    KeyKind,
    KeyRefused,
    Member,
    Unweighed,
    apportion,
    most_held,
    sliced,
    split,
    unweighed,
    weights,
)
from tests.core.billing.supplies import d

JANUARY = (d("2026-01-01"), d("2026-02-01"))


def member(
    key: str, share: str = "1", moved_in: str = "", moved_out: str = "", unit: str = ""
) -> Member:
    """Return a member with one share for all kinds of keys."""
    return Member(
        key=key,
        meters=frozenset({*(unit or key).split()}),
        shares=dict.fromkeys(KeyKind, Decimal(share)),
        moved_in=d(moved_in) if moved_in else None,
        moved_out=d(moved_out) if moved_out else None,
    )


def test_a_hundred_over_three() -> None:
    """The first of the alphabet gets the cent, in whatever order they are named."""
    assert split(10_000, {"c": 1, "a": 1, "b": 1}) == {"a": 3334, "b": 3333, "c": 3333}


def test_a_credit_is_divided_as_the_charge_was() -> None:
    """Both cancel out for everybody."""
    assert split(-10_000, {"a": 1, "b": 1, "c": 1}) == {"a": -3334, "b": -3333, "c": -3333}


def test_the_largest_remainder_gets_the_cent() -> None:
    """Not the first name."""
    assert split(100, {"a": Decimal("33.3"), "b": Decimal("66.7")}) == {"a": 33, "b": 67}


def test_where_nobody_has_a_share_all_have_the_same() -> None:
    """What has to be paid is paid."""
    assert split(3, {"b": 0, "a": 0}) == {"a": 2, "b": 1}


@pytest.mark.parametrize(("shares", "key"), [({"a": -1, "b": 2}, "negative_share"), ({}, "nobody")])
def test_what_cannot_be_divided_is_refused(shares: dict[str, int], key: str) -> None:
    """With the reason."""
    with pytest.raises(KeyRefused) as err:
        split(1, shares)
    assert err.value.args[0] == key


NAMES = st.text("abcdef", min_size=1, max_size=3)


@given(
    st.integers(-(10**12), 10**12),
    st.dictionaries(NAMES, st.fractions(0, 1000), min_size=1, max_size=8),
)
def test_parts_add_up_to_the_whole(amount: int, shares: dict[str, Fraction]) -> None:
    """No part is a whole unit away from what is exact, and the order of names is of no account."""
    parts = split(amount, shares)
    assert sum(parts.values()) == amount
    assert split(amount, dict(reversed(shares.items()))) == parts
    if total := sum(shares.values()):
        assert all(abs(parts[name] - amount * shares[name] / total) < 1 for name in shares)


@given(
    st.integers(-(10**6), 10**6),
    st.dictionaries(NAMES, st.integers(-50, 1000), min_size=1, max_size=6),
)
def test_parts_of_either_sign_add_up(amount: int, shares: dict[str, int]) -> None:
    """Losses can be less than nothing."""
    if sum(shares.values()):
        assert sum(apportion(amount, shares).values()) == amount


def test_who_moves_in_bears_the_days_from_then_on() -> None:
    """The days before are the previous member's, or those of nobody."""
    living = (
        member("old", "60", moved_out="2026-01-08", unit="1"),
        member("new", "60", moved_in="2026-01-12", unit="1"),
        member("other", "40"),
    )
    found = weights(Key(kind=KeyKind.SURFACE), living, *JANUARY)
    assert found == {
        "old": Fraction(60 * 7, 31),
        VACANT: Fraction(60 * 4, 31),
        "new": Fraction(60 * 20, 31),
        "other": Fraction(40),
    }


def test_who_is_gone_or_has_not_come_bears_nothing() -> None:
    """The unit is empty at the share of who left it, or else of who comes."""
    gone = (
        member("gone", "5", moved_out="2025-12-01", unit="1"),
        member("later", "9", moved_in="2026-05-01", unit="1"),
    )
    assert weights(Key(kind=KeyKind.SURFACE), gone, *JANUARY) == {VACANT: Fraction(5)}
    assert weights(Key(kind=KeyKind.SURFACE), gone[1:], *JANUARY) == {VACANT: Fraction(9)}


def test_an_empty_unit_has_no_persons() -> None:
    """The others bear what goes by persons."""
    living = (member("a", "3"), member("b", "2", moved_in="2026-01-17"))
    found = weights(Key(kind=KeyKind.OCCUPANTS), living, *JANUARY)
    assert found == {"a": Fraction(3), "b": Fraction(2 * 15, 31)}


def test_days_on_which_nobody_lives_anywhere_are_the_owners() -> None:
    """By persons as well, whatever part of the time they are."""
    gone = (
        member("a", "3", moved_out="2026-01-11"),
        member("b", "2", moved_out="2026-01-21"),
    )
    key = Key(kind=KeyKind.OCCUPANTS)
    found = weights(key, gone, *JANUARY)
    assert found == {"a": Fraction(30, 31), "b": Fraction(40, 31), VACANT: Fraction(70 * 11, 620)}
    assert found[VACANT] / sum(found.values()) == Fraction(11, 31)
    assert weights(key, gone, d("2026-01-21"), d("2026-02-01")) == {VACANT: 1}


@pytest.mark.parametrize("kind", KeyKind)
def test_a_time_in_which_nobody_lives_is_the_owners(kind: KeyKind) -> None:
    """Whatever the key, and whether or not anybody has stated a share."""
    gone = Member(key="a", meters=frozenset({"1"}), moved_out=d("2025-12-01"))
    (held,) = weights(Key(kind=kind), (gone,), *JANUARY)
    assert held == VACANT


def test_equal_parts_are_those_of_units() -> None:
    """Whatever shares a member has."""
    living = (member("a", "30"), member("b", "70"))
    assert weights(Key(kind=KeyKind.EQUAL), living, *JANUARY) == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("key", "vacant"),
    [
        (Key(kind=KeyKind.FIXED), 10),
        (Key(kind=KeyKind.THOUSANDTHS, total=Decimal(1000)), 910),
        (Key(kind=KeyKind.THOUSANDTHS, total=Decimal(90)), None),
        (Key(kind=KeyKind.THOUSANDTHS), None),
    ],
)
def test_shares_that_nobody_holds_are_the_owners(key: Key, vacant: int | None) -> None:
    """Percentages are of a hundred, thousandths of what is said."""
    found = weights(key, (member("a", "50"), member("b", "40")), *JANUARY)
    assert found.get(VACANT) == vacant


@pytest.mark.parametrize(("former", "later"), [("2025-01-01", ""), ("", "2026-05-01")])
def test_who_was_not_there_holds_nothing(former: str, later: str) -> None:
    """Whatever share they had, or will have, in the unit of somebody who was."""
    other = member("other", "50", later, former, "1")
    bob = member("bob", "30", former, later, "1")
    living = (other, bob, member("carl", "70"))
    assert weights(Key(kind=KeyKind.FIXED), living, *JANUARY) == {"bob": 30, "carl": 70}
    assert most_held(KeyKind.FIXED, living, *JANUARY) == 100


def test_of_those_who_follow_each_other_each_holds_their_days() -> None:
    """The owner's rest changes with them; units that swap shares on a day are never too many."""
    living = (
        member("a", "60", "", "2026-01-17", "1"),
        member("b", "40", "2026-01-17", "", "1"),
        member("c", "40", "", "2026-01-17", "2"),
        member("d", "50", "2026-01-17", "", "2"),
    )
    assert weights(Key(kind=KeyKind.FIXED), living, *JANUARY) == {
        "a": Fraction(60 * 16, 31),
        "b": Fraction(40 * 15, 31),
        "c": Fraction(40 * 16, 31),
        "d": Fraction(50 * 15, 31),
        VACANT: Fraction(10 * 15, 31),
    }


def test_an_empty_unit_is_that_of_who_left_it_last() -> None:
    """Not of those before."""
    gone = (
        member("first", "5", moved_out="2024-12-01", unit="1"),
        member("last", "7", moved_in="2024-12-01", moved_out="2025-12-01", unit="1"),
        member("later", "9", moved_in="2026-05-01", unit="1"),
    )
    assert weights(Key(kind=KeyKind.SURFACE), gone, *JANUARY) == {VACANT: Fraction(7)}


@pytest.mark.parametrize(
    ("living", "key"),
    [
        ((member("a", "60"), member("b", "41")), "more_than_total"),
        ((member("a", "-1"),), "negative_share"),
        ((member("a", unit="1"), member("b", moved_in="2026-01-31", unit="1")), "two_at_once"),
    ],
)
def test_shares_that_cannot_be_are_refused(living: tuple[Member, ...], key: str) -> None:
    """With the reason."""
    with pytest.raises(KeyRefused) as err:
        weights(Key(kind=KeyKind.FIXED), living, *JANUARY)
    assert err.value.args[0] == key


def test_a_share_can_follow_the_days_of_use_instead() -> None:
    """Who came on the second day bears nothing of the first."""
    living = (member("a"), member("b", moved_in="2026-01-02"))
    used = [(d("2026-01-01"), 30), (d("2026-01-02"), 50)]
    key = Key(kind=KeyKind.OCCUPANTS)
    assert sliced(key, living, used) == {"a": 55, "b": 25}
    assert sliced(key, (member("a", "0"),), used) == {"a": 0}


@pytest.mark.parametrize(
    ("day", "shares"),
    [
        ("2026-01-11", {"a": 3, "c": 4}),
        ("2026-01-12", {"b": 9}),
        ("2026-01-20", {VACANT: 9}),
        ("2026-01-25", {"d": 5, VACANT: 4}),
        ("2026-01-28", {"e": 6, VACANT: 5}),
    ],
)
def test_who_takes_over_what_two_had(day: str, shares: dict[str, int]) -> None:
    """Has one share; of what is given up again, it is that of whoever had it alone."""
    members = [
        member("a", "3", moved_out="2026-01-12", unit="1"),
        member("c", "4", moved_out="2026-01-12", unit="2"),
        member("b", "9", "2026-01-12", "2026-01-20", unit="1 2"),
        member("d", "5", "2026-01-25", "2026-01-28", unit="1"),
        member("e", "6", "2026-01-28", unit="2 3"),
    ]
    first = d(day)
    found = weights(Key(kind=KeyKind.SURFACE), members, first, first + timedelta(days=1))
    assert found == shares


def test_by_own_use_days_do_not_count_again() -> None:
    """Who was there for a week has used a week's; who was not there has no share."""
    key = Key(kind=KeyKind.CONSUMPTION)
    members = [
        member("a", "30"),
        member("b", "10", moved_out="2026-01-08", unit="2"),
        member("c", "0", moved_in="2026-02-01", unit="2"),
        member("d", "0", moved_out="2026-01-01", unit="3"),
    ]
    assert weights(key, members, *JANUARY) == {"a": 30, "b": 10}


def test_by_own_use_two_at_once_are_refused_all_the_same() -> None:
    """Nobody knows who used it."""
    members = [member("a", unit="1"), member("b", unit="1")]
    with pytest.raises(KeyRefused, match="two_at_once"):
        weights(Key(kind=KeyKind.CONSUMPTION), members, *JANUARY)


@pytest.mark.parametrize(
    ("kind", "shares", "lacks"),
    [
        (KeyKind.EQUAL, (None, None), None),
        (KeyKind.CONSUMPTION, (None, None), None),
        (KeyKind.SURFACE, (60, 40), None),
        (KeyKind.SURFACE, (60, 0), None),
        (KeyKind.SURFACE, (60, None), ("b",)),
        (KeyKind.SURFACE, (None, None), ()),
        (KeyKind.FIXED, (0, None), ()),
    ],
)
def test_what_a_key_lacks(
    kind: KeyKind, shares: tuple[int | None, ...], lacks: tuple[str, ...] | None
) -> None:
    """All weights, or somebody's; who was not there on those days misses none."""
    members = [
        Member(key=key, shares={} if share is None else {kind: Decimal(share)})
        for key, share in zip("ab", shares, strict=True)
    ]
    since, until = JANUARY
    members += [
        Member(key="gone", moved_out=since),
        Member(key="coming", moved_in=until),
    ]
    found = unweighed(Key(kind=kind), members, since, until)
    wanted = None if lacks is None else Unweighed(kind=kind, of_all=not lacks, members=lacks)
    assert found == wanted
