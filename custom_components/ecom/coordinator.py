"""One coordinator class for every clock: pushed, polled or derived."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .const import DOCUMENTATION, DOMAIN
from .ports import Kind, Reading, Unsubscribe, no_reading

_LOGGER = logging.getLogger(__name__)


class EcomCoordinator[DataT](DataUpdateCoordinator[DataT]):
    """Data that entities and ports follow, with a timer for what goes stale."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        *,
        name: str,
        data: DataT,
        update_interval: timedelta | None = None,
    ) -> None:
        """Start with ``data``, so that entities have something to look at."""
        super().__init__(
            hass, _LOGGER, config_entry=entry, name=name, update_interval=update_interval
        )
        self.data = data
        self._cancel_expiry: Unsubscribe | None = None

    @callback
    def expire_at(self, moment: datetime | None) -> None:
        """Tell the listeners once more just after ``moment``; None forgets it."""
        self._drop_expiry()
        if moment is None or (wait := moment - dt_util.utcnow()) < timedelta():
            return
        self._cancel_expiry = async_track_point_in_utc_time(
            self.hass, self._expired, dt_util.utcnow() + wait + timedelta(milliseconds=10)
        )

    @override
    async def async_shutdown(self) -> None:
        """Stop the timers."""
        self._drop_expiry()
        await super().async_shutdown()

    @callback
    def on_expiry(self) -> None:
        """Do what is due when a reading has gone stale."""
        self.async_update_listeners()

    @callback
    def raise_issue(
        self, issue: str, part: str = "", *, fixable: bool = False, **placeholders: str
    ) -> None:
        """Raise a repair of this entry, whose title is ``name`` in its texts, or of a part.

        ``issue`` begins with the family's key; its documentation stands on the
        family's page, under the heading of the same name.
        """
        family, _, name = issue.partition("_")
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            self._issue_id(issue, part),
            data={
                "entry_id": self.config_entry.entry_id,
                "issue": f"{issue}/{part}" if part else issue,
            },
            is_fixable=fixable,
            learn_more_url=f"{DOCUMENTATION}/{family}.md#{name.replace('_', '-')}",
            severity=ir.IssueSeverity.WARNING,
            translation_key=issue,
            translation_placeholders={"name": self.config_entry.title, **placeholders},
        )

    @callback
    def clear_issue(self, issue: str, part: str = "") -> None:
        """Take a repair back, if it is there."""
        ir.async_delete_issue(self.hass, DOMAIN, self._issue_id(issue, part))

    def _issue_id(self, issue: str, part: str) -> str:
        return "_".join(filter(None, (issue, self.config_entry.entry_id, part)))

    @callback
    def _expired(self, _now: datetime) -> None:
        self._cancel_expiry = None
        self.on_expiry()

    @callback
    def _drop_expiry(self) -> None:
        if self._cancel_expiry is not None:
            self._cancel_expiry()
            self._cancel_expiry = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CoordinatorPort[DataT, T]:
    """A port that reads what a coordinator knows."""

    key: str
    kind: Kind
    coordinator: EcomCoordinator[DataT]
    reading: Callable[[DataT], Reading[T] | None]

    def read(self) -> Reading[T]:
        """Return the newest reading, absent if there was none yet."""
        found = self.reading(self.coordinator.data)
        return no_reading() if found is None else found

    def subscribe(self, listener: Callable[[Reading[T]], None]) -> Unsubscribe:
        """Call ``listener`` with the reading at each update of the coordinator."""

        @callback
        def updated() -> None:
            listener(self.read())

        remove: Unsubscribe | None = self.coordinator.async_add_listener(updated)

        @callback
        def unsubscribe() -> None:
            nonlocal remove
            if remove is not None:
                remove()
                remove = None

        return unsubscribe


@dataclass(frozen=True, kw_only=True, slots=True)
class CoordinatorSwitchPort[DataT](CoordinatorPort[DataT, bool]):
    """A port that a device switches; ``send`` returns once the device has confirmed."""

    rated_va: float
    phases: frozenset[int]
    latency: timedelta
    send: Callable[[bool], Awaitable[None]]

    async def command(self, on: bool) -> None:  # noqa: FBT001 - as the port's protocol has it
        """Switch, and return once confirmed; raise DeviceError otherwise."""
        await self.send(on)
