"""The meters of a site as a tree: what each holds beyond the meters below it.

The trunk of electricity is the site itself: what is imported and produced, less what is
exported, and what batteries give less what they take. Water, gas and heat have trunks of
their own, the meters that have no parent. Amounts are in Wh or m³.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..ports import Role
from .consumption import Counted, consumed
from .site_power import SUPPLY

SITE: Final = "site"
"""The key of the trunk of electricity."""

TOLERANCE: Final = 0.05
"""Two good meters in a row differ by less than this share of what they count."""

LEAST: Final = 500.0
"""In Wh of a day; less than this says nothing about how a meter is connected."""

LEAST_M3: Final = 0.5

KNOWN: Final = 0.9
"""So much of a day must be known before anything is said about it."""


BESIDE: Final = (Role.WATER, Role.HOT_WATER, Role.GAS, Role.HEAT)
"""Of these, meters that name no meter above them stand beside each other."""

FED: Final = 3
"""Fewer meters may count alike by chance."""

LOST: Final = 0.2
"""So much more than the meters below it, at most, a main meter usually counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A meter in the tree; ``parent`` is the key of the meter above, None for the trunk."""

    key: str
    role: Role
    parent: str | None = None
    phases: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """What a meter counted and what is left of it beyond its children.

    ``rest`` is *common and losses*; it is negative where the children count more than their
    parent. None wherever something that it is made from is not known.
    """

    total: float | None
    children: float | None
    coverage: float

    @property
    def rest(self) -> float | None:
        """Return what no child counts."""
        if self.total is None or self.children is None:
            return None
        return self.total - self.children


class Doubt(StrEnum):
    """How a meter contradicts the others."""

    EXCEEDS = "exceeds"
    REVERSED = "reversed"
    OTHER_PHASE = "other_phase"
    FEEDS = "feeds"


class Misplaced(ValueError):
    """A tree that cannot be: ``args[0]`` is the key of a form's error."""


def check_parent(nodes: Mapping[str, Node], child: Node) -> None:
    """See that a meter can hang where it says, among the others by key; raises Misplaced.

    A parent measures the same thing. Only a sub-meter of electricity has a parent, since
    the others are the trunk. No meter is below itself.
    """
    at, seen = child, {child.key}
    while at.parent is not None:
        if at.parent in seen:
            raise Misplaced("parent_circle")
        if at.parent not in nodes:
            raise Misplaced("no_such_parent")
        at = nodes[at.parent]
        seen.add(at.key)
    if child.parent is not None and _medium(nodes[child.parent]) != _medium(child):
        raise Misplaced("parent_of_other_kind")
    if child.parent is not None and child.role in SUPPLY:
        raise Misplaced("trunk_has_no_parent")


def children(nodes: Sequence[Node], key: str) -> list[Node]:
    """Return the meters right below one; below the site those sub-meters that name no other."""
    if key == SITE:
        return [node for node in nodes if node.role is Role.SUB_METER and _trunk(nodes, node)]
    own = {node.key for node in nodes if node.key == key and node.role not in SUPPLY}
    return [node for node in nodes if node.parent in own]


def topmost(nodes: Iterable[Node], keys: Collection[str]) -> list[Node]:
    """Return those of some meters that hang below none of the others.

    Together they count what all of them count, and nothing twice. What hangs on the site
    itself hangs below a meter of the grid.
    """
    known = {node.key: node for node in nodes}
    mine = [known[key] for key in dict.fromkeys(keys) if key in known]
    at_grid = any(node.role is Role.GRID for node in mine)
    return [node for node in mine if not _is_below(known, node, keys, at_grid=at_grid)]


def balances(nodes: Sequence[Node], counted: Mapping[str, Counted]) -> dict[str, Balance]:
    """Return the balance of the site and of every meter that has meters below it.

    ``counted`` says what each meter counted in one and the same time, by its key.
    """
    parents = [SITE, *(node.key for node in nodes if node.role not in SUPPLY)]
    found = {}
    for key in parents:
        below = children(nodes, key)
        if not below or (key == SITE and not any(node.role is Role.GRID for node in nodes)):
            continue
        total, coverage = _total(nodes, key, counted)
        amounts = [_net(counted.get(node.key)) for node in below]
        known = [amount for amount in amounts if amount is not None]
        found[key] = Balance(
            total=total,
            children=sum(known) if len(known) == len(amounts) else None,
            coverage=min(
                coverage,
                *(counted[node.key].coverage for node in below if node.key in counted),
                1.0 if len(known) == len(amounts) else 0.0,
            ),
        )
    return found


