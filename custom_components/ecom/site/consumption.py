"""Answers what meters counted: the series of the book, slot by slot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.util import dt as dt_util

from ..core.consumption import Consumed, Counted, consumed
from ..core.quarters import SCALES
from ..core.timeline import Resolution, Slot, slots
from ..core.topology import SITE, Node, balances
from ..ports import Kind
from .meters import KINDS
from .pasts import DRAWN, FED
from .quarter_store import QuarterStore, Segment, Total

type Json = dict[str, Any]

UNITS: Mapping[Kind, str] = {Kind.POWER: "Wh", Kind.HEAT: "Wh", Kind.VOLUME: "m³"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One meter that is asked about: its name and place, and what counted it by direction."""

    name: str
    node: Node
    series: Mapping[str, Sequence[Segment]]


def period_slots(start: datetime, end: datetime, resolution: Resolution) -> list[Slot]:
    """Return the slots of a period, by Home Assistant's time zone."""
    return list(slots(start, end, resolution, dt_util.get_default_time_zone()))


def answer(
    store: QuarterStore, meters: Sequence[Asked], period: Sequence[Slot], *, site: bool
) -> Json:
    """Return what each meter counted, and what follows for the site, ready for JSON. Blocks."""
    counted = [read_meter(store, meter, period) for meter in meters]
    found: Json = {
        "meters": [
            {
                "name": meter.name,
                "role": meter.node.role.value,
                "unit": UNITS[KINDS[meter.node.role]],
                "slots": [
                    _row(slot, drawn=each.drawn, fed=each.fed, of=each)
                    for slot, each in zip(period, rows, strict=True)
                ],
            }
            for meter, rows in zip(meters, counted, strict=True)
        ]
    }
    if site:
        nodes = [meter.node for meter in meters]
        columns = [*_columns(counted)]
        together = [
            consumed([(node.role, one) for node, one in zip(nodes, each, strict=True)])
            for each in columns
        ]
        found["rest"] = _rests(meters, period, columns)
        found["site"] = {
            "unit": "Wh",
            "slots": [
                _row(
                    slot,
                    consumption=each.consumption,
                    imported=each.imported,
                    exported=each.exported,
                    produced=each.produced,
                    of=each,
                )
                for slot, each in zip(period, together, strict=True)
            ],
        }
    return found


def _rests(
    meters: Sequence[Asked], period: Sequence[Slot], columns: Sequence[Sequence[Counted]]
) -> list[Json]:
    """Return what no meter below counts, of the site and of each meter that has some below."""
    nodes = [meter.node for meter in meters]
    names = {SITE: SITE, **{meter.node.key: meter.name for meter in meters}}
    keys = [node.key for node in nodes]
    found = [balances(nodes, dict(zip(keys, each, strict=True))) for each in columns]
    return [
        {
            "of": names[key],
            "slots": [
                {**_times(slot), "rest": _rounded(each[key].rest)}
                for slot, each in zip(period, found, strict=True)
            ],
        }
        for key in (found[0] if found else ())
    ]


def _columns(rows: Sequence[Sequence[Counted]]) -> Iterable[tuple[Counted, ...]]:
    return zip(*rows, strict=True)


def _row(slot: Slot, *, of: Counted | Consumed, **figures: float | None) -> Json:
    """Return one slot; times are those of Home Assistant's zone."""
    return {
        **_times(slot),
        **{name: _rounded(figure) for name, figure in figures.items()},
        "coverage": round(of.coverage, 4),
        "estimated": of.estimated,
    }


def _times(slot: Slot) -> Json:
    return {
        "start": dt_util.as_local(slot.start).isoformat(),
        "end": dt_util.as_local(slot.end).isoformat(),
    }


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 6)


def read_meter(store: QuarterStore, meter: Asked, period: Sequence[Slot]) -> list[Counted]:
    """Return what a meter counted in each slot. Blocks."""
    kind = KINDS[meter.node.role]
    scale = SCALES[Kind.ENERGY if kind is Kind.POWER else kind]
    totals = {
        direction: _totals(store, times, period)
        for direction, times in meter.series.items()
        if times
    }
    return [
        _counted(
            {name: total for name, rows in totals.items() if (total := rows[place]) is not None},
            slot,
            scale,
        )
        for place, slot in enumerate(period)
    ]


def _totals(
    store: QuarterStore, times: Sequence[Segment], period: Sequence[Slot]
) -> list[Total | None]:
    """Return one direction of a meter, whatever has counted it from time to time.

    None stands for a slot in which nothing counted that direction.
    """
    clipped = [[each.within(slot) for slot in period] for each in times]
    read = [store.totals(each.key, slots) for each, slots in zip(times, clipped, strict=True)]
    return [
        _together(
            [total for total, slot in zip(totals, slots, strict=True) if slot.end > slot.start]
        )
        for totals, slots in zip(zip(*read, strict=True), zip(*clipped, strict=True), strict=True)
    ]


def _together(parts: Sequence[Total]) -> Total | None:
    if not parts:
        return None
    known = [part.amount for part in parts if part.amount is not None]
    return Total(
        amount=sum(known) if known else None,
        covered_ms=sum(part.covered_ms for part in parts),
        estimated=any(part.estimated for part in parts),
    )


def _counted(totals: Mapping[str, Total], slot: Slot, scale: int) -> Counted:
    """Return one slot of a meter: a direction that nothing counts is 0, if the other is known."""
    known = [total for total in totals.values() if total.amount is not None]
    whole_ms = (slot.end - slot.start).total_seconds() * 1000
    covered = min((total.covered_ms for total in totals.values()), default=0)
    complete = bool(totals) and len(known) == len(totals)

    def amount(direction: str) -> float | None:
        if not complete:
            return None
        total = totals.get(direction)
        return 0.0 if total is None or total.amount is None else total.amount / scale

    return Counted(
        drawn=amount(DRAWN),
        fed=amount(FED),
        coverage=min(covered / whole_ms, 1.0),
        estimated=any(total.estimated for total in totals.values()),
    )
