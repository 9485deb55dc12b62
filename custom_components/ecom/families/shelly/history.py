"""What a Shelly meter remembers: a record for each minute, in answers of several blocks.

Layout: ``EMData.GetData`` and ``EM1Data.GetData`` of Shelly's documentation. An answer
names its columns in ``keys``; each block has the moment ``ts`` of its first record, in
Unix seconds, and the seconds ``period`` between two; ``next_record_ts`` says where to go on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Final, TypeIs

from ...errors import DeviceError
from ...ports import HourEnergy

QUARTER: Final = 900
HOUR: Final = 3600
MOST_W: Final = 100_000
"""A record that would need more power than this is none."""

ENERGIES: Final = ("total_act_energy", "total_act_ret_energy")
"""How the names of the columns end that are of interest."""

type Records = Mapping[int, Record]
"""Records by the moment at which they begin, in Unix seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What was counted in a time of ``period`` seconds: Wh by column."""

    period: int
    energies: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One answer: its columns, its records, and where the next one begins."""

    keys: Sequence[str]
    records: Records
    next_ts: int | None


def read_page(answer: object, keys: Sequence[str] = ()) -> Page:
    """Return what an answer holds; ``keys`` are those of the page before.

    Raises DeviceError if it is no such answer; records that cannot be are left out.
    """
    if not isinstance(answer, Mapping) or not isinstance(answer.get("data"), list):
        raise DeviceError("the device's memory cannot be read")
    stated = answer.get("keys", keys)
    if not isinstance(stated, Sequence) or isinstance(stated, str) or not stated:
        raise DeviceError("the device does not say what its memory holds")
    names = [name if isinstance(name, str) else "" for name in stated]
    further = answer.get("next_record_ts")
    return Page(
        keys=names,
        records=dict(chain.from_iterable(_block(block, names) for block in answer["data"])),
        next_ts=further if _is_whole(further) else None,
    )


def hours(records: Records, columns: Sequence[str], start: int, end: int) -> list[HourEnergy]:
    """Return the hours in ``[start, end)``, in Unix seconds, of which anything is known.

    Several columns are added up, as the phases are to their total; a record that
    lacks one of them says nothing of their sum.
    """
    quarters: defaultdict[int, float] = defaultdict(float)
    seconds: defaultdict[int, int] = defaultdict(int)
    for at, record in records.items():
        if start <= at < end and all(column in record.energies for column in columns):
            quarters[at - at % QUARTER] += sum(record.energies[column] for column in columns)
            seconds[at - at % HOUR] += record.period
    return [
        _hour(hour, [quarters.get(at, 0.0) for at in range(hour, hour + HOUR, QUARTER)], covered)
        for hour, covered in sorted(seconds.items())
    ]


def _hour(start: int, quarters: list[float], seconds: int) -> HourEnergy:
    rounded = [round(energy, 3) for energy in quarters]
    return HourEnergy(
        start=datetime.fromtimestamp(start, UTC),
        energy_wh=round(sum(rounded), 3),
        quarters_wh=tuple(rounded),
        coverage=min(seconds / HOUR, 1.0),
    )


def _block(block: object, keys: Sequence[str]) -> Iterable[tuple[int, Record]]:
    """Yield the records of a block, of which each must lie in one quarter-hour."""
    if not isinstance(block, Mapping):
        return
    first, period, rows = block.get("ts"), block.get("period"), block.get("values")
    if not _is_whole(first) or not _is_whole(period) or not isinstance(rows, list):
        return
    if not 0 < period <= QUARTER or QUARTER % period:
        return
    for place, row in enumerate(rows):
        if isinstance(row, list) and len(row) == len(keys):
            energies = _energies(row, keys, MOST_W * period / HOUR)
            yield first + place * period, Record(period=period, energies=energies)


def _energies(row: list[object], keys: Sequence[str], most: float) -> Mapping[str, float]:
    """Return the energies of a record; what cannot be one is left out."""
    return {
        key: float(value)
        for key, value in zip(keys, row, strict=True)
        if key.endswith(ENERGIES)
        if isinstance(value, int | float) and not isinstance(value, bool)
        if 0 <= value <= most
    }


def _is_whole(value: object) -> TypeIs[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40
