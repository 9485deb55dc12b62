"""One series of quarter-hours, the port that it is made from, and the accounts that it feeds."""

from collections.abc import Sequence
from typing import Any

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..core.costs.exchange import IndexMark, hour_marks
from ..core.quarters import Gap, Integrator, Series, Step
from ..core.spikes import Shown, Spikes
from ..ports import NEVER, AnyPort, Reading, Unsubscribe
from .accounts import Feed
from .quarter_store import Batch


class Track:
    """One series, and the port that it is made from."""

    def __init__(
        self,
        key: str,
        port: AnyPort,
        series: Series,
        *,
        sign: int = 0,
        remembers: bool = False,
    ) -> None:
        """Follow a counter, or with a ``sign`` one direction of a power.

        ``remembers`` says that the device can be asked about the gaps. What is counted is
        booked to the accounts of ``feeds`` as well.
        """
        self.key = key
        self.port = port
        self.series = series
        self.feeds: Sequence[Feed] = ()
        self.gaps: list[Gap] = []
        self.marks: dict[int, IndexMark] = {}
        self.gaps_wait = remembers  # some may wait since an earlier run
        self._remembers = remembers
        self._spikes = Spikes(series.kind)
        self._integrator = Integrator(sign) if sign else None
        self._unsubscribe: Unsubscribe | None = None

    @property
    def following(self) -> bool:
        """Return whether the port is listened to."""
        return self._unsubscribe is not None

    @callback
    def start(self) -> None:
        """Take what the port says now, and from now on."""
        self._unsubscribe = self.port.subscribe(self.take)
        self.take(self.port.read())

    @callback
    def stop(self) -> None:
        """Follow nothing."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    @callback
    def take(self, reading: Reading[Any]) -> None:
        """Count; what is absent or stale counts nothing."""
        if self._integrator is not None:
            self._integrate(self._integrator, reading)
        elif reading.value is not None and not reading.is_stale(dt_util.utcnow()):
            before = self.series.mark
            shown = Shown(at=reading.measured_at, index=reading.value)
            for each in self._spikes.sift(before, shown):
                if (step := self.series.take(each.at, each.index)) is not None:
                    self.book(step)
            if self.series.mark is not before:
                self._read()

    @callback
    def book(self, step: Step) -> None:
        """Note what a counter counted: its gap, its indexes, and what it costs."""
        if step.gap is not None and self._remembers:
            self.gaps.append(step.gap)
            self.gaps_wait = True
        parts = None
        for feed in self.feeds:
            spread = feed.count(step, estimated=False)
            parts = spread if feed.band is not None else parts
        self.marks |= hour_marks(step, parts)

    def _integrate(self, integrator: Integrator, reading: Reading[Any]) -> None:
        """Count power over time; what is made so is estimated."""
        if reading.measured_at == NEVER:
            return
        known = integrator.take(reading.measured_at, reading.value, reading.valid_for)
        if not known:
            self.series.skip(reading.measured_at, integrator.total_wh)
        elif step := self.series.take(reading.measured_at, integrator.total_wh):
            for feed in self.feeds:
                feed.count(step, estimated=True)
        for quarter in self.series.pending.values():
            quarter.estimated = True
        self._read()

    def _read(self) -> None:
        for feed in self.feeds:
            feed.read()

    def batch(self) -> Batch | None:
        """Return what has become known since the last one, None if nothing.

        That may be no more than where a counter stands: what it counts while Home Assistant is
        away is counted from there.
        """
        mark = self.series.mark
        moved = self._integrator is None and mark != self.series.stored
        if mark is None or not (self.series.pending or self.gaps or moved):
            return None
        self.series.stored = mark
        gaps, self.gaps = tuple(self.gaps), []
        marks, self.marks = self.marks, {}
        return Batch(
            key=self.key,
            mark=mark,
            quarters=self.series.drain(),
            gaps=gaps,
            marks=marks,
        )

    def put_back(self, batch: Batch) -> None:
        """Take back what could not be stored."""
        self.series.put_back(batch.quarters)
        self.series.stored = None
        self.gaps = [*batch.gaps, *self.gaps]
        self.marks = {**batch.marks, **self.marks}
