"""Which band holds when.

A band is a function of the clock on the wall and of the contract's day, which begins at
the contract's ``day_start``; so it is right on the days on which clocks change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from .model import UNKNOWN_BAND, Schedule, Season, When, Window
from .wall import DAY, changes, day_of, minute_of, shown

_STRIDE = 8 * DAY
"""Boundaries are looked for in so much time at once."""

type _Choice = tuple[tuple[str, tuple[Window, ...]], ...]
"""The bands of one day for one colour, in the order in which they are asked."""


def in_season(season: Season, month_day: tuple[int, int]) -> bool:
    """Return whether a day of the year, as (month, day), is in a season."""
    if season.first <= season.last:
        return season.first <= month_day <= season.last
    return month_day >= season.first or month_day <= season.last


def in_window(window: Window, minute: int) -> bool:
    """Return whether a minute of the day is in a window."""
    if window.start < window.end:
        return window.start <= minute < window.end
    return minute >= window.start or minute < window.end


def in_validity(when: When, day: date) -> bool:
    """Return whether a day is within a rule's validity."""
    return (when.since is None or when.since <= day) and (when.until is None or day < when.until)


def _holds_on(when: When, day: date, colour: str) -> bool:
    return (
        in_validity(when, day)
        and (when.season is None or in_season(when.season, (day.month, day.day)))
        and (when.weekdays is None or day.weekday() in when.weekdays)
        and (when.dates is None or day in when.dates)
        and (when.colour is None or when.colour == colour)
    )


def band_of(choice: _Choice, minute: int) -> str:
    """Return the first band that holds at a minute of the day, ``UNKNOWN_BAND`` if none does."""
    for band, windows in choice:
        if not windows or any(in_window(window, minute) for window in windows):
            return band
    return UNKNOWN_BAND


@dataclass(slots=True)
class BandClock:
    """A schedule at work in a zone; ``colours`` are those of the contract's days, as known."""

    schedule: Schedule
    zone: tzinfo
    day_start: time
    colours: Mapping[date, str]
    _last: tuple[date, str | None, tuple[_Choice, ...]] | None = field(default=None, init=False)

    def band(self, moment: datetime) -> str:
        """Return the band of a moment.

        It is ``UNKNOWN_BAND`` while the answer depends on a colour that is not known.
        """
        local = moment.astimezone(self.zone)
        minute = minute_of(local.time())
        found = {band_of(each, minute) for each in self._choices(day_of(local, self.day_start))}
        return found.pop() if len(found) == 1 else UNKNOWN_BAND

    def minutes(self) -> frozenset[int]:
        """Return the minutes of the day at which the band can change."""
        windows = [window for rule in self.schedule.rules for window in rule.when.windows]
        edges = {edge for window in windows for edge in (window.start, window.end)}
        return frozenset({minute_of(self.day_start), *edges})

    def _choices(self, day: date) -> tuple[_Choice, ...]:
        """Return what a day can be: one choice if its colour is known, else one for each.

        The last day is remembered: what is asked comes in the order of time.
        """
        colour, last = self.colours.get(day), self._last
        if last is not None and last[0] == day and last[1] == colour:
            return last[2]
        allowed = self.schedule.colours
        possible = [colour] if colour in allowed else [*sorted(allowed)] or [""]
        found = tuple(self._choice(day, each or "") for each in possible)
        self._last = (day, colour, found)
        return found

    def _choice(self, day: date, colour: str) -> _Choice:
        return tuple(
            (rule.band, rule.when.windows)
            for rule in self.schedule.rules
            if _holds_on(rule.when, day, colour)
        )


def stretches(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield ``[start, end)``, in UTC, in parts of a few days."""
    at, last = start.astimezone(UTC), end.astimezone(UTC)
    while at < last:
        until = min(at + _STRIDE, last)
        yield at, until
        at = until


def boundaries(
    start: datetime, end: datetime, minutes: Iterable[int], zone: tzinfo
) -> list[datetime]:
    """Return the moments in ``[start, end)`` at which something may change, in order, in UTC.

    They are those at which the zone's clock shows one of ``minutes``, those at which clocks
    change, and ``start`` itself.
    """
    every = tuple(minutes)
    found = {start, *changes(start, end, zone)}
    day = start.astimezone(zone).date() - DAY
    last = end.astimezone(zone).date() + DAY
    while day <= last:
        found.update(moment for minute in every for moment in shown(day, minute, zone))
        day += timedelta(days=1)
    return sorted(moment for moment in found if start <= moment < end)
