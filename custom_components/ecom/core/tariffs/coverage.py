"""Which minutes a schedule's bands hold, on every sort of day there can be.

A sort of day is what a rule can ask: its part of the year, its weekday, its colour and the
time in which rules are valid. Days that are named by date only add rules to these.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from .bands import band_of, in_season, in_validity
from .model import Rule, Schedule

_LEAP_YEAR: Final = [date(2024, 1, 1) + timedelta(days=number) for number in range(366)]
MINUTES: Final = 1440


@dataclass(frozen=True, kw_only=True, slots=True)
class DaySort:
    """The rules that can hold on a sort of day; ``since`` is where their validity begins."""

    since: date | None
    colour: str | None
    rules: tuple[Rule, ...]

    def minutes(self) -> Counter[str]:
        """Return for how many minutes each band holds; the time without one is unknown."""
        choice = tuple((rule.band, rule.when.windows) for rule in self.rules)
        windows = [window for _, each in choice for window in each]
        edges = sorted({0, MINUTES, *(edge for w in windows for edge in (w.start, w.end))})
        found = Counter[str]()
        for start, end in pairwise(edges):
            found[band_of(choice, start)] += end - start
        return found


def day_sorts(schedule: Schedule, since: date | None, until: date | None) -> Iterator[DaySort]:
    """Yield every sort of day that there is in ``[since, until)``."""
    rules = [rule for rule in schedule.rules if rule.when.dates is None]
    for first in _beginnings(rules, since, until):
        valid = [rule for rule in rules if in_validity(rule.when, first or date.min)]
        colours: list[str | None] = [*sorted(schedule.colours)] or [None]
        for colour in colours:
            coloured = [rule for rule in valid if rule.when.colour in {None, colour}]
            for held in _parts(coloured):
                yield DaySort(since=first, colour=colour, rules=held)


def _beginnings(
    rules: Iterable[Rule], since: date | None, until: date | None
) -> Iterator[date | None]:
    """Yield ``since``, and the later days on which the validity of a rule begins or ends."""
    yield since
    found = {edge for rule in rules for edge in (rule.when.since, rule.when.until)}
    for day in sorted(each for each in found if each is not None):
        if (since is None or since < day) and (until is None or day < until):
            yield day


def _parts(rules: list[Rule]) -> Iterator[tuple[Rule, ...]]:
    """Yield the rules that hold together, for each part of the year and sort of weekday."""
    seasons = {
        tuple(
            rule.when.season is None or in_season(rule.when.season, (day.month, day.day))
            for rule in rules
        )
        for day in _LEAP_YEAR
    }
    weekdays = {
        tuple(rule.when.weekdays is None or number in rule.when.weekdays for rule in rules)
        for number in range(7)
    }
    for season in sorted(seasons):
        for weekday in sorted(weekdays):
            held = zip(rules, season, weekday, strict=True)
            yield tuple(rule for rule, in_part, on_day in held if in_part and on_day)
