"""Which switch, power and energy of a device belong together.

Home Assistant does not say so. What their unique ids share does, or their
names, once the words for what they measure are taken out of them; and a device
that has one of each leaves no question. Where several fit, nothing is guessed:
a switch stands without sensors then, and a sensor without a switch.

This module is pure.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Part(StrEnum):
    """What an entity is to a plug."""

    SWITCH = "switch"
    POWER = "power"
    ENERGY = "energy"  # what is drawn
    EXPORTED = "exported"  # what is fed in


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An entity that may be a part of a plug.

    ``key`` is that of its port. ``words`` are those of its unique id,
    ``name_words`` those of its name, and ``meaning`` whatever words may say what
    it measures. ``helper`` marks one that another integration hung on the
    device, ``diagnostic`` one that its maker did not find important.
    """

    key: str
    part: Part
    name: str | None
    words: frozenset[str]
    name_words: frozenset[str]
    meaning: frozenset[str]
    helper: bool = False
    diagnostic: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What belongs together: at most one of each."""

    found: dict[Part, Candidate] = field(default_factory=dict)

    def key(self, part: Part) -> str | None:
        """Return the key of a part's port, None if there is no such part."""
        candidate = self.found.get(part)
        return None if candidate is None else candidate.key


type Fit = Callable[[Candidate, Candidate], int]
"""How much a sensor shares with what it may belong to; 0 if it does not fit."""

SAME: Final = {"emdata": "em", "em1data": "em1"}
"""Where a part of a device has two names: Shelly's clamps, and what counts them."""

TOUCHING: Final = re.compile(
    r"(?<=\d)(?=(?:power|energy)(?![a-z]))|(?<=power|witch|nergy|utlet)(?=\d)"
)
"""Where a number and a word of measuring touch; what is looked back at has five letters."""


def words_of(text: str | None) -> frozenset[str]:
    """Return the words of a unique id or a name, in lower case.

    They end where letters change from small to capital, and where a number and
    a word of measuring touch, as in ``AABB_1power``.
    """
    if text is None:
        return frozenset()
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).casefold()
    parted = TOUCHING.sub(" ", parted)
    return frozenset(SAME.get(word, word) for word in re.findall(r"[^\W_]+", parted))


MEASURED: Final = words_of(
    """switch sensor outlet socket plug channel relay output power energy act active total apower
    aenergy consumption consumed consume current state w kw wh kwh ret return returned export
    exported import imported fed today day daily week weekly month monthly year yearly hour
    hourly this cumulative summation delivered puissance
    énergie energie consommation prise"""
)
"""Words that say what is measured, not where; they are not part of a stem."""

RETURNED: Final = words_of("ret return returned export exported fed")
"""Words of a counter of what is fed in."""

PERIODIC: Final = words_of("today day daily week weekly month monthly year yearly hour hourly")
"""Words of a counter that begins anew: second choice, behind one that only grows."""

PERIODS: Final = tuple(
    words_of(text)
    for text in (
        "today day daily hour hourly",
        "week weekly",
        "month monthly",
        "year yearly",
    )
)
"""The same from short to long: what begins anew less often loses less."""

PART_OF: Final = words_of("phase")
"""A word of one conductor: second choice, behind what all of them make together."""

NOT_NOW: Final = words_of(
    """max maximum min minimum peak average avg mean limit rated nominal target forecast estimated
    yesterday last previous tomorrow"""
)
"""Words of what is no measurement of now, whatever its class says."""

ELSEWHERE: Final = words_of("em em1 emeter pm1")
"""Words of what measures beside the switches of its device: clamps, mostly Shelly's."""


def pair(device: Sequence[Candidate]) -> list[Parts]:
    """Return the plugs and the meters of one device, none of their parts twice."""
    candidates = _without_helpers(device)
    if (whole := _whole(candidates)) is not None:
        return [whole]
    found: list[Parts] = []
    for part, fit in STEPS:
        found += _gather(part, _rest(candidates, found), fit)
    sensors = [candidate for candidate in candidates if candidate.part is not Part.SWITCH]
    if not found and (whole := _whole(sensors)) is not None:
        found = [whole]
    alone = set(Part)
    if any(candidate.part is Part.POWER for candidate in candidates):
        # Beside a power, an energy that belongs to nothing would count it twice.
        alone = {Part.SWITCH, Part.POWER}
    rest = [candidate for candidate in _rest(candidates, found) if candidate.part in alone]
    return [*found, *(Parts(found={candidate.part: candidate}) for candidate in rest)]


