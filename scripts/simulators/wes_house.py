"""What a simulated WES measures of the made-up house, a pure function of time (SYNTHETIC)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from math import sin, tau
from typing import Final

from scripts.simulators.house import DAY, EPOCH, HIGH_TARIFF, Counters, counters_at, flow_at

VOLTS: Final = 231
SHARES: Final = (0.5, 0.3, 0.2)
"""How three phases share what flows."""

COSINE: Final = 0.97
FLAT_SHARE: Final = 0.4
DAY_COLOURS: Final = ("BLEU",) * 7 + ("BLANC",) * 2 + ("ROUGE",)
"""The colours of ten days, again and again: no real calendar."""

_LETTERS: Final = {"BLEU": "B", "BLANC": "W", "ROUGE": "R"}
_APART: Final = timedelta(minutes=7)


class House(StrEnum):
    """What stands behind the server."""

    GRID = "grid"  # a house with sun on its roof
    FLAT = "flat"  # a flat, which has none and draws less


@dataclass(frozen=True, kw_only=True, slots=True)
class Clamp:
    """What one current clamp has seen."""

    watts: int
    import_wh: int
    export_wh: int = 0

    @property
    def apparent_va(self) -> int:
        """Return the apparent power."""
        return round(self.watts / COSINE)

    @property
    def amperes(self) -> float:
        """Return the current."""
        return self.watts / COSINE / VOLTS


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """Everything at one moment; a Téléinfo as the texts of those tags that it states."""

    tempo: dict[str, str]
    peak: dict[str, str]
    producer: dict[str, str]
    clamps: tuple[Clamp, ...]
    pulses: tuple[float, ...]
    probes: tuple[float, ...]
    volts: int = VOLTS


def measure(house: House, serial: int, now: datetime) -> Measured:
    """Return what the server numbered ``serial`` measures.

    Each lives some minutes later than the one before it, so that they differ.
    """
    moment = now - serial * _APART
    share = FLAT_SHARE if house is House.FLAT else 1.0
    return Measured(
        tempo=_tempo(share, serial, moment),
        peak=_peak(house, share, serial, moment),
        producer=_producer(serial, moment),
        clamps=_clamps(share, moment),
        pulses=_pulses(share, moment),
        probes=_probes(moment),
    )


def colour_of(day: int) -> str:
    """Return the colour of a day, numbered from the house's epoch."""
    return DAY_COLOURS[day % len(DAY_COLOURS)]


def _peak(house: House, share: float, serial: int, now: datetime) -> dict[str, str]:
    """Return a single-phase Linky with peak and off-peak hours."""
    flow, counters = flow_at(now), counters_at(now)
    sun = house is House.GRID
    drawn = flow.import_w if sun else flow.load_w
    va = round(share * drawn / COSINE)
    high, low = counters.import_wh
    return {
        "ADCO": _meter_id(serial, 1),
        "OPTARIF": "HC..",
        "ISOUSC": "45",
        "PTEC": "H. Pleines" if _is_high(now) else "H. Creuses",
        "PAP": str(va),
        "PAPIJ": str(flow.export_w if sun else 0),
        "IINST": str(round(va / VOLTS)),
        "IMAX": "90",
        "H_PLEINE": f"{int(share * high):09d}",
        "H_CREUSE": f"{int(share * low):09d}",
        "INJECTION": f"{sum(counters.export_wh) if sun else 0:09d}",
    }


def _tempo(share: float, serial: int, now: datetime) -> dict[str, str]:
    """Return a three-phase Linky with the colours of Tempo."""
    va = round(share * flow_at(now).import_w / COSINE)
    day = (now - EPOCH) // DAY
    colour = colour_of(day)
    hours = "H. Pleine" if _is_high(now) else "H. Creuse"
    found = {
        "ADCO": _meter_id(serial, 2),
        "OPTARIF": "BBR(",
        "ISOUSC": "30",
        "PTEC": f"{hours} {colour}",
        "PAP": str(va),
        "DEMAIN": f"Jour {colour_of(day + 1)}" if now.hour >= 11 else "pas connue !",  # noqa: PLR2004 - published at eleven
    }
    for phase, part in enumerate(SHARES, 1):
        found |= {
            f"IINST{phase}": str(round(part * va / VOLTS)),
            f"IMAX{phase}": "30",
            f"TENSION{phase}": str(VOLTS - 1 + phase),
        }
    for name, letter in _LETTERS.items():
        high, low = _tempo_counters(name, day, counters_at(now))
        found[f"BBRHPJ{letter}"] = f"{int(share * high):09d}"
        found[f"BBRHCJ{letter}"] = f"{int(share * low):09d}"
    return found


def _tempo_counters(colour: str, day: int, now: Counters) -> tuple[int, int]:
    """Return the counters of a colour: its whole days, and today if it is today's."""
    whole = _whole_day().import_wh
    weeks, rest = divmod(day, len(DAY_COLOURS))
    days = weeks * DAY_COLOURS.count(colour) + DAY_COLOURS[:rest].count(colour)
    midnight = counters_at(EPOCH + day * DAY).import_wh
    today = colour == colour_of(day)
    high, low = (
        days * each + (min(count - before, each) if today else 0)
        for each, count, before in zip(whole, now.import_wh, midnight, strict=True)
    )
    return high, low


@cache
def _whole_day() -> Counters:
    return counters_at(EPOCH + DAY)


def _producer(serial: int, now: datetime) -> dict[str, str]:
    """Return the meter of what a roof feeds in."""
    solar, counters = flow_at(now).solar_w, counters_at(now)
    return {
        "ADCO": _meter_id(serial, 3),
        "OPTARIF": "Producteur",
        "ISOUSC": "45",
        "PTEC": "Inconnu",
        "PAPIJ": str(solar),
        "IINST": str(round(solar / VOLTS)),
        "IMAX": "25",
        "PRODUCTEUR": f"{counters.solar_wh:09d}",
        "INJECTION": f"{sum(counters.export_wh):09d}",
    }


def _clamps(share: float, now: datetime) -> tuple[Clamp, ...]:
    """Return heating, cooking, a heat pump, and a roof, which flows the other way."""
    flow, counters = flow_at(now), counters_at(now)
    drawn = sum(counters.import_wh)
    parts = (0.45, 0.2, 0.1)
    users = [
        Clamp(watts=round(share * part * flow.load_w), import_wh=int(share * part * drawn))
        for part in parts
    ]
    return (*users, Clamp(watts=flow.solar_w, import_wh=12_345, export_wh=counters.solar_wh))


def _pulses(share: float, now: datetime) -> tuple[float, ...]:
    """Return cold water, hot water and gas in litres, power and heat in Wh, and a spare one."""
    drawn = share * sum(counters_at(now).import_wh)
    return (
        *(round(rate * drawn, 3) for rate in (0.03, 0.012, 0.1)),
        *(float(int(rate * drawn)) for rate in (0.15, 0.5)),
        0.0,
    )


def _probes(now: datetime) -> tuple[float, ...]:
    """Return four temperatures in °C and a humidity in %, which the page does not tell apart."""
    swing = sin(tau * ((now - EPOCH) % DAY) / DAY - 2)
    return (21.0 + swing, 54.5 - 3 * swing, 11.2 + 5 * swing, -4.3 + swing, 48.0 - 4 * swing)


def _is_high(now: datetime) -> bool:
    return ((now - EPOCH) % DAY) // timedelta(minutes=1) in HIGH_TARIFF


def _meter_id(serial: int, number: int) -> str:
    return f"99{serial:09d}{number}"
