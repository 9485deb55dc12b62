"""Keeps the limits of members: judges them, tells of them, and switches off what they say.

The user's hand wins: what somebody switches on stays on until the next period.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from secrets import token_hex
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.limits import AtLimit, Limit, judge
from ..runtime import EcomConfigEntry
from .apart import Apart
from .directory import PortDirectory
from .limit_notices import LimitNotice
from .limit_state import LimitState
from .limit_switches import LimitSwitches
from .members import SUBENTRY_MEMBER, MemberConfig
from .options import SiteOptions
from .publisher import Publisher
from .telling import tell_all

_LOGGER = logging.getLogger(__name__)

SAVE_DELAY: Final = 2
EVENT_REACHED: Final = f"{DOMAIN}_limit_reached"
EVENT_BUTTON: Final = "mobile_app_notification_action"


class LimitKeeper:
    """Judges the limit of each member after each publication."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Know no limits; ``load`` takes up those that were set."""
        self._hass = hass
        self._entry = entry
        self._store = Store[dict[str, Any]](hass, 1, f"{DOMAIN}.limits")
        self._states: dict[str, LimitState] = {}
        self._stops: list[CALLBACK_TYPE] = []
        self._lock = asyncio.Lock()
        self._apart = Apart(_LOGGER, "The limit of member %s cannot be judged")

    async def load(self) -> None:
        """Take up what an earlier run has kept."""
        stored = await self._store.async_load() or {}
        self._states = {key: LimitState.of(each) for key, each in stored.items()}

    @callback
    def start(self, publisher: Publisher, directory: PortDirectory) -> None:
        """Judge from now on."""
        self._publisher = publisher
        self._switches = LimitSwitches(self._entry, directory, self._touched)
        self._stops = [
            publisher.async_add_listener(self._published),
            self._hass.bus.async_listen(EVENT_BUTTON, self._pressed),
        ]

    @callback
    def follow(self) -> None:
        """Look for the switches again: ports may have come or gone."""
        self._switches.unwatch()
        self._watch()

    def limit_of(self, member: str) -> Limit | None:
        """Return the limit of a member, None without any."""
        state = self._states.get(member)
        return None if state is None else state.limit

    @callback
    def set(self, member: str, limit: Limit | None) -> None:
        """Give a member a limit, or none; it is judged with the next publication."""
        state = self._states.setdefault(member, LimitState())
        if state.limit != limit:
            state.limit, state.told = limit, None
            self._save()

    async def close(self) -> None:
        """Judge no more, and keep what is known."""
        for stop in self._stops:
            stop()
        self._switches.unwatch()
        await self._store.async_save(self._dump())

    @callback
    def _published(self) -> None:
        today = dt_util.as_local(self._publisher.data.at).date()
        for member_id, state in [*self._states.items()]:
            self._apart.attempt(member_id, partial(self._look_at, member_id, state, today), None)

    @callback
    def _look_at(self, member_id: str, state: LimitState, today: date) -> None:
        """Judge the limit of a member, and begin what follows; forget one that is over."""
        if state.is_over:
            del self._states[member_id]
            self._save()
            return
        before = state.dump()
        notice = self._judge(member_id, state, today)
        if state.dump() != before:
            self._save()
        if state.due or state.owed or notice is not None:
            self._begin(state, notice)

    def _judge(self, member_id: str, state: LimitState, today: date) -> LimitNotice | None:
        """Note what follows for a member, and return what is to be told."""
        config, figures = self._member(member_id), self._publisher.data.members.get(member_id)
        if state.limit is None or config is None or not config.lives_on(today):
            state.release()
            return None
        if figures is None or figures.used is None or figures.limit != state.limit:
            return None  # It was set a moment ago, or is not known yet.
        verdict = judge(state.limit, figures.used, today, state.told)
        state.told = verdict.told
        if verdict.begins:
            state.button = ""
        if verdict.switch_off:
            state.due = set(config.meters) - state.off
            state.owed -= state.due
        if verdict.share < 1 or state.limit.at_limit is AtLimit.WARN:
            state.release()
        if verdict.tell is None:
            return None
        return LimitNotice(
            member_id=member_id,
            member=self._entry.subentries[member_id].title,
            limit=state.limit,
            step=verdict.tell,
            used=figures.used,
            share=verdict.share,
        )

    @callback
    def _begin(self, state: LimitState, notice: LimitNotice | None = None) -> None:
        act = self._act(state, notice)
        self._entry.async_create_task(self._hass, act, f"{DOMAIN} limit")

    async def _act(self, state: LimitState, notice: LimitNotice | None) -> None:
        """Switch what is to be switched, and then tell."""
        async with self._lock:
            switched_off = await self._switches.settle(state)
        self._watch()
        if notice is not None:
            if switched_off:
                state.button = f"ECOM_{token_hex(8).upper()}"
            titles = [self._switches.title(each) for each in switched_off]
            await self._tell(replace(notice, switched_off=titles, button=state.button))
        self._save()

    async def _tell(self, notice: LimitNotice) -> None:
        config = self._member(notice.member_id)
        targets = () if config is None else config.notify
        if notice.step >= 1:
            targets += SiteOptions.of(self._hass, self._entry.options).notify
            self._hass.bus.async_fire(
                EVENT_REACHED,
                {
                    "member": notice.member,
                    "share": round(float(notice.share), 4),
                    "measure": notice.limit.measure.value,
                    "amount": float(notice.limit.amount),
                },
            )
        title, message, extra = await notice.written(self._hass)
        await tell_all(self._hass, targets, title=title, message=message, extra=extra)

    @callback
    def _touched(self, meter_id: str) -> None:
        """Leave alone what somebody has switched on."""
        for state in self._states.values():
            if meter_id in state.off:
                state.off.discard(meter_id)
                self._save()
        self._watch()

    @callback
    def _pressed(self, event: Event[Mapping[str, Any]]) -> None:
        """Switch on again what a notification's button is about."""
        for state in self._states.values():
            if state.button and event.data.get("action") == state.button:
                state.button = ""
                state.release()
                self._save()
                self._begin(state)

    @callback
    def _watch(self) -> None:
        self._switches.watch({each for state in self._states.values() for each in state.off})

    def _member(self, member_id: str) -> MemberConfig | None:
        subentry = self._entry.subentries.get(member_id)
        if subentry is None or subentry.subentry_type != SUBENTRY_MEMBER:
            return None
        return MemberConfig.of(subentry)

    def _save(self) -> None:
        self._store.async_delay_save(self._dump, SAVE_DELAY)

    def _dump(self) -> dict[str, Any]:
        return {key: each.dump() for key, each in self._states.items()}
