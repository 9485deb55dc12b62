"""What accounts have counted since moments that many ask about, such as the last midnight.

What lies before such a moment hardly ever changes. It is looked up once, and again when
rows of before it were stored or made anew; the rest is a difference of totals.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from homeassistant.core import callback

from ..core.costs.ledger import ENDLESS
from ..core.costs.rows import MINUTE_MS, Totals, total
from .database import Database
from .quarters import QuarterBook

type Asked = tuple[str, int]
"""The key of an account, and a moment in ms."""

NOTHING: Final = Totals()

type Before = Mapping[int, Mapping[str, Totals]]

# SQLite adds up in eight octets, which a year's money may outgrow: it is added in two parts.
_BITS: Final = 20
_SUMS: Final = """
SELECT key, sum(entry.amount), sum(entry.money >> 20), sum(entry.money & 1048575),
       sum(entry.unpriced)
FROM entry JOIN account ON account.id = entry.account WHERE minute >= ? AND minute < ?
GROUP BY entry.account
"""


class UsedSince:
    """Knows what lies before moments, as long as they are asked about."""

    def __init__(self, quarters: QuarterBook) -> None:
        """Know of none yet."""
        self._quarters = quarters
        self._accounts = quarters.accounts
        self._before: dict[int, dict[str, Totals]] = {}
        self.close = self._accounts.listen_to_rows(self._rows_changed)

    async def know(self, asked: Collection[Asked]) -> None:
        """Look up what is not known, and forget other moments.

        When it returns, nothing is being written, until whoever called it waits for anything.
        Raises sqlite3.Error; while files are copied, nothing is looked up.
        """
        moments = {moment for _, moment in asked}
        self._before = {at: known for at, known in self._before.items() if at in moments}
        await self._quarters.quiet()
        while (missing := self._missing(asked)) and not self._quarters.paused:
            # What is known is written first: an account may just have got another name.
            await self._quarters.settled(
                partial(before, self._quarters.store.db, missing), self._take
            )

    def used(self, account: str, start: int, end: int | None = None) -> Totals | None:
        """Return what was counted from a moment on, until another one or now; None if not known."""
        if end is not None and end <= start:
            return Totals()
        first = self._upto(account, start)
        last = self._accounts.totals(account) if end is None else self._upto(account, end)
        return None if first is None or last is None else last.less(first)

    def _upto(self, account: str, moment: int) -> Totals | None:
        """Return what an account counted before a moment, with what is not stored of it."""
        stored = self._before.get(moment, {}).get(account)
        if stored is None:
            return None
        late = total(
            row
            for (minute, _), row in self._accounts.unstored(account).items()
            if minute * MINUTE_MS < moment
        )
        late.add(stored)
        return late

    def _missing(self, asked: Iterable[Asked]) -> dict[int, set[str]]:
        missing: dict[int, set[str]] = {}
        for account, moment in asked:
            if account not in self._before.get(moment, {}):
                missing.setdefault(moment, set()).add(account)
        return missing

    @callback
    def _take(self, found: Before) -> None:
        for moment, by_account in found.items():
            self._before.setdefault(moment, {}).update(by_account)

    @callback
    def _rows_changed(self, account: str, since: int) -> None:
        for moment, known in self._before.items():
            if since < moment:
                known.pop(account, None)


def before(db: Database, missing: Mapping[int, Collection[str]]) -> Before:
    """Return what accounts hold of the time before each of some moments, in ms. Blocks.

    However many moments there are, each row after the first of them is read once.
    """
    found: dict[int, dict[str, Totals]] = {}
    with db.reading() as connection:
        rows = connection.execute("SELECT key, amount, money, unpriced FROM account").fetchall()
        left = {key: Totals(amount=n, money=int(money), unpriced=u) for key, n, money, u in rows}
        until = ENDLESS
        for moment in sorted(missing, reverse=True):
            minutes = -(-moment // MINUTE_MS), -(-until // MINUTE_MS)
            for key, n, high, low, unpriced in connection.execute(_SUMS, minutes):
                since = Totals(amount=n, money=(high << _BITS) + low, unpriced=unpriced)
                left[key] = left[key].less(since)
            found[moment] = {key: replace(left.get(key, NOTHING)) for key in missing[moment]}
            until = moment
    return found
