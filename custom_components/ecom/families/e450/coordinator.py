"""Follows one meter: telegrams in, readings, health and repairs out."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ...coordinator import EcomCoordinator
from ...ports import Reading
from ...runtime import EcomConfigEntry
from .client import Event
from .gate import Gate, Verdict
from .models import Cadence, MeterState
from .protocol.obis import ObisCode
from .protocol.values import MeterTime, Refusal, RefusalKind, Telegram

_LOGGER = logging.getLogger(__name__)

ISSUE_CLOCK: Final = "e450_clock_off"
ISSUE_KEY: Final = "e450_key_wrong"
ISSUE_AUTH_KEY: Final = "e450_auth_key_wrong"
ISSUE_CHANGED: Final = "e450_meter_changed"
ISSUE_SILENT: Final = "e450_meter_silent"
ISSUES: Final = (ISSUE_CLOCK, ISSUE_KEY, ISSUE_AUTH_KEY, ISSUE_CHANGED, ISSUE_SILENT)

CHECK_SILENCE: Final = timedelta(seconds=30)
CLOCK_LIMIT: Final = timedelta(minutes=2)
CLOCK_SAMPLES: Final = 5
KEY_REFUSALS: Final = 3
SILENT_AFTER: Final = timedelta(minutes=5)
"""The least silence worth a repair; a slow list is given its own pace."""


class E450Coordinator(EcomCoordinator[MeterState]):
    """Takes what the client heard, and tells Home Assistant what is true."""

    def __init__(
        self, hass: HomeAssistant, entry: EcomConfigEntry, state: MeterState, gate: Gate
    ) -> None:
        """Start with what an earlier run has stored."""
        super().__init__(hass, entry, name=f"E450 {entry.title}", data=state)
        self.gate = gate
        self.on_new: Callable[[Sequence[ObisCode]], None] = lambda _codes: None
        self._cadence = Cadence()
        self._clock: deque[timedelta] = deque(maxlen=CLOCK_SAMPLES)
        self._key_refusals = 0
        self._since = dt_util.utcnow()
        self._stop_checking = async_track_time_interval(
            hass, self._check_silence, CHECK_SILENCE, cancel_on_shutdown=True
        )

    @callback
    def receive(self, events: Sequence[Event]) -> None:
        """Take the events of one chunk of bytes and publish once."""
        now = dt_util.utcnow()
        new: list[ObisCode] = []
        for event in events:
            if isinstance(event, Telegram):
                new += self._telegram(event, now)
            else:
                self._refusal(event, now)
        if new:
            self.on_new(new)
        self.expire_at(self.data.next_expiry(now))
        self.async_set_updated_data(self.data)

    @callback
    @override
    def on_expiry(self) -> None:
        """Show that a reading went stale, and wait for the next one to."""
        self.expire_at(self.data.next_expiry(dt_util.utcnow()))
        super().on_expiry()

    @callback
    def accept_change(self) -> None:
        """Go on with the meter as it is now: the user confirmed it."""
        self.gate.accept()
        self.clear_issue(ISSUE_CHANGED)

    @override
    async def async_shutdown(self) -> None:
        """Stop the timers and take the repairs back."""
        self._stop_checking()
        for issue in ISSUES:
            self.clear_issue(issue)
        await super().async_shutdown()

    def _telegram(self, telegram: Telegram, now: datetime) -> list[ObisCode]:
        """Judge a telegram that decoded well; return its new registers."""
        judgement = self.gate.judge(telegram, now)
        if judgement.verdict is not Verdict.GOOD:
            self.data.health.count_refused(
                Verdict.IMPLAUSIBLE if (judgement.verdict is Verdict.ASK) else judgement.verdict,
                now,
            )
            _LOGGER.debug("Telegram refused: %s: %s", judgement.verdict, judgement.reason)
            if judgement.verdict is Verdict.ASK:
                self.raise_issue(ISSUE_CHANGED, fixable=True)
            return []
        self._heard(now)
        self._check_clock(telegram.time, now)
        return self.data.update(telegram, now)

    def _refusal(self, refusal: Refusal, now: datetime) -> None:
        """Count a telegram that did not decode; a wrong key asks for a new one."""
        self.data.health.count_refused(refusal.kind, now)
        _LOGGER.debug("Telegram refused: %s: %s", refusal.kind, refusal.detail)
        if refusal.kind not in (RefusalKind.KEY, RefusalKind.AUTH_KEY):
            return
        self._key_refusals += 1
        if self._key_refusals == KEY_REFUSALS:
            self.raise_issue(ISSUE_KEY if refusal.kind is RefusalKind.KEY else ISSUE_AUTH_KEY)
            self.config_entry.async_start_reauth(self.hass)

    def _heard(self, now: datetime) -> None:
        """Note that the meter is there, its key right and its values plausible."""
        health = self.data.health
        if health.last_seen is not None and now > health.last_seen:
            self._cadence.learn(now - health.last_seen)
        if health.silent:
            health.silent = False
            _LOGGER.info("%s is heard again", self.config_entry.title)
        if self._key_refusals:
            self._key_refusals = 0
            for flow in self.config_entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}):
                self.hass.config_entries.flow.async_abort(flow["flow_id"])
        for issue in (ISSUE_SILENT, ISSUE_KEY, ISSUE_AUTH_KEY, ISSUE_CHANGED):
            self.clear_issue(issue)

    @callback
    def _check_silence(self, now: datetime) -> None:
        """Report a meter that has said nothing good for longer than it ever does."""
        health = self.data.health
        quiet = now - max(health.last_seen or self._since, self._since)
        if health.silent or quiet < max(SILENT_AFTER, self._cadence.valid_for(SILENT_AFTER)):
            return
        health.silent = True
        _LOGGER.info("%s is silent", self.config_entry.title)
        self.raise_issue(ISSUE_SILENT)
        self.async_update_listeners()

    def _check_clock(self, time: MeterTime | None, now: datetime) -> None:
        """Compare the meter's clock; only several telegrams in a row say it is off."""
        if time is None:
            return
        moment = time.resolve(dt_util.get_default_time_zone())
        self.data.clock = Reading(value=moment, measured_at=now, valid_for=timedelta.max)
        self._clock.append(self._drift(time, moment, now))
        if len(self._clock) < CLOCK_SAMPLES:
            return
        drift = min(self._clock)
        if drift > CLOCK_LIMIT:
            self.raise_issue(ISSUE_CLOCK, minutes=str(round(drift / timedelta(minutes=1))))
        else:
            self.clear_issue(ISSUE_CLOCK)

    @staticmethod
    def _drift(time: MeterTime, moment: datetime, now: datetime) -> timedelta:
        """Return how far the clock is off; one that keeps standard time is not off."""
        drift = abs(moment - now)
        if time.deviation_minutes is None and not time.dst:
            drift = min(drift, abs(moment + timedelta(hours=1) - now))
        return drift
