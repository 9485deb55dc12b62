"""A tree of meters: what is left beyond the children, and who contradicts whom."""

from dataclasses import replace

import pytest

from custom_components.ecom.core.consumption import Counted
from custom_components.ecom.core.topology import (
    SITE,
    Doubt,
    Misplaced,
    Node,
    balances,
    check_parent,
    children,
    doubts,
    topmost,
)
from custom_components.ecom.ports import Role

GRID = Node(key="grid", role=Role.GRID, phases=frozenset({1, 2, 3}))
SUN = Node(key="sun", role=Role.SOLAR)
FLAT = Node(key="flat", role=Role.SUB_METER)
PLUG = Node(key="plug", role=Role.SUB_METER, parent="flat")
OVEN = Node(key="oven", role=Role.SUB_METER, parent="grid", phases=frozenset({2}))
WATER = Node(key="water", role=Role.WATER)
TAP = Node(key="tap", role=Role.WATER, parent="water")
HOUSE = [GRID, SUN, FLAT, PLUG, OVEN, WATER, TAP]
BY_KEY = {node.key: node for node in HOUSE}


def counted(
    drawn: float | None, fed: float | None = 0.0, *, coverage: float = 1.0, estimated: bool = False
) -> Counted:
    """Return what a meter counted in a day."""
    return Counted(drawn=drawn, fed=fed, coverage=coverage, estimated=estimated)


def test_who_is_below_whom() -> None:
    """A sub-meter without a parent, or below one of the supply, is below the site."""
    assert [node.key for node in children(HOUSE, SITE)] == ["flat", "oven"]
    assert [node.key for node in children(HOUSE, "flat")] == ["plug"]
    assert [node.key for node in children(HOUSE, "water")] == ["tap"]
    assert children(HOUSE, "grid") == []


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (["plug", "flat", "gone", "plug"], ["flat"]),
        (["plug", "oven"], ["plug", "oven"]),
        (["tap", "water", "plug"], ["water", "plug"]),
        (["grid", "plug", "oven", "tap"], ["grid", "tap"]),
        ([], []),
    ],
)
def test_who_is_below_none_of_the_others(keys: list[str], found: list[str]) -> None:
    """A plug in a flat, and whatever hangs on the site below its grid."""
    assert [node.key for node in topmost(HOUSE, keys)] == found


def test_the_rest_is_common_and_losses() -> None:
    """Of the site: import + production - export; of a flat: what its plugs do not count."""
    found = balances(
        HOUSE,
        {
            "grid": counted(10_000, 2_000),
            "sun": counted(5_000),
            "flat": counted(4_000),
            "plug": counted(1_000),
            "oven": counted(8_000),
            "water": counted(3.0, None),
            "tap": counted(2.5, None),
        },
    )
    assert {key: balance.rest for key, balance in found.items()} == {
        SITE: 1_000,
        "flat": 3_000,
        "water": 0.5,
    }
    assert found[SITE].total == 13_000
    assert found[SITE].coverage == 1.0


def test_what_is_not_known_leaves_no_rest() -> None:
    """Neither a meter that is missing, nor one that counted nothing that is known."""
    day = {"grid": counted(10_000), "flat": counted(4_000), "plug": counted(None)}
    found = balances(HOUSE, day)
    assert found[SITE].rest is None
    assert found[SITE].coverage == 0.0
    assert found["flat"].rest is None
    assert found["water"].rest is None
    assert balances([FLAT, PLUG], {}) == {"flat": found["water"]}
    assert balances([FLAT], {}) == {}
    assert doubts(HOUSE, day) == {}


def test_children_that_exceed_their_parent() -> None:
    """By more than two good meters differ by, and by more than little."""
    house = [GRID, FLAT, WATER, TAP]
    day = {"grid": counted(10_000), "flat": counted(10_400)}
    assert doubts(house, day) == {}
    day["flat"] = counted(10_800)
    assert doubts(house, day) == {SITE: Doubt.EXCEEDS}
    day["flat"] = counted(10_800, coverage=0.5)
    assert doubts(house, day) == {}
    assert doubts(house, {"water": counted(1.0), "tap": counted(1.4)}) == {}
    assert doubts(house, {"water": counted(1.0), "tap": counted(1.6)}) == {"water": Doubt.EXCEEDS}


