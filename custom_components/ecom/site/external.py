"""Hourly statistics of what each meter counted and cost, made of the ledger.

They are whole from the first reading on, also where that was brought in, or was made anew;
what entities show begins when they are first shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.const import UnitOfEnergy, UnitOfVolume
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_change
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util import slugify
from homeassistant.util.unit_conversion import EnergyConverter, VolumeConverter

from ..const import DOMAIN
from ..core.costs.hourly import HourSum, hour_sums
from ..core.costs.rows import HOUR_MS, MONEY, UNIT
from ..core.timeline import from_ms, to_ms
from ..ports import Kind
from ..runtime import EcomConfigEntry
from ..texts import option_texts
from .meters import KINDS, SUBENTRY_METER, MeterConfig
from .pasts import DRAWN, FED, account_of
from .quarters import QuarterBook
from .statistics import RECORDER

NIGHTLY: Final = {"hour": 0, "minute": 20, "second": 0}
SOON: Final = timedelta(minutes=1)
"""So long after rows were made anew more may be, of the same account and others."""

PARTS: Final = {DRAWN: ("energy", "cost"), FED: ("returned", "compensation")}
"""What the statistics of an amount and of its money are called, by direction."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """A direction of a meter whose statistics are kept: its account, and what they are called."""

    account: str
    name: str
    slug: str
    kind: Kind
    direction: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Written:
    """The sums of an account that are new or others, and from where on they may change again."""

    sums: Sequence[HourSum]
    since: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """From which hour to which one an account has statistics, and whether of money as well."""

    first: int
    last: int
    cost: bool

    def after(self, since: int) -> tuple[int, int] | None:
        """Return the first and the last of the hours that are not before a moment."""
        return None if self.last < since else (max(self.first, since), self.last)

    def and_of(self, sums: Sequence[HourSum], *, cost: bool) -> _Told:
        """Return what there is when these are written, too."""
        return _Told(
            first=min(self.first, sums[0].start),
            last=max(self.last, sums[-1].start),
            cost=self.cost or cost,
        )


_NONE: Final = _Told(first=2**63, last=-1, cost=False)


class External:
    """Keeps the statistics, as long as there is a recorder."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Know nothing yet; ``load`` and ``start`` follow."""
        self._hass = hass
        self._entry = entry
        self._store = Store[dict[str, Any]](hass, 1, f"{DOMAIN}.statistics")
        self._since: dict[str, int] = {}
        self._told: dict[str, _Told] = {}
        self._slugs: dict[str, str] = {}
        self._stops: list[CALLBACK_TYPE] = []
        self._soon: CALLBACK_TYPE | None = None

    async def load(self) -> None:
        """Take up what an earlier run has noted."""
        known = await self._store.async_load() or {}
        self._since, self._slugs = known.get("since", {}), known.get("slugs", {})
        self._told = {key: _Told(**told) for key, told in known.get("told", {}).items()}

    @callback
    def start(self, quarters: QuarterBook) -> None:
        """Write each night what has changed in these books."""
        self._quarters = quarters
        self._stops = [async_track_time_change(self._hass, self._nightly, **NIGHTLY)]

    async def close(self) -> None:
        """Write no more."""
        for stop in self._stops:
            stop()
        if self._soon is not None:
            self._soon()
            self._soon = None
        await self._save()

    @callback
    def changed(self, account: str, since: int) -> None:
        """Note that rows were made anew, and write them soon."""
        self._since[account] = min(self._since.get(account, 0), since // HOUR_MS * HOUR_MS)
        if self._soon is None and RECORDER in self._hass.config.components:
            self._soon = async_call_later(self._hass, SOON, self._later)

    async def write(self, accounts: Iterable[str] | None = None) -> None:
        """Write what is new or has changed, of some accounts or all."""
        if RECORDER not in self._hass.config.components:
            return
        await self._quarters.flush()
        texts = await option_texts(
            self._hass,
            translation_key="statistic",
            options=("energy", "cost", "returned", "compensation"),
        )
        wanted = None if accounts is None else {*accounts}
        for book in self.books():
            if wanted is None or book.account in wanted:
                await self._write(book, texts)
        await self._save()

    def books(self) -> list[Book]:
        """Return all that statistics are kept of."""
        parts = self._entry.get_subentries_of_type(SUBENTRY_METER)
        titles = {each.subentry_id: each.title for each in parts}
        self._slugs = {key: slug for key, slug in self._slugs.items() if key in titles}
        for meter_id, title in titles.items():
            if meter_id not in self._slugs:
                self._slugs[meter_id] = _free(slugify(title) or DOMAIN, self._slugs.values())
        return [
            Book(
                account=account_of(MeterConfig.of(each), direction),
                name=each.title,
                slug=self._slugs[each.subentry_id],
                kind=KINDS[MeterConfig.of(each).role],
                direction=direction,
            )
            for each in parts
            for direction in PARTS
        ]

    async def _write(self, book: Book, texts: Mapping[str, str]) -> None:
        told = self._told.get(book.account, _NONE)
        read = partial(self._read, book.account, to_ms(dt_util.utcnow()), told)
        found = await self._hass.async_add_executor_job(read)
        if not found.sums:
            return
        self._since[book.account] = found.since
        told = told.and_of(found.sums, cost=any(each.money for each in found.sums))
        self._told[book.account] = told
        amount, cost = PARTS[book.direction]
        volume = book.kind is Kind.VOLUME
        self._add(
            f"{book.slug}_{amount}",
            f"{book.name} {texts[amount]}",
            UnitOfVolume.CUBIC_METERS if volume else UnitOfEnergy.KILO_WATT_HOUR,
            VolumeConverter.UNIT_CLASS if volume else EnergyConverter.UNIT_CLASS,
            [(each.start, each.amount / UNIT) for each in found.sums],
        )
        if told.cost:
            self._add(
                f"{book.slug}_{cost}",
                f"{book.name} {texts[cost]}",
                self._hass.config.currency,
                None,
                [(each.start, float(Decimal(each.money) / MONEY)) for each in found.sums],
            )

    def _add(
        self, slug: str, name: str, unit: str, unit_class: str | None, sums: list[tuple[int, float]]
    ) -> None:
        metadata = StatisticMetaData(
            mean_type=StatisticMeanType.NONE,
            has_sum=True,
            name=name,
            source=DOMAIN,
            statistic_id=f"{DOMAIN}:meter_{slug}",
            unit_class=unit_class,
            unit_of_measurement=unit,
        )
        rows = [StatisticData(start=from_ms(at), sum=total, state=total) for at, total in sums]
        async_add_external_statistics(self._hass, metadata, rows)

    def _read(self, account: str, now: int, told: _Told) -> _Written:
        """Return the sums of whole hours. Blocks.

        What a counter will say next was counted since it was read last, so that the hours
        from then on are written again.
        """
        ledger = self._quarters.store.ledger
        since, until = self._since.get(account, 0), now // HOUR_MS * HOUR_MS
        rows = ledger.rows(account, since, until)
        marks = self._quarters.store.marks()
        counting = self._quarters.accounts.sources(account)
        read = [marks[each.key].at for each in counting if each.key in marks]
        return _Written(
            sums=[*hour_sums(rows, ledger.before(account, since), told.after(since))],
            since=min(until, *(at // HOUR_MS * HOUR_MS for at in read)) if read else until,
        )

    async def _nightly(self, _now: datetime) -> None:
        await self.write()

    async def _later(self, _now: datetime) -> None:
        self._soon = None
        await self.write()

    async def _save(self) -> None:
        await self._store.async_save(
            {
                "since": self._since,
                "slugs": self._slugs,
                "told": {key: asdict(told) for key, told in self._told.items()},
            }
        )


def _free(slug: str, taken: Iterable[str]) -> str:
    """Return a name that no other meter has."""
    number, found, known = 1, slug, {*taken}
    while found in known:
        number += 1
        found = f"{slug}_{number}"
    return found
