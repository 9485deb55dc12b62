"""Issues each member's statement of a month on the first of the next one, and says so."""

import asyncio
import logging
import sqlite3
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_change
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.billing.snapshot import StatementError
from ..core.billing.statement import Language
from ..core.billing.texts import Wording
from ..texts import error_text, option_texts
from .picture import Person, Picture
from .raised import Finding, Raised
from .statement_answer import refusal
from .statement_maker import Asked
from .statement_store import Issued
from .statements import Statements, last_month
from .telling import tell_all

_LOGGER = logging.getLogger(__name__)

EVENT_STATEMENT_READY: Final = f"{DOMAIN}_statement_ready"
ISSUE_WAITING: Final = "statement_waiting"
HOUR, MINUTE = 6, 30
SETTLING: Final = timedelta(minutes=15)
"""So long after a start meters have been read again, and what was missed is caught up."""


class StatementSchedule:
    """Issues statements by the calendar."""

    def __init__(self, hass: HomeAssistant, statements: Statements) -> None:
        """Take who issues."""
        self._hass = hass
        self._statements = statements
        self._stops: list[CALLBACK_TYPE] = []
        self._lock = asyncio.Lock()
        self._warned: list[Asked] = []
        self._raised = Raised(hass)

    @callback
    def start(self) -> None:
        """Look at the calendar each morning, and once after a start."""

        @callback
        def started(_hass: HomeAssistant) -> None:
            self._stops.append(async_call_later(self._hass, SETTLING, self._catch_up))

        self._stops += [
            # Each morning, since a price of the month may become known late.
            async_track_time_change(self._hass, self._catch_up, hour=HOUR, minute=MINUTE, second=0),
            async_at_started(self._hass, started),
        ]

    @callback
    def close(self) -> None:
        """Issue no more."""
        for stop in self._stops:
            stop()
        self._stops = []
        self._raised.clear()

    async def _catch_up(self, now: datetime) -> None:
        local = dt_util.as_local(now)
        if (local.day, local.hour, local.minute) >= (1, HOUR, MINUTE):
            await self._issue(now)

    async def _issue(self, now: datetime) -> None:
        """Issue what has not been issued of the last month that is over."""
        picture = self._statements.picture()
        if not picture.options.monthly:
            return
        days = last_month(dt_util.as_local(now).date())
        async with self._lock:
            waiting: list[Finding] = []
            for person in picture.members.values():
                if person.lives(days.since, days.until):
                    asked = Asked(
                        party=person.key,
                        days=days,
                        language=Language(picture.options.language),
                    )
                    waiting += await self._issue_one(picture, person, asked)
            self._raised.settle(waiting, ISSUE_WAITING)

    async def _issue_one(self, picture: Picture, person: Person, asked: Asked) -> list[Finding]:
        """Issue one statement, or return why it cannot be issued yet.

        What has been issued of that month stays, and is not told again.
        """
        try:
            if await self._statements.last(asked) is not None:
                return []
            issued, _ = await self._statements.issue(asked)
        except (sqlite3.Error, StatementError) as err:
            if asked not in self._warned:
                self._warned.append(asked)
                _LOGGER.warning("A monthly statement could not be issued: %s", err.args[0])
            return [await self._waiting(picture, person, err)]
        statement = issued.statement
        self._hass.bus.async_fire(
            EVENT_STATEMENT_READY,
            {
                "member": person.name,
                "number": issued.number,
                "since": issued.since.isoformat(),
                "until": issued.until.isoformat(),
                "total": float(statement.gross),
                "currency": statement.currency,
            },
        )
        await self._tell(picture, person, issued)
        return []

    async def _waiting(
        self, picture: Picture, person: Person, err: sqlite3.Error | StatementError
    ) -> Finding:
        """Return a repair that says whose statement waits, and for what."""
        key, placeholders = "quarters_unreadable", dict[str, str]()
        if isinstance(err, StatementError):
            key, placeholders = refusal(err, picture)
        reason = await error_text(self._hass, key, placeholders)
        return Finding(
            text=ISSUE_WAITING,
            part=person.key,
            placeholders={"member": person.name, "reason": reason},
        )

    async def _tell(self, picture: Picture, person: Person, issued: Issued) -> None:
        """Tell the member and whoever looks after the site, in the language of the server."""
        texts = await option_texts(
            self._hass, translation_key="statement_notice", options=["title", "message"]
        )
        message = texts["message"].format(**_values(self._hass, person, issued))
        targets = (*person.config.notify, *picture.options.notify)
        await tell_all(self._hass, targets, title=texts["title"], message=message)


def _values(hass: HomeAssistant, person: Person, issued: Issued) -> dict[str, str]:
    """Return what the message says, as the server's language writes it."""
    statement = issued.statement
    language = Language.FRENCH if hass.config.language == Language.FRENCH else Language.ENGLISH
    wording = Wording(language=language, currency=statement.currency, zone=statement.zone)
    return {
        "member": person.name,
        "number": issued.number,
        "days": wording.days(issued.since, issued.until),
        "total": wording.money(statement.gross),
        "due": wording.money(statement.due),
    }