def _rest(candidates: Sequence[Candidate], found: Iterable[Parts]) -> list[Candidate]:
    taken = {candidate.key for parts in found for candidate in parts.found.values()}
    return [candidate for candidate in candidates if candidate.key not in taken]


def _without_helpers(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Leave out what other integrations made of what the device says by itself."""
    own = {candidate.part for candidate in candidates if not candidate.helper}
    return [found for found in candidates if not found.helper or found.part not in own]


def _whole(candidates: Sequence[Candidate]) -> Parts | None:
    """Return the one plug, or the one meter, that a device is; None if it may be more."""
    chosen = _choose(candidates)
    missing = {candidate.part for candidate in candidates} - set(chosen)
    if not chosen or missing & {Part.SWITCH, Part.POWER} or (missing and Part.POWER not in chosen):
        return None
    switch = chosen.get(Part.SWITCH)
    if switch and not all(_beside(switch, sensor) for sensor in chosen.values()):
        return None
    return Parts(found=chosen)


def _gather(part: Part, rest: Sequence[Candidate], fit: Fit) -> list[Parts]:
    """Return each candidate that is ``part`` together with what fits to it alone."""
    anchors = [candidate for candidate in rest if candidate.part is part]
    order = list(Part)
    owned: dict[str, list[Candidate]] = {anchor.key: [] for anchor in anchors}
    for sensor in rest:
        if order.index(sensor.part) > order.index(part):
            owner = _owner(sensor, anchors, fit)
            owned.get(owner.key if owner else "", []).append(sensor)
    return [
        Parts(found={part: anchor, **chosen})
        for anchor in anchors
        if (chosen := _choose(owned[anchor.key]))
    ]


def _owner(sensor: Candidate, anchors: Sequence[Candidate], fit: Fit) -> Candidate | None:
    """Return what the sensor fits best to, None if that is nothing or several."""
    fits = [(fit(anchor, sensor), anchor) for anchor in anchors if _beside(anchor, sensor)]
    best = max((score for score, _ in fits), default=0)
    owners = [anchor for score, anchor in fits if score == best > 0]
    return owners[0] if len(owners) == 1 else None


def _beside(anchor: Candidate, sensor: Candidate) -> bool:
    """Return whether both are of the same sort of line: a clamp measures no relay."""
    return anchor.words & ELSEWHERE == sensor.words & ELSEWHERE


def _within(anchor: Candidate, sensor: Candidate) -> int:
    """Compare unique ids: that of a sensor often is that of its switch, and more."""
    stem = anchor.words - MEASURED
    return len(stem) if stem <= sensor.words else 0


def _same_id(anchor: Candidate, sensor: Candidate) -> int:
    stem = anchor.words - MEASURED
    return len(stem) if stem == sensor.words - MEASURED else 0


def _same_name(anchor: Candidate, sensor: Candidate) -> int:
    stem = anchor.name_words - MEASURED
    return len(stem) if stem == sensor.name_words - MEASURED else 0


STEPS: Final[tuple[tuple[Part, Fit], ...]] = (
    (Part.SWITCH, _within),
    (Part.SWITCH, _same_name),
    (Part.POWER, _same_id),
    (Part.POWER, _same_name),
)
"""What sensors are given to, and by what: unique ids are surer than names."""


def _choose(candidates: Iterable[Candidate]) -> dict[Part, Candidate]:
    """Return the one candidate for each part; a part that several could be is left out."""
    by_part: dict[Part, list[Candidate]] = {}
    for candidate in candidates:
        by_part.setdefault(candidate.part, []).append(candidate)
    preferred = {part: _preferred(found) for part, found in by_part.items()}
    return {part: found[0] for part, found in preferred.items() if len(found) == 1}


def _preferred(candidates: list[Candidate]) -> list[Candidate]:
    """Return those that are better than the others, in the order of what matters most."""
    better: tuple[Callable[[Candidate], bool], ...] = (
        lambda candidate: not candidate.diagnostic,
        lambda candidate: not candidate.meaning & PERIODIC,
        *(_longer_than(period) for period in PERIODS),
        lambda candidate: not candidate.meaning & PART_OF,
        # Where both what passed and what was consumed are counted, the latter is meant.
        lambda candidate: "consumed" in candidate.words,
    )
    for is_better in better:
        candidates = [found for found in candidates if is_better(found)] or candidates
    return candidates


def _longer_than(period: frozenset[str]) -> Callable[[Candidate], bool]:
    """Return whether a counter is not one of a period."""
    return lambda candidate: not candidate.meaning & period
