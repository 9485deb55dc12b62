"""What contracts need to be told: the colours of days, and prices that an entity shows.

Everything that was told is kept, so that the past can be priced anew, and a restart
forgets nothing.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event, async_track_time_interval
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.curves import EVER, LONGEST, RecordedCurve
from ..core.tariffs.pricing import CurvePoint, Known
from ..core.timeline import midnight
from ..errors import CannotConnect
from . import colours
from .contract_fields import COLOUR_SOURCES, CONF_COLOURS, CONF_CURVE, CONF_TODAY, CONF_TOMORROW
from .price_sensors import LOOK_EVERY, PriceSensors, entity_id_of

_LOGGER = logging.getLogger(__name__)

KEPT: Final = timedelta(days=800)
BACK: Final = 60
"""So many days back the service for colours is asked once."""
SAVE_DELAY: Final = 30
AT_LEAST: Final = timedelta(hours=1)
"""The service for colours is asked no more often than this, and only for what is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What one contract needs: a curve by the key of its entity, or where colours come from.

    Colours come from the service, or from entities that show that of today and of tomorrow.
    """

    curve: str | None = None
    asks_service: bool = False
    today: str | None = None
    tomorrow: str | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Need:
        """Return what the contract of a subentry's data needs."""
        return cls(
            curve=data.get(CONF_CURVE),
            asks_service=data.get(CONF_COLOURS) == COLOUR_SOURCES[0],
            today=data.get(CONF_TODAY),
            tomorrow=data.get(CONF_TOMORROW),
        )


type Changed = Callable[[datetime], None]
"""Is told from which moment on something is known otherwise than before."""


