"""Tells of thresholds that were passed: once a day for each meter and each sensor."""

import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.costs.rows import UNIT
from ..core.timeline import midnight, to_ms
from ..ports import Kind, Role
from ..runtime import EcomConfigEntry
from ..texts import number_text, option_texts
from .alerts import ROLES, SUBENTRY_ALERT, TEMPERATURES, AlertConfig, What
from .apart import Apart
from .entity_port import value_of
from .members import SUBENTRY_MEMBER, MemberConfig
from .meters import SUBENTRY_METER, MeterConfig
from .pasts import DRAWN, account_of
from .publisher import Publisher
from .quarters import QuarterBook
from .telling import tell_all
from .used_since import UsedSince

_LOGGER = logging.getLogger(__name__)

SAVE_DELAY: Final = 2
EVENT_ALERT: Final = f"{DOMAIN}_alert"
TEXTS: Final = ("used", "too_cold", "too_warm")
DIGITS: Final = 3
"""A temperature that was converted is no finer than this."""
IN_KWH: Final = frozenset({Role.GRID, Role.SUB_METER, Role.HEAT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """One thing that a threshold is about: a meter's account, or the entity of a sensor."""

    alert_id: str
    alert: AlertConfig
    about: str
    name: str
    unit: str
    account: str = ""

    @property
    def key(self) -> str:
        """Return what is remembered of it; a threshold that is changed is another one."""
        return f"{self.alert_id}/{self.about}/{self.alert.amount}"


class AlertWatch:
    """Looks at meters after each publication, and at sensors as soon as they say anything."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Have told of nothing; ``load`` takes up what was told."""
        self._hass = hass
        self._entry = entry
        self._store = Store[dict[str, Any]](hass, 1, f"{DOMAIN}.alerts")
        self._day: date | None = None
        self._told: set[str] = set()
        self._stops: list[CALLBACK_TYPE] = []
        self._unfollow: CALLBACK_TYPE | None = None
        self._apart = Apart(_LOGGER, "Threshold %s cannot be looked at")

    async def load(self) -> None:
        """Take up what was told today."""
        if stored := await self._store.async_load():
            self._day = date.fromisoformat(stored["day"])
            self._told = set(stored["told"])

    @callback
    def start(self, publisher: Publisher, quarters: QuarterBook) -> None:
        """Look from now on."""
        self._used = UsedSince(quarters)
        self._stops = [publisher.async_add_listener(self._published), self._used.close]

    @callback
    def follow(self) -> None:
        """Follow the sensors that thresholds are about now."""
        if self._unfollow is not None:
            self._unfollow()
            self._unfollow = None
        if sensors := {each.about for each in self._sensors()}:
            self._unfollow = async_track_state_change_event(self._hass, sensors, self._reported)

    async def close(self) -> None:
        """Look no more, and keep what was told."""
        for stop in self._stops:
            stop()
        if self._unfollow is not None:
            self._unfollow()
        if self._day is not None:
            await self._store.async_save(self._dump())

    @callback
    def _published(self) -> None:
        self._look_at_sensors()
        self._entry.async_create_task(self._hass, self._look_at_meters(), f"{DOMAIN} thresholds")

    @callback
    def _reported(self, _event: Event[EventStateChangedData]) -> None:
        self._look_at_sensors()

    @callback
    def _look_at_sensors(self) -> None:
        for each in self._sensors():
            self._apart.attempt(each.key, partial(self._look_at_sensor, each), None)

    @callback
    def _look_at_sensor(self, each: Watched) -> None:
        state = self._hass.states.get(each.about)
        celsius = None if state is None else value_of(state, Kind.TEMPERATURE)
        if celsius is None:
            return
        amount, bound = Decimal(str(round(celsius, DIGITS))), each.alert.amount
        cold = each.alert.what is What.TOO_COLD
        if amount < bound if cold else amount > bound:
            self._tell(each, amount)

    async def _look_at_meters(self) -> None:
        start = to_ms(midnight(dt_util.now().date(), dt_util.get_default_time_zone()))
        watched = [*self._meters()]
        try:
            await self._used.know({(each.account, start) for each in watched})
        except sqlite3.Error:
            return  # Whoever writes says so.
        for each in watched:
            self._apart.attempt(each.key, partial(self._look_at_meter, each, start), None)

    @callback
    def _look_at_meter(self, each: Watched, start: int) -> None:
        used = self._used.used(each.account, start)
        if used is not None and (amount := Decimal(used.amount) / UNIT) > each.alert.amount:
            self._tell(each, amount)

    def _alerts(self) -> Iterator[tuple[str, AlertConfig]]:
        for each in self._entry.get_subentries_of_type(SUBENTRY_ALERT):
            yield each.subentry_id, AlertConfig.of(each)

    def _meters(self) -> Iterator[Watched]:
        """Yield the meters of thresholds: those that are named, or all of the kind."""
        meters = {
            each.subentry_id: MeterConfig.of(each)
            for each in self._entry.get_subentries_of_type(SUBENTRY_METER)
        }
        for alert_id, alert in self._alerts():
            for meter_id, config in meters.items():
                wanted = meter_id in alert.meters or not alert.meters
                if wanted and config.role in ROLES.get(alert.what, ()):
                    yield Watched(
                        alert_id=alert_id,
                        alert=alert,
                        about=meter_id,
                        name=self._entry.subentries[meter_id].title,
                        unit="kWh" if config.role in IN_KWH else "m³",
                        account=account_of(config, DRAWN),
                    )

    def _sensors(self) -> Iterator[Watched]:
        """Yield the sensors of the members who live here today, for thresholds of temperature."""
        today = dt_util.now().date()
        members = (
            MemberConfig.of(each) for each in self._entry.get_subentries_of_type(SUBENTRY_MEMBER)
        )
        entities = dict.fromkeys(
            entity_id
            for member in members
            if member.lives_on(today)
            for entity_id in member.temperatures
        )
        for alert_id, alert in self._alerts():
            for entity_id in entities if alert.what in TEMPERATURES else ():
                state = self._hass.states.get(entity_id)
                yield Watched(
                    alert_id=alert_id,
                    alert=alert,
                    about=entity_id,
                    name=entity_id if state is None else state.name,
                    unit="°C",
                )

    @callback
    def _tell(self, watched: Watched, amount: Decimal) -> None:
        """Tell of it, unless that was done today."""
        today = dt_util.now().date()
        if self._day != today:
            self._day, self._told = today, set()
        if watched.key in self._told:
            return
        self._told.add(watched.key)
        self._store.async_delay_save(self._dump, SAVE_DELAY)
        title, alert = self._entry.subentries[watched.alert_id].title, watched.alert
        is_sensor = alert.what in TEMPERATURES
        self._hass.bus.async_fire(
            EVENT_ALERT,
            {
                "alert": title,
                "sensor" if is_sensor else "meter": watched.about if is_sensor else watched.name,
                "amount": float(amount),
                "threshold": float(alert.amount),
            },
        )
        self._entry.async_create_task(
            self._hass, self._notify(watched, title, amount), f"{DOMAIN} threshold"
        )

    async def _notify(self, watched: Watched, title: str, amount: Decimal) -> None:
        texts = await option_texts(self._hass, translation_key="alert_notice", options=TEXTS)
        text = texts[watched.alert.what if watched.alert.what in TEMPERATURES else "used"]
        message = text.format(
            name=watched.name,
            amount=f"{number_text(self._hass, amount)} {watched.unit}",
            threshold=f"{number_text(self._hass, watched.alert.amount)} {watched.unit}",
        )
        tag = f"ecom_alert_{watched.alert_id}_{watched.about}"
        await tell_all(
            self._hass, watched.alert.notify, title=title, message=message, extra={"tag": tag}
        )

    @callback
    def _dump(self) -> dict[str, Any]:
        day = dt_util.now().date() if self._day is None else self._day
        return {"day": day.isoformat(), "told": sorted(self._told)}
