"""What the sensors of prices show: that of now and those foretold, whatever the words."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..const import ENTITY_PREFIX
from ..core.curves import EVER, LONGEST, RecordedCurve, points_of, price_of
from ..core.price_units import scale_of
from ..core.tariffs.pricing import CurvePoint
from ..core.timeline import from_ms, to_ms

_LOGGER = logging.getLogger(__name__)

LOOK_EVERY: Final = timedelta(minutes=10)
"""What a sensor shows is taken to hold until it is looked at again."""


def entity_id_of(hass: HomeAssistant, key: str) -> str | None:
    """Return the id of an entity by the key that outlives its renames, None if it is gone."""
    entity = er.async_get(hass).entities.get_entry(key.removeprefix(ENTITY_PREFIX))
    return None if entity is None else entity.entity_id


class PriceSensors:
    """Reads sensors, and knows since when each shows its unit."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Have seen none."""
        self._hass = hass
        self._units: dict[str, tuple[str, int]] = {}
        self._odd: set[str] = set()

    def load(self, stored: Mapping[str, Sequence[Any]]) -> None:
        """Take up what was seen before."""
        self._units = {key: (unit, at) for key, (unit, at) in stored.items()}

    def dump(self) -> Mapping[str, Sequence[Any]]:
        """Return what to store: units, and since when in ms."""
        return dict(self._units)

    @callback
    def note_unit(self, key: str) -> None:
        """Note since when a sensor shows its unit: it says nothing of the time before.

        That which it showed first it is taken to have shown for ever.
        """
        if (state := self._state(key)) is None:
            return
        unit = str(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) or "")
        known = self._units.get(key)
        if known is None or known[0] != unit:
            since = EVER[0] if known is None else state.last_updated
            self._units[key] = (unit, to_ms(since))

    def unit_since(self, key: str) -> datetime:
        """Return since when a sensor shows its unit."""
        return from_ms(self._units[key][1]) if key in self._units else EVER[0]

    def shown(self, key: str, known: RecordedCurve | None) -> RecordedCurve:
        """Return the prices that a sensor shows, none if it shows what nobody foresaw.

        ``known`` is what it has shown before.
        """
        if (state := self._state(key)) is None:
            return RecordedCurve()
        try:
            return self._read(state, known or RecordedCurve())
        except Exception:  # A sensor of others must not keep the Site from its work.
            if key not in self._odd:
                _LOGGER.exception("The prices of %s cannot be read", state.entity_id)
            self._odd.add(key)
            return RecordedCurve()

    def _state(self, key: str) -> State | None:
        """Return the state of a sensor that shows something."""
        entity_id = entity_id_of(self._hass, key)
        state = None if entity_id is None else self._hass.states.get(entity_id)
        silent = state is None or state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN)
        return None if silent else state

    def _read(self, state: State, known: RecordedCurve) -> RecordedCurve:
        """Return the prices of a state: that of now, and those that it foretells."""
        curve, unit = RecordedCurve(), state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        scale = scale_of(unit, self._hass.config.currency)
        if scale is None:
            return curve
        now, zone = dt_util.utcnow(), dt_util.get_default_time_zone()
        curve.tell(points_of(state.attributes, scale, zone))
        price = price_of(state.state, scale)
        if price is not None and state.last_changed <= now:
            until = now + LOOK_EVERY
            # What an entity foretells ends the price that it shows.
            after = [point.start for point in curve.points(now, until) if point.start > now]
            start, end = _since(known, state.last_changed, price), min(after, default=until)
            curve.tell([CurvePoint(start=start, end=end, value=price)])
        return curve


def _since(known: RecordedCurve, shown: datetime, price: Decimal) -> datetime:
    """Return since when a price holds that an entity shows.

    After a restart an entity shows what it showed before: the same price on both sides
    of a time in which nobody looked has held throughout.
    """
    before = known.last_before(shown)
    if before is None or before.value != price or before.provisional:
        return shown
    return before.end if shown - before.end <= LONGEST else shown
