"""Hours as a person types them, and back.

A line holds windows, such as ``22:30-06:30``, ``01h10-07h40 12h40-14h10``, or as on a bill
``HC (22H02-6H02)`` or ``22:00 à 06:00``. It may begin
with the date from which it holds, and with a season: ``04-01..10-31:``, ``summer:``,
``winter:``. Lines of one date belong together; those of a later date replace them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from .bands import in_season, in_window
from .check_schedules import is_day_of_year
from .coverage import MINUTES
from .findings import error
from .model import Rule, Season, When, Window
from .typed import date_of

SUMMER: Final = Season(first=(4, 1), last=(10, 31))
WINTER: Final = Season(first=(11, 1), last=(3, 31))
"""The seasons of the French off-peak hours from December 2026 on."""

_NAMED: Final[Mapping[str, Season]] = {
    "summer": SUMMER,
    "été": SUMMER,
    "ete": SUMMER,
    "winter": WINTER,
    "hiver": WINTER,
}
_SINCE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[\s:]+|$)")
_SEASON: Final = re.compile(r"([a-zé]+|[0-9]{2}-[0-9]{2}\s*\.\.\s*[0-9]{2}-[0-9]{2})\s*:\s*")
_NOISE: Final = re.compile(
    r"\b(?:hc|heures\s+creuses|off-?peak(?:\s+hours)?|de|from|von|et|and|und)\b\s*:?|[()\[\]]"
)
"""What bills and meters write around hours."""
_TO: Final = re.compile(r"\s*(?:à|\b(?:a|to|bis)\b)\s*")
_DASH: Final = re.compile(r"\s*[-\u2010-\u2015]\s*")
_BETWEEN: Final = re.compile(r"[\s,;]+")
_WINDOW: Final = re.compile(r"([0-9]{1,2})[:h]([0-5][0-9])?-([0-9]{1,2})[:h]([0-5][0-9])?")
_MONTH_DAY: Final = re.compile(r"([0-9]{2})-([0-9]{2})")
_DAYS: Final = [
    (month, day) for month in range(1, 13) for day in range(1, 32) if is_day_of_year(month, day)
]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    season: Season | None
    windows: tuple[Window, ...]


def rules_of(text: str, band: str = "off_peak", otherwise: str = "peak") -> tuple[Rule, ...]:
    """Return the rules by which ``band`` holds in the windows of a text, ``otherwise`` else.

    Before the date of a first line that has one there is no band. Raises ``ContractError``.
    """
    groups = _groups(text)
    if not groups:
        raise error("windows_missing", line="1")
    found: list[Rule] = []
    for since, until in pairwise([*groups, None]):
        found += [
            Rule(
                band=band,
                when=When(season=line.season, windows=line.windows, since=since, until=until),
            )
            for line in groups[since]
        ]
    return (*found, Rule(band=otherwise, when=When(since=next(iter(groups)))))


def text_of(rules: Iterable[Rule], otherwise: str = "peak") -> str:
    """Return the text of rules that ``rules_of`` made: it gives the same rules again."""
    lines: list[str] = []
    for rule in rules:
        if rule.band == otherwise:
            continue
        start = "" if rule.when.since is None else f"{rule.when.since} "
        season = "" if rule.when.season is None else f"{_season_text(rule.when.season)}: "
        lines.append(start + season + " ".join(_window_text(each) for each in rule.when.windows))
    return "\n".join(lines)


def _groups(text: str) -> dict[date | None, list[_Line]]:
    """Return the lines by the date from which they hold, in order."""
    found: dict[date | None, list[_Line]] = {}
    current: date | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        if not (line := raw.strip().lower()):
            continue
        since, parsed = _line(number, line)
        if since is not None and current is not None and since < current:
            raise error("windows_order", line=number, since=since)
        current = since or current
        group = found.setdefault(current, [])
        for other in group:
            _refuse_same_days(number, parsed, other)
        group.append(parsed)
    return found


def _line(number: int, line: str) -> tuple[date | None, _Line]:
    since = season = None
    line = _NOISE.sub(" ", line).strip()
    if match := _SINCE.match(line):
        since, line = date_of(match[1], number), line[match.end() :]
    if match := _SEASON.match(line):
        season, line = _season(number, match[1]), line[match.end() :]
    windows = tuple(_windows(number, line))
    if not windows:
        raise error("windows_missing", line=number)
    return since, _Line(season=season, windows=windows)


def _season(number: int, text: str) -> Season:
    if text in _NAMED:
        return _NAMED[text]
    days = [(int(month), int(day)) for month, day in _MONTH_DAY.findall(text)]
    if not days or not all(is_day_of_year(*each) for each in days):
        raise error("windows_season", line=number, text=text)
    return Season(first=days[0], last=days[1])


def _windows(number: int, text: str) -> Iterator[Window]:
    """Yield the windows of a line; they must not overlap."""
    taken: set[int] = set()
    for part in _BETWEEN.split(_DASH.sub("-", _TO.sub("-", text))):
        if not part:
            continue
        match = _WINDOW.fullmatch(part)
        if match is None:
            raise error("windows_window", line=number, text=part)
        start, end = _minute(match[1], match[2]), _minute(match[3], match[4])
        if max(start, end) > MINUTES:
            raise error("windows_window", line=number, text=part)
        window = Window(start=start % MINUTES, end=end % MINUTES)
        covered = {each for each in range(MINUTES) if in_window(window, each)}
        if covered & taken:
            raise error("windows_overlap", line=number, text=part)
        taken |= covered
        yield window


def _minute(hour: str, minute: str | None) -> int:
    return int(hour) * 60 + int(minute or 0)


def _refuse_same_days(number: int, line: _Line, other: _Line) -> None:
    """Refuse two lines for one day: which of them holds would depend on their order."""
    seasons = [each for each in (line.season, other.season) if each is not None]
    if any(all(in_season(each, day) for each in seasons) for day in _DAYS):
        raise error("windows_twice", line=number)


def _season_text(season: Season) -> str:
    first, last = season.first, season.last
    return f"{first[0]:02}-{first[1]:02}..{last[0]:02}-{last[1]:02}"


def _window_text(window: Window) -> str:
    start, end = divmod(window.start, 60), divmod(window.end, 60)
    return f"{start[0]:02}:{start[1]:02}-{end[0]:02}:{end[1]:02}"
