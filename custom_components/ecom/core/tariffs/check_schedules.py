"""Whether every moment has a band, and every band a price."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from .coverage import MINUTES, DaySort, day_sorts
from .findings import Notice, error
from .model import UNKNOWN_BAND, Contract, Energy, Rule, Schedule, Season, Window
from .rates import used_schedules

OFF_PEAK_MINUTES: Final = 480
"""French off-peak is eight hours a day (arrêté of 30 October 2014; TURPE 7 keeps it)."""

LEAP_DAY: Final = (2, 29)
"""Nothing can begin each year on it."""


def check_schedules(contract: Contract, since: date | None) -> None:
    """Raise ``ContractError`` for a schedule that cannot be, or bands that do not fit prices.

    ``since`` is where the contract's life begins.
    """
    for name, schedule in contract.schedules.items():
        for rule in schedule.rules:
            _check_rule(name, schedule, rule)
    for component in contract.components:
        if isinstance(component, Energy):
            _check_bands(contract, component)
    for name in used_schedules(contract):
        for sort in day_sorts(contract.schedules[name], since, contract.until):
            missing = sort.minutes()[UNKNOWN_BAND]
            if missing:
                raise error(
                    "moment_without_band",
                    schedule=name,
                    since=sort.since or "",
                    colour=sort.colour or "",
                    minutes=missing,
                )


def odd_schedules(contract: Contract, since: date | None) -> Iterator[Notice]:
    """Yield a notice for each time in which off-peak is not eight hours a day."""
    told: set[tuple[str, date | None, int]] = set()
    for name in used_schedules(contract):
        schedule = contract.schedules[name]
        if {rule.band for rule in schedule.rules} != {"peak", "off_peak"}:
            continue
        for sort in day_sorts(schedule, since, contract.until):
            minutes = sort.minutes()["off_peak"]
            if minutes == OFF_PEAK_MINUTES or (name, sort.since, minutes) in told:
                continue
            told.add((name, sort.since, minutes))
            hours = f"{minutes // 60}:{minutes % 60:02}"
            day, season = str(sort.since or ""), _season_of(sort)
            key = "off_peak_hours" + ("_since" if day else "") + ("_season" if season else "")
            yield Notice(
                key=key,
                placeholders={"schedule": name, "hours": hours, "since": day, "season": season},
            )


def _season_of(sort: DaySort) -> str:
    """Return the part of the year in which a sort of day is, empty if that is all of it."""
    found = next((rule.when.season for rule in sort.rules if rule.when.season is not None), None)
    if found is None:
        return ""
    return "..".join(f"{month:02}-{day:02}" for month, day in (found.first, found.last))


def _check_rule(name: str, schedule: Schedule, rule: Rule) -> None:
    when = rule.when
    if not rule.band or "+" in rule.band or rule.band == UNKNOWN_BAND:
        raise error("band_name", schedule=name, band=rule.band)
    if when.colour is not None and when.colour not in schedule.colours:
        raise error("unknown_colour", schedule=name, colour=when.colour)
    if when.weekdays is not None and not when.weekdays <= frozenset(range(7)):
        raise error("weekdays", schedule=name, band=rule.band)
    if when.since is not None and when.until is not None and when.since >= when.until:
        raise error("rule_ends_before_it_begins", schedule=name, band=rule.band)
    for window in when.windows:
        check_window(name, window)
    if when.season is not None:
        _check_season(name, when.season)


def check_window(name: str, window: Window) -> None:
    """Raise ``ContractError`` for times that no clock shows; ``name`` says whose they are."""
    if not (0 <= window.start < MINUTES and 0 <= window.end < MINUTES):
        raise error("window_times", name=name, start=window.start, end=window.end)


def _check_season(name: str, season: Season) -> None:
    for month, day in (season.first, season.last):
        if not is_day_of_year(month, day):
            raise error("season_days", schedule=name, month=month, day=day)


def is_day_of_year(month: int, day: int) -> bool:
    """Return whether there is such a day in some year."""
    try:
        date(2024, month, day)
    except ValueError:
        return False
    return True


def _check_bands(contract: Contract, component: Energy) -> None:
    schedule = contract.schedules.get(component.schedule)
    if schedule is None:
        raise error("unknown_schedule", component=component.key, schedule=component.schedule)
    given = {rule.band for rule in schedule.rules}
    for band in sorted(given - component.prices.keys()):
        raise error("band_without_price", component=component.key, band=band)
    for band in sorted(component.prices.keys() - given):
        raise error("unknown_band", component=component.key, band=band)
