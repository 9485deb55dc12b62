"""How warm it is for each member: the lowest, mean and highest temperature of every day.

Of the sensors that a member's form names, all together. What a sensor says holds until it
says something else; while it is unavailable nothing is known of it.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event, async_track_time_interval
from homeassistant.util import dt as dt_util

from ..core.temperatures import DayTemperatures, by_day
from ..ports import Kind
from ..runtime import EcomConfigEntry
from .entity_port import value_of
from .members import SUBENTRY_MEMBER, MemberConfig
from .quarters import FLUSH_EVERY, QuarterBook
from .temperature_store import Days, TemperatureStore

type Sensor = tuple[str, str]
"""A member's id, and the entity id of a sensor of theirs."""

BACK: Final = timedelta(days=1)


class Temperatures:
    """Follows members' sensors, and keeps a row for each member and day."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Follow nothing yet."""
        self._hass = hass
        self._entry = entry
        self._members: Mapping[str, MemberConfig] = {}
        self._held: dict[Sensor, tuple[float, datetime]] = {}
        self._days: dict[tuple[str, date], DayTemperatures] = {}
        self._changed: set[tuple[str, date]] = set()
        self._stops: list[CALLBACK_TYPE] = []
        self._unfollow: CALLBACK_TYPE | None = None

    async def load(self, store: TemperatureStore) -> None:
        """Take up what an earlier run knew of today."""
        self._store = store
        since = partial(store.since, dt_util.now().date() - BACK)
        self._days = await self._hass.async_add_executor_job(since)

    @callback
    def start(self, quarters: QuarterBook) -> None:
        """Write every few minutes, between quarter-hours, and when Home Assistant stops."""
        self._quarters = quarters
        self._stops = [
            async_track_time_interval(self._hass, self._flush, FLUSH_EVERY),
            self._hass.bus.async_listen(EVENT_HOMEASSISTANT_FINAL_WRITE, self._flush_last),
        ]

    @callback
    def follow(self) -> None:
        """Follow the sensors that members have now."""
        self._advance()
        subentries = self._entry.get_subentries_of_type(SUBENTRY_MEMBER)
        self._members = {each.subentry_id: MemberConfig.of(each) for each in subentries}
        if self._unfollow is not None:
            self._unfollow()
            self._unfollow = None
        sensors = {
            (member_id, entity_id)
            for member_id, config in self._members.items()
            for entity_id in config.temperatures
        }
        self._held = {key: held for key, held in self._held.items() if key in sensors}
        for sensor in sensors:
            self._read(sensor)
        if sensors:
            entities = {entity_id for _, entity_id in sensors}
            self._unfollow = async_track_state_change_event(
                self._hass, entities, self._state_changed
            )

    def today(self, member: str) -> DayTemperatures | None:
        """Return what is known of today until now, None if nothing is."""
        self._advance()
        found = self._days.get((member, dt_util.now().date()))
        return None if found is None else replace(found)

    async def days(self, member: str, start: date, end: date) -> dict[date, DayTemperatures]:
        """Return the days of a member in ``[start, end)`` of which anything is known, in order.

        Raises sqlite3.Error if they cannot be read.
        """
        self._advance()
        read = partial(self._store.days, member, start, end)
        found = await self._hass.async_add_executor_job(read)
        for (whose, day), known in self._days.items():
            if whose == member and start <= day < end:
                found[day] = replace(known)
        return dict(sorted(found.items()))

    async def close(self) -> None:
        """Follow nothing, and write what is known."""
        for stop in self._stops:
            stop()
        self._advance()
        if self._unfollow is not None:
            self._unfollow()
        await self._write_now()

    @callback
    def _state_changed(self, event: Event[EventStateChangedData]) -> None:
        self._advance()
        for sensor in [
            (member_id, event.data["entity_id"])
            for member_id, config in self._members.items()
            if event.data["entity_id"] in config.temperatures
        ]:
            self._read(sensor)

    def _read(self, sensor: Sensor) -> None:
        """Hold what a sensor says now, if it says anything."""
        state = self._hass.states.get(sensor[1])
        celsius = None if state is None else value_of(state, Kind.TEMPERATURE)
        if celsius is None:
            self._held.pop(sensor, None)
            return
        now = dt_util.utcnow()
        self._held[sensor] = (celsius, now)
        self._add(sensor[0], dt_util.as_local(now).date(), celsius, 0)

    def _advance(self) -> None:
        """Count what has been held until now."""
        now, zone = dt_util.utcnow(), dt_util.get_default_time_zone()
        for (member_id, entity_id), (celsius, since) in self._held.items():
            for day, seconds in by_day(since, now, zone):
                self._add(member_id, day, celsius, seconds)
            self._held[member_id, entity_id] = (celsius, max(now, since))

    def _add(self, member: str, day: date, celsius: float, seconds: float) -> None:
        """Add to a day, if it is one of the member's."""
        if not self._members[member].lives_on(day):
            return
        first = DayTemperatures(minimum=celsius, maximum=celsius)
        self._days.setdefault((member, day), first).add(celsius, seconds)
        self._changed.add((member, day))

    async def _flush(self, _now: datetime) -> None:
        if self._quarters.paused:
            return
        if not (changed := self._drain()):
            return
        try:
            await self._quarters.settled(
                partial(self._store.write, changed, dt_util.now().date()), lambda _: None
            )
        except sqlite3.Error:
            self._put_back(changed)  # Whoever writes quarter-hours says so.

    async def _flush_last(self, _event: Event) -> None:
        await self._write_now()

    async def _write_now(self) -> None:
        if not (changed := self._drain()):
            return
        write = partial(self._store.write, changed, dt_util.now().date())
        try:
            await self._hass.async_add_executor_job(write)
        except sqlite3.Error:
            self._put_back(changed)

    def _put_back(self, days: Days) -> None:
        """Take back what could not be written, unless more of the day is known by now."""
        for key, each in days.items():
            if key not in self._days or self._days[key].seconds < each.seconds:
                self._days[key] = each
        self._changed |= days.keys()

    def _drain(self) -> dict[tuple[str, date], DayTemperatures]:
        """Return what is not written yet, and forget old days that are."""
        self._advance()
        changed = {key: replace(self._days[key]) for key in self._changed if key in self._days}
        self._changed = set()
        oldest = dt_util.now().date() - BACK
        self._days = {key: each for key, each in self._days.items() if key[1] >= oldest}
        return changed
