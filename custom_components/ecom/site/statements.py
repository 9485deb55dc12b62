"""Statements of the Site: drafts, and those that are issued."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..core.timeline import Slot
from ..runtime import EcomConfigEntry
from .books import Books
from .contracts import changes
from .costs import Costs, Json
from .picture import Picture, picture_of
from .statement_maker import Asked, Made, check, draft_of
from .statement_runs import Days, Stretch
from .statement_store import Issued
from .usage import Usage


class Statements:
    """Makes and issues them, and says what things cost.

    All of it raises sqlite3.Error where the file cannot be read.
    """

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry, books: Books) -> None:
        """Take the books from which they are made."""
        self._hass = hass
        self._entry = entry
        self._books = books

    @callback
    def picture(self, day: date | None = None) -> Picture:
        """Return the Site as it is now, with the contracts of now or of a day."""
        return picture_of(self._hass, self._entry, self._books, day)

    @callback
    def stretches(self, days: Days) -> list[Stretch]:
        """Return the days, cut where a contract begins or ends, each with its contracts."""
        ends = changes(self._books.billing.contracts.values())
        cuts = [day for day in ends if days.since < day < days.until]
        return [
            Stretch(days=Days(since=since, until=until), picture=self.picture(since))
            for since, until in pairwise([days.since, *cuts, days.until])
        ]

    async def draft(self, asked: Asked) -> Made:
        """Return a draft of what is known now; raises ``StatementError``."""
        await self._books.quarters.flush()
        stretches, before = (
            self.stretches(days) for days in (asked.days, asked.days.a_year_before())
        )
        draft = partial(draft_of, self._books.store, stretches, before, asked)
        return await self._in_executor(draft)

    async def issue(self, asked: Asked, *, accept_unpriced: bool = False) -> tuple[Issued, bool]:
        """Issue a statement, and return whether it is new; raises ``StatementError``.

        What has become known of contracts is waited for. What lacks a price, or readings of
        the main meter, is refused, the former unless it is accepted: it is then in no total.
        """
        await self._books.repricing.settled()
        made = await self.draft(asked)
        check(made, accept_unpriced=accept_unpriced)
        store, now = self._books.store.statements, dt_util.utcnow()
        return await self._in_executor(partial(store.issue, asked.party, made.statement, now))

    async def last(self, asked: Asked) -> Issued | None:
        """Return what was issued last of the same days, whatever it would be now."""
        store, days = self._books.store.statements, asked.days
        return await self._in_executor(partial(store.last, asked.party, days.since, days.until))

    async def numbered(self, number: str) -> Issued | None:
        """Return what was issued under a number."""
        return await self._in_executor(partial(self._books.store.statements.numbered, number))

    async def costs(
        self, picture: Picture, period: Sequence[Slot], parts: Sequence[str]
    ) -> list[Json]:
        """Return what parts of a picture cost in the slots of a period, by their ids."""
        await self._books.quarters.flush()
        stretches: list[Stretch] = []
        if any(part in picture.contracts for part in parts):
            first, last = (
                moment.astimezone(picture.zone).date()
                for moment in (period[0].start, period[-1].end)
            )
            stretches = self.stretches(Days(since=first, until=last + timedelta(days=1)))
        costs = Costs(Usage(self._books.store, picture), picture, period, stretches)
        return await self._in_executor(lambda: [row for part in parts for row in costs.of(part)])

    async def _in_executor[T](self, job: Callable[[], T]) -> T:
        return await self._hass.async_add_executor_job(job)


def last_month(today: date) -> Days:
    """Return the last month that is over."""
    until = today.replace(day=1)
    return Days(since=(until - timedelta(days=1)).replace(day=1), until=until)
