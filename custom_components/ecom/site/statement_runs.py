"""Which contracts supply the site on which days of a statement: one may follow another."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from .groups import Group
from .picture import Picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """The days ``[since, until)``."""

    since: date
    until: date

    def a_year_before(self) -> Days:
        """Return the same days of the year before."""
        return Days(since=_year_before(self.since), until=_year_before(self.until))


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Days on which each meter has one contract, and the Site as it is on them."""

    days: Days
    picture: Picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Days on which a contract supplies, or pays, through the same meters throughout."""

    group: Group
    days: Days
    picture: Picture


def runs(stretches: Iterable[Stretch], groups: Callable[[Picture], Sequence[Group]]) -> list[Run]:
    """Return the runs of each contract in their order, contracts as they come first."""
    found: dict[str, list[Run]] = {}
    for stretch in stretches:
        for group in groups(stretch.picture):
            run = Run(group=group, days=stretch.days, picture=stretch.picture)
            held = found.setdefault(group.contract, [])
            if held and _goes_on(held[-1], run):
                days = Days(since=held[-1].days.since, until=run.days.until)
                held[-1] = replace(held[-1], days=days)
            else:
                held.append(run)
    return [run for held in found.values() for run in held]


def _goes_on(run: Run, then: Run) -> bool:
    """Return whether nothing changes between a run and the one that follows."""
    return (
        run.days.until == then.days.since
        and run.group == then.group
        and all(
            run.picture.meters[key].billed == then.picture.meters[key].billed
            for key in run.group.below
        )
    )


def _year_before(day: date) -> date:
    """Return the same day a year earlier, 28 February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
