"""What each member has used: electricity in all, what everything costs, and of the limit."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.costs.rows import HOUR_MS, MONEY, UNIT, Totals
from ..core.limits import Limit, Measure, period, share_of
from ..core.temperatures import DayTemperatures
from ..core.timeline import to_ms
from ..core.topology import topmost
from ..ports import Role
from ..runtime import EcomConfigEntry
from .apart import Apart
from .contracts import UNBILLED
from .figures import MemberFigures
from .member_parts import Part, Parts
from .members import SUBENTRY_MEMBER, MemberConfig
from .meter_billing import nodes_of
from .meters import SUBENTRY_METER, MeterConfig
from .pasts import DRAWN, account_of
from .quarters import QuarterBook
from .used_since import Asked, UsedSince

_LOGGER = logging.getLogger(__name__)

SAVE_DELAY: Final = 5
ELECTRIC: Final = frozenset({Role.GRID, Role.SUB_METER})

type LimitOf = Callable[[str], Limit | None]
type TemperaturesOf = Callable[[str], DayTemperatures | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Round:
    """One member at one moment: when their time began and ended, and since when the limit is.

    In ms; ``last`` is None while it has not ended, ``limited`` without a limit.
    """

    first: int
    last: int | None
    parts: Parts
    mine: frozenset[str]
    limit: Limit | None
    limited: int | None
    ends: datetime | None

    def asked(self) -> Iterator[Asked]:
        """Yield what has to be known."""
        for part in self.parts.meters.values():
            for moment in (part.since, part.priced, self.limited):
                if moment is not None:
                    yield part.account, max(moment, self.first)
            if self.last is not None:
                yield part.account, self.last


class MemberBook:
    """Makes the figures of members from the accounts of their meters."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Know nothing; ``load`` takes up what is stored."""
        self._hass = hass
        self._entry = entry
        self._store = Store[dict[str, Any]](hass, 1, f"{DOMAIN}.members")
        self._parts: dict[str, Parts] = {}
        self._last: dict[str, MemberFigures] = {}
        self._apart = Apart(_LOGGER, "What member %s has used cannot be told")
        self.limit_of: LimitOf = lambda _member: None
        self.temperatures_of: TemperaturesOf = lambda _member: None

    async def load(self) -> None:
        """Take up since when members' meters count."""
        stored = await self._store.async_load() or {}
        self._parts = {key: Parts.of(each) for key, each in stored.items()}

    def start(self, quarters: QuarterBook) -> None:
        """Look at these accounts from now on."""
        self._accounts = quarters.accounts
        self._used = UsedSince(quarters)

    async def close(self) -> None:
        """Keep what is known."""
        self._used.close()
        await self._store.async_save(self._dump())

    async def figures(self, now: datetime) -> Mapping[str, MemberFigures]:
        """Return what members have used; while that cannot be read, what was known last."""
        rounds = self._rounds(now)
        try:
            await self._used.know({each for one in rounds.values() for each in one.asked()})
        except sqlite3.Error:
            return self._last  # Whoever writes says so.
        self._last = {
            member_id: self._apart.attempt(
                member_id, partial(self._figures, member_id, each), self._known(member_id)
            )
            for member_id, each in rounds.items()
        }
        return self._last

    def _known(self, member_id: str) -> MemberFigures:
        """Return what was known of a member the last time."""
        return self._last.get(member_id, MemberFigures())

    def _rounds(self, now: datetime) -> dict[str, _Round]:
        """Return the members as they are now, with the meters that count for each."""
        subentries = self._entry.get_subentries_of_type(SUBENTRY_MEMBER)
        configs = {each.subentry_id: MemberConfig.of(each) for each in subentries}
        self._parts = {key: each for key, each in self._parts.items() if key in configs}
        nodes = [node for node in nodes_of(self._entry) if node.role not in UNBILLED]
        meters = {
            each.subentry_id: MeterConfig.of(each)
            for each in self._entry.get_subentries_of_type(SUBENTRY_METER)
        }
        zone = dt_util.get_default_time_zone()
        found: dict[str, _Round] = {}
        for member_id, config in configs.items():
            parts = self._parts.setdefault(member_id, Parts())
            mine = {node.key: meters[node.key] for node in topmost(nodes, config.meters)}
            self._note(parts, mine, to_ms(now))
            first, last = config.stay(zone)
            limit = self.limit_of(member_id)
            times = None if limit is None else period(now, limit.span, zone)
            found[member_id] = _Round(
                first=first,
                last=None if last is None or last > to_ms(now) else last,
                parts=parts,
                mine=frozenset(mine),
                limit=limit,
                limited=None if times is None else to_ms(times[0]),
                ends=None if times is None else times[1],
            )
        return found

    def _note(self, parts: Parts, mine: Mapping[str, MeterConfig], now: int) -> None:
        """Note since when each meter counts, and is priced: from the top of this hour on.

        Rows are of whole hours: what is shown would be less once the hour is over, if it
        began within it.
        """
        hour = now // HOUR_MS * HOUR_MS
        before = parts.dump()
        for meter_id, config in mine.items():
            account = account_of(config, DRAWN)
            part = parts.meters.setdefault(
                meter_id,
                Part(account=account, is_electric=config.role in ELECTRIC, since=hour),
            )
            part.account, part.is_electric = account, config.role in ELECTRIC
            if part.priced is None and self._accounts.of(account).prices.pricing is not None:
                part.priced = hour
        if parts.dump() != before:
            self._save()

    def _part_with(self, member: _Round) -> None:
        """Keep what meters counted that are the member's no more."""
        for meter_id in member.parts.meters.keys() - member.mine:
            part = member.parts.meters[meter_id]
            energy, cost = self._energy(member, part), self._cost(member, part)
            if energy is None or cost is None:
                continue
            member.parts.energy.add(energy)
            member.parts.cost.add(cost)
            del member.parts.meters[meter_id]
            self._save()

    def _figures(self, member_id: str, member: _Round) -> MemberFigures:
        self._part_with(member)
        parts = [each for key, each in member.parts.meters.items() if key in member.mine]
        energy = _sum(member.parts.energy, (self._energy(member, each) for each in parts))
        cost = _sum(member.parts.cost, (self._cost(member, each) for each in parts))
        used = self._limited(member, parts)
        if energy is None or cost is None or (used is None and member.limit is not None):
            return self._known(member_id)
        share = None
        if used is not None and member.limit is not None:
            share = share_of(used, member.limit.amount)
        has_energy = energy.amount or any(each.is_electric for each in parts)
        return MemberFigures(
            energy=energy if has_energy else None,
            cost=cost if cost.money or parts else None,
            limit=member.limit,
            used=used,
            share=share,
            until=member.ends,
            temperatures=self.temperatures_of(member_id),
        )

    def _energy(self, member: _Round, part: Part) -> Totals | None:
        if not part.is_electric:
            return Totals()
        start = max(part.since, member.first)
        return self._used.used(part.account, start, member.last)

    def _cost(self, member: _Round, part: Part) -> Totals | None:
        if part.priced is None:
            return Totals()
        start = max(part.priced, member.first)
        return self._used.used(part.account, start, member.last)

    def _limited(self, member: _Round, parts: Iterable[Part]) -> Decimal | None:
        """Return what was used of the limit since its period began."""
        if member.limit is None or member.limited is None:
            return None
        start = max(member.limited, member.first)
        in_kwh = member.limit.measure is Measure.KWH
        used = _sum(
            Totals(),
            (
                self._used.used(each.account, start, member.last)
                for each in parts
                if each.is_electric or not in_kwh
            ),
        )
        if used is None:
            return None
        return Decimal(used.amount) / UNIT if in_kwh else Decimal(used.money) / MONEY

    def _save(self) -> None:
        self._store.async_delay_save(self._dump, SAVE_DELAY)

    def _dump(self) -> dict[str, Any]:
        return {key: each.dump() for key, each in self._parts.items()}


def _sum(first: Totals, others: Iterable[Totals | None]) -> Totals | None:
    """Return a sum, None where a part of it is not known."""
    found = Totals(amount=first.amount, money=first.money, unpriced=first.unpriced)
    for each in others:
        if each is None:
            return None
        found.add(each)
    return found