@pytest.mark.parametrize(
    ("role", "amounts", "feeds"),
    [
        (Role.WATER, (4.1, 1.0, 3.0), ["0"]),
        (Role.WATER, (1.0, 3.9, 3.0), ["1"]),
        (Role.WATER, (5.0, 1.0, 3.0), []),
        (Role.WATER, (3.5, 1.0, 3.0), []),
        (Role.WATER, (4.0, 4.0), []),
        (Role.WATER, (0.4, 0.2, 0.2), []),
        (Role.HEAT, (400, 200, 200), []),
        (Role.HEAT, (40_000, 20_000, 20_000), ["0"]),
        (Role.SUB_METER, (40_000, 20_000, 20_000), []),
    ],
)
def test_a_main_meter_beside_those_that_it_feeds(
    role: Role, amounts: tuple[float, ...], feeds: list[str]
) -> None:
    """It counts what these count together, and a little more, but not by chance."""
    nodes = [Node(key=str(number), role=role) for number in range(len(amounts))]
    day = {str(number): counted(amount) for number, amount in enumerate(amounts)}
    found = doubts(nodes, day)
    assert [key for key, doubt in found.items() if doubt is Doubt.FEEDS] == feeds
    assert doubts(nodes, day | {"0": counted(amounts[0], coverage=0.5)}) == {}
    below = [nodes[0], *(replace(node, parent="0") for node in nodes[1:])]
    assert Doubt.FEEDS not in doubts(below, day).values()


def test_a_clamp_that_is_the_wrong_way_round() -> None:
    """A plug feeds nothing in; a producer draws next to nothing."""
    assert doubts([GRID, FLAT], {"flat": counted(0.0, 3_000)}) == {"flat": Doubt.REVERSED}
    assert doubts([GRID, SUN], {"sun": counted(100.0, 3_000)}) == {"sun": Doubt.REVERSED}
    assert doubts([GRID, SUN], {"sun": counted(100.0, 400)}) == {}
    assert doubts([GRID], {"grid": counted(0.0, 30_000)}) == {}
    assert doubts([FLAT], {"flat": counted(None, 3_000)}) == {"flat": Doubt.REVERSED}
    assert doubts([FLAT], {"flat": counted(0.0, 3_000, coverage=0.2)}) == {}


def test_a_meter_on_a_phase_that_its_parent_does_not_have() -> None:
    """One of the two is said to be where it is not."""
    flat = Node(key="flat", role=Role.SUB_METER, phases=frozenset({1}))
    plug = Node(key="plug", role=Role.SUB_METER, parent="flat", phases=frozenset({2}))
    assert doubts([flat, plug], {}) == {"plug": Doubt.OTHER_PHASE}
    assert doubts([GRID, OVEN], {}) == {}


@pytest.mark.parametrize(
    ("child", "error"),
    [
        (Node(key="new", role=Role.SUB_METER, parent="gone"), "no_such_parent"),
        (Node(key="new", role=Role.SUB_METER, parent="water"), "parent_of_other_kind"),
        (Node(key="new", role=Role.SOLAR, parent="grid"), "trunk_has_no_parent"),
        (Node(key="flat", role=Role.SUB_METER, parent="plug"), "parent_circle"),
        (Node(key="flat", role=Role.SUB_METER, parent="flat"), "parent_circle"),
    ],
)
def test_where_a_meter_cannot_hang(child: Node, error: str) -> None:
    """The form says why."""
    with pytest.raises(Misplaced, match=error):
        check_parent(BY_KEY, child)


def test_where_a_meter_can_hang() -> None:
    """Below one of its kind, or on the trunk."""
    check_parent(BY_KEY, Node(key="new", role=Role.SUB_METER, parent="grid"))
    check_parent(BY_KEY, Node(key="new", role=Role.WATER, parent="tap"))
    check_parent(BY_KEY, Node(key="new", role=Role.GRID))
