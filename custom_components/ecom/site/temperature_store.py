"""How warm it was for each member, day by day, on disk.

Everything here blocks: Home Assistant calls it from its executor.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from ..core.temperatures import DayTemperatures
from .database import Database

KEPT: Final = timedelta(days=430)
"""As long as quarter-hours are kept."""

type Days = Mapping[tuple[str, date], DayTemperatures]
"""Days by member and date."""


class TemperatureStore:
    """The table of days; all methods may be called from any thread."""

    def __init__(self, db: Database) -> None:
        """Take the file, which is open."""
        self._db = db

    def since(self, first: date) -> dict[tuple[str, date], DayTemperatures]:
        """Return the days of all members from one on."""
        with self._db.reading() as db:
            rows = db.execute(
                "SELECT member, day, minimum, maximum, weighted, seconds FROM temperature"
                " WHERE day >= ?",
                (first.isoformat(),),
            ).fetchall()
        return {
            (member, date.fromisoformat(day)): DayTemperatures(*values)
            for member, day, *values in rows
        }

    def days(self, member: str, start: date, end: date) -> dict[date, DayTemperatures]:
        """Return the days of a member in ``[start, end)``, in their order."""
        with self._db.reading() as db:
            rows = db.execute(
                "SELECT day, minimum, maximum, weighted, seconds FROM temperature"
                " WHERE day >= ? AND day < ? AND member = ? ORDER BY day",
                (start.isoformat(), end.isoformat(), member),
            ).fetchall()
        return {date.fromisoformat(day): DayTemperatures(*values) for day, *values in rows}

    def write(self, days: Days, today: date) -> None:
        """Replace days by what is better known, and forget what is older than is kept."""
        with self._db.writing() as db:
            db.execute("DELETE FROM temperature WHERE day < ?", ((today - KEPT).isoformat(),))
            db.executemany("INSERT OR REPLACE INTO temperature VALUES (?, ?, ?, ?, ?, ?)", [
                (day.isoformat(), member, each.minimum, each.maximum, each.weighted, each.seconds)
                for (member, day), each in days.items()
            ])  # fmt: skip
