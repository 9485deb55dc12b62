"""What a simulated energy meter remembers: a record for each minute in which it ran.

Layout of the answers: Shelly's documentation of ``EMData`` and ``EM1Data``. Every record
is the difference of two counters as they were rounded, so that the records of any
time add up to exactly what the counters say.
"""

from itertools import groupby
from typing import Any, Final

from scripts.simulators.shelly_device import MAINS_V, MINUTE, PHASES, ShellyDevice

KEPT: Final = 60 * 86400
MOST_RECORDS: Final = 60
"""The records of one answer (SYNTHETIC: the real limit is one of memory)."""

_FIELDS: Final = (
    "total_act_energy",
    "fund_act_energy",
    "total_act_ret_energy",
    "fund_act_ret_energy",
    "lag_react_energy",
    "lead_react_energy",
    "max_act_power",
    "min_act_power",
    "max_aprt_power",
    "min_aprt_power",
    "max_voltage",
    "min_voltage",
    "avg_voltage",
    "max_current",
    "min_current",
    "avg_current",
)
_NEUTRAL: Final = ("n_max_current", "n_min_current", "n_avg_current")

type Json = dict[str, Any]


class History:
    """The records of one meter, ``em:0`` with its phases or ``em1:0``."""

    def __init__(self, device: ShellyDevice, component: str) -> None:
        """Read the book of a device."""
        self._device = device
        three = component.startswith("em:")
        self._channels = [f"{component}/{phase}" for phase in PHASES] if three else [component]

    def blocks(self, since: int) -> Json:
        """Return the stretches of time of which there are records."""
        blocks = [
            {"ts": block[0], "period": MINUTE, "records": len(block)}
            for block in _blocks(self._minutes(since, None))
        ]
        return {"data_blocks": blocks}

    def data(self, since: int, until: int | None, *, keys: bool) -> Json:
        """Return the first records from a moment on, and where to go on."""
        minutes = self._minutes(since, until)
        answered, rest = minutes[:MOST_RECORDS], minutes[MOST_RECORDS:]
        found: Json = {"keys": self.keys()} if keys else {}
        found["data"] = [
            {"ts": block[0], "period": MINUTE, "values": [self._record(at) for at in block]}
            for block in _blocks(answered)
        ]
        if rest:
            found["next_record_ts"] = rest[0]
        return found

    def keys(self) -> list[str]:
        """Return what the numbers of a record mean."""
        if len(self._channels) == 1:
            return [name for name in _FIELDS if not name.startswith("fund")]
        phases = [f"{phase}_{name}" for phase in PHASES for name in _FIELDS]
        return [*phases, *_NEUTRAL]

    def _minutes(self, since: int, until: int | None) -> list[int]:
        """Return the whole minutes that were recorded, none if nothing is counted."""
        device = self._device
        now = int(device.now())
        if not device.counts:
            return []
        first = max(since, now - KEPT)
        last = now - MINUTE if until is None else min(until, now - MINUTE)
        minutes = range(-(-first // MINUTE) * MINUTE, last + 1, MINUTE)
        return [at for at in minutes if not self._dark(at)]

    def _dark(self, at: int) -> bool:
        """Return whether there was no mains all through a minute."""
        return any(start <= at and at + MINUTE <= end for start, end in self._device.outages)

    def _record(self, at: int) -> list[float]:
        numbers: list[float] = []
        for channel in self._channels:
            values = self._values(channel, at)
            numbers += [values[name] for name in _FIELDS if len(self._channels) > 1 or
                        not name.startswith("fund")]  # fmt: skip
        return numbers if len(self._channels) == 1 else [*numbers, *(0.0 for _ in _NEUTRAL)]

    def _values(self, channel: str, at: int) -> dict[str, float]:
        drawn, fed = (self._counted(channel, at, returned=returned) for returned in (False, True))
        power = round((drawn - fed) * MINUTE, 1)
        current = round(abs(power) / MAINS_V, 3)
        values = dict.fromkeys(("lag_react_energy", "lead_react_energy"), 0.0)
        values |= {"total_act_energy": drawn, "fund_act_energy": drawn}
        values |= {"total_act_ret_energy": fed, "fund_act_ret_energy": fed}
        for which in ("max", "min", "avg"):
            values |= {f"{which}_act_power": power, f"{which}_aprt_power": abs(power)}
            values |= {f"{which}_voltage": MAINS_V, f"{which}_current": current}
        return values

    def _counted(self, channel: str, at: int, *, returned: bool) -> float:
        before, after = (
            round(self._device.counter_wh(channel, moment, returned=returned), 2)
            for moment in (at, at + MINUTE)
        )
        return round(after - before, 2)


def _blocks(minutes: list[int]) -> list[list[int]]:
    """Split at the gaps."""
    numbered = enumerate(minutes)
    groups = groupby(numbered, key=lambda pair: pair[1] - pair[0] * MINUTE)
    return [[minute for _, minute in group] for _, group in groups]