class Knowledge:
    """Learns what contracts need, keeps it, and says when it has changed."""

    def __init__(self, hass: HomeAssistant, changed: Changed, *, url: str = colours.API) -> None:
        """Know nothing; ``load`` takes up what is stored."""
        self._hass = hass
        self._changed = changed
        self._url = url
        self._store = Store[dict[str, Any]](hass, 1, f"{DOMAIN}.known")
        self._colours: dict[date, str] = {}
        self._curves: dict[str, RecordedCurve] = {}
        self._needs: list[Need] = []
        self._followed: tuple[list[Need], set[str]] = ([], set())
        self._stops: list[CALLBACK_TYPE] = []
        self._asked_at: datetime | None = None
        self._failing = False
        self._sensors = PriceSensors(hass)

    async def load(self) -> None:
        """Take up what was known before."""
        stored = await self._store.async_load() or {}
        self._colours = {
            date.fromisoformat(day): colour for day, colour in stored.get("colours", {}).items()
        }
        self._curves = {
            key: RecordedCurve.of(points) for key, points in stored.get("curves", {}).items()
        }
        self._sensors.load(stored.get("units", {}))

    @property
    def known(self) -> Known:
        """Return what is known now; it is live, and must not be changed."""
        return Known(colours=self._colours, curves=self._curves)

    @callback
    def follow(self, needs: Iterable[Need]) -> None:
        """Learn what these contracts need, from now on; what is followed already goes on."""
        self._needs = [*needs]
        for key in {need.curve for need in self._needs if need.curve is not None}:
            self._curves.setdefault(key, RecordedCurve())
        entities = {
            entity_id
            for need in self._needs
            for key in (need.curve, need.today, need.tomorrow)
            if key is not None and (entity_id := entity_id_of(self._hass, key)) is not None
        }
        followed = (self._needs, entities)
        if self._followed == followed:
            return
        self._stop()
        self._followed = followed
        if entities:
            self._stops.append(
                async_track_state_change_event(self._hass, entities, self._state_changed)
            )
        if self._needs:
            self._stops.append(async_track_time_interval(self._hass, self._look, LOOK_EVERY))
            self._look_at_entities()
        if self._asks_service:
            self._hass.async_create_background_task(self._ask(), f"{DOMAIN} colours")

    async def close(self) -> None:
        """Learn no more, and write what is known now."""
        self._stop()
        if self._needs:
            await self._store.async_save(self._dump())

    @callback
    def look_at_curve(self, key: str) -> RecordedCurve:
        """Return what one entity shows at this moment, for a look before it is followed."""
        return self._curves.get(key) or self._sensors.shown(key, None)

    def has_price(self, key: str, now: datetime) -> bool:
        """Return whether an entity is there, and a price of it is known in the last day."""
        curve = self._curves.get(key)
        known = curve is not None and any(curve.points(now - LONGEST, now))
        return known and entity_id_of(self._hass, key) is not None

    @callback
    def _stop(self) -> None:
        for stop in self._stops:
            stop()
        self._stops = []
        self._followed = ([], set())

    @property
    def _asks_service(self) -> bool:
        return any(need.asks_service for need in self._needs)

    async def _look(self, _now: datetime) -> None:
        """Look again at what may not have changed its state, and ask for colours."""
        self._look_at_entities()
        await self._ask()

    @callback
    def _state_changed(self, _event: Event[EventStateChangedData]) -> None:
        self._look_at_entities()

    @callback
    def _look_at_entities(self) -> None:
        for need in self._needs:
            if need.curve is not None:
                points = self._shown(need.curve)
                if (since := self._curves[need.curve].tell(points)) is not None:
                    self._note(since)
            if not need.asks_service:
                self._look_at_colours(need)

    def _shown(self, key: str) -> list[CurvePoint]:
        """Return the prices that an entity shows, of the time since it shows its unit."""
        self._sensors.note_unit(key)
        shown = self._sensors.shown(key, self._curves[key])
        return [*shown.points(self._sensors.unit_since(key), EVER[1])]

    @callback
    def _look_at_colours(self, need: Need) -> None:
        local = dt_util.now()
        if need.today is not None and colours.tells_today(local):
            self._tell_colour(local.date(), self._colour(need.today))
        if need.tomorrow is not None and colours.tells_tomorrow(local):
            self._tell_colour(local.date() + timedelta(days=1), self._colour(need.tomorrow))

    def _colour(self, key: str) -> str | None:
        entity_id = entity_id_of(self._hass, key)
        state = None if entity_id is None else self._hass.states.get(entity_id)
        return None if state is None else colours.colour_of(state.state)

    async def _ask(self) -> None:
        """Ask the service for the days that are not known, no more often than is polite."""
        now, today = dt_util.utcnow(), dt_util.now().date()
        asked = self._asked_at is not None and now - self._asked_at < AT_LEAST
        if not self._asks_service or asked:
            return
        ahead = 1 if colours.tells_tomorrow(dt_util.now()) else 0
        wanted = [today + timedelta(days=each) for each in range(-BACK, ahead + 1)]
        missing = [day for day in wanted if day not in self._colours]
        if not missing:
            return
        self._asked_at = now
        try:
            found = await colours.fetch(self._hass, missing, self._url)
        except CannotConnect as err:
            if not self._failing:
                _LOGGER.warning("The colours of days are not known: %s", err)
            self._failing = True
            return
        if self._failing:
            _LOGGER.info("The colours of days are known again")
        self._failing = False
        for day, colour in sorted(found.items()):
            self._tell_colour(day, colour)

    @callback
    def _tell_colour(self, day: date, colour: str | None) -> None:
        if colour is not None and self._colours.get(day) != colour:
            self._colours[day] = colour
            self._note(midnight(day, dt_util.get_default_time_zone()))

    @callback
    def _note(self, since: datetime) -> None:
        self._store.async_delay_save(self._dump, SAVE_DELAY)
        self._changed(since)

    @callback
    def _dump(self) -> dict[str, Any]:
        oldest = dt_util.utcnow() - KEPT
        for curve in self._curves.values():
            curve.forget(oldest)
        return {
            "colours": {
                day.isoformat(): colour
                for day, colour in self._colours.items()
                if day >= oldest.date()
            },
            "curves": {key: curve.dump() for key, curve in self._curves.items()},
            "units": self._sensors.dump(),
        }