def doubts(nodes: Sequence[Node], counted: Mapping[str, Counted]) -> dict[str, Doubt]:
    """Return the meters that contradict the tree over a day, by key.

    A sub-meter or a producer that counts the wrong way is reversed, or has the wrong role.
    A meter is exceeded by its children where they count more than it does, beyond what two
    good meters differ by. One that counts what all others beside it count together feeds them.
    """
    found: dict[str, Doubt] = {}
    for node in nodes:
        each = counted.get(node.key)
        if each is None or each.coverage < KNOWN or node.role not in (Role.SUB_METER, Role.SOLAR):
            continue
        if (each.fed or 0.0) > LEAST and (each.fed or 0.0) > 2 * (each.drawn or 0.0):
            found[node.key] = Doubt.REVERSED
    for key, balance in balances(nodes, counted).items():
        if balance.rest is None or balance.children is None or balance.coverage < KNOWN:
            continue
        least = LEAST if _is_energy(nodes, key) else LEAST_M3
        if balance.rest < -max(least, TOLERANCE * balance.children):
            found.setdefault(key, Doubt.EXCEEDS)
    by_key = {node.key: node for node in nodes}
    for node in nodes:
        above = by_key.get(node.parent or "")
        if above is not None and above.phases and not node.phases <= above.phases:
            found.setdefault(node.key, Doubt.OTHER_PHASE)
    return {**dict.fromkeys(_feeding(nodes, counted), Doubt.FEEDS), **found}


def _feeding(nodes: Sequence[Node], counted: Mapping[str, Counted]) -> Iterator[str]:
    """Yield a meter beside two or more of its kind that counts what these do, and a little more.

    Of electricity the site itself is above all meters.
    """
    for role in BESIDE:
        days = [counted.get(node.key) for node in nodes if node.role is role and not node.parent]
        if len(days) < FED or any(day is None or day.coverage < KNOWN for day in days):
            continue
        amounts = {
            node.key: _net(counted[node.key]) or 0.0
            for node in nodes
            if node.role is role and not node.parent
        }
        most = max(amounts, key=lambda key: amounts[key])
        rest = sum(amounts.values()) - amounts[most]
        more = amounts[most] - rest
        least = LEAST if role is Role.HEAT else LEAST_M3
        if rest > least and -TOLERANCE * rest <= more <= LOST * rest:
            yield most


def _is_below(
    known: Mapping[str, Node], node: Node, keys: Collection[str], *, at_grid: bool
) -> bool:
    """Return whether a meter hangs below one of some, however far."""
    at = node
    while at.parent is not None and at.parent in known:
        at = known[at.parent]
        if at.key in keys:
            return True
    return at_grid and at.role is Role.SUB_METER


def _trunk(nodes: Iterable[Node], node: Node) -> bool:
    """Return whether a sub-meter hangs on the site itself, or on a meter of its supply."""
    above = next((each for each in nodes if each.key == node.parent), None)
    return above is None or above.role in SUPPLY


def _medium(node: Node) -> str:
    """Return what a meter measures: all of electricity is one thing."""
    return "electricity" if node.role in SUPPLY or node.role is Role.SUB_METER else node.role


def _is_energy(nodes: Iterable[Node], key: str) -> bool:
    role = next((node.role for node in nodes if node.key == key), Role.GRID)
    return role in SUPPLY or role in (Role.SUB_METER, Role.HEAT)


def _total(
    nodes: Iterable[Node], key: str, counted: Mapping[str, Counted]
) -> tuple[float | None, float]:
    """Return what the trunk, or one meter, counted, and how much of the time is known."""
    if key != SITE:
        each = counted.get(key)
        return _net(each), 0.0 if each is None else each.coverage
    supply = [node for node in nodes if node.role in SUPPLY]
    if any(node.key not in counted for node in supply):
        return None, 0.0
    site = consumed([(node.role, counted[node.key]) for node in supply])
    return site.consumption, site.coverage


def _net(counted: Counted | None) -> float | None:
    """Return what a meter counted, less what flowed back through it."""
    if counted is None or counted.drawn is None:
        return None
    return counted.drawn - (counted.fed or 0.0)
