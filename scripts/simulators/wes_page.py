"""The pages of a simulated WES: what is on them, by firmware (SYNTHETIC values)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from scripts.simulators.wes_house import Measured

ZONE: Final = ZoneInfo("Europe/Paris")
PROBES: Final = 30

type Section = dict[str, str]
type Page = dict[str, Section]
"""The texts of a page by section and tag, in its order."""


class Firmware(StrEnum):
    """The generations that differ in what they say, and how."""

    V061 = "0.61"  # the shape of a real page of 2017
    V084 = "0.84"  # a stock page of 0.84A10 or newer
    FULL = "synthetic-full"  # everything that any public code reads


_NAMES: Final = {Firmware.V061: "V0.61D", Firmware.V084: "V0.84A10", Firmware.FULL: "V0.85A3"}
_CURRENTS: Final = ("IINST", "IINST1", "IINST2", "IINST3")
_MOST: Final = ("IMAX", "IMAX1", "IMAX2", "IMAX3")
_VOLTAGES: Final = ("TENSION1", "TENSION2", "TENSION3")
_EJP_TEMPO: Final = (
    *("EJPHN", "EJPHPM", "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
)
_OLD_COUNTERS: Final = ("BASE", "HCHC", "HCHP", *_EJP_TEMPO)
_COUNTERS: Final = (
    *("BASE", "H_PLEINE", "H_CREUSE", *_EJP_TEMPO),
    *("H_WeekEnd", "HC_Semaine", "HP_Semaine", "HC_WeekEnd", "HP_WeekEnd"),
    *("HC_Mercredi", "HP_Mercredi", "H_SUPER_CREUSE", "PRODUCTEUR", "INJECTION"),
)
_ABSENT: Final = {"ADCO": "Pas Dispo", "OPTARIF": ".", "ISOUSC": "0", "PTEC": "TIC NDERR."}


def page(firmware: Firmware, measured: Measured, now: datetime) -> Page:
    """Return the page as it is at ``now``, without its outputs and inputs."""
    found = {"info": _info(firmware, now)}
    if firmware is Firmware.V061:
        return found | _page_061(measured)
    full = firmware is Firmware.FULL
    tics = [measured.tempo, measured.peak, measured.producer] if full else [measured.peak, {}, {}]
    found |= {f"tic{number}": _tic(tic) for number, tic in enumerate(tics, 1)}
    found["impulsion"] = _pulses(measured, 6 if full else 4, raw=full)
    found["pince"] = _clamps(measured, 4 if full else 2, real=full)
    found["temp"] = _probes(measured.probes if full else measured.probes[:2])
    return found


def analog(firmware: Firmware) -> Section:
    """Return the analog inputs, in V."""
    volts = ("0", "0", "0", "0") if firmware is Firmware.V061 else ("3.30", "0.00", "1.25", "0.00")
    return {f"AD{number}": text for number, text in enumerate(volts, 1)}


def variables(firmware: Firmware) -> Section:
    """Return the variables of the user's programs."""
    first = "0.00" if firmware is Firmware.V061 else "19.50"
    return {f"VARIABLE{number}": first if number == 1 else "0.00" for number in range(1, 9)}


def zeroed(page: Page) -> Page:
    """Return a page on which the Téléinfo is lost, as after a loose wire."""
    return {
        name: _lost(section) if name.startswith("tic") else section
        for name, section in page.items()
    }


def _info(firmware: Firmware, now: datetime) -> Section:
    local = now.astimezone(ZONE)
    return {
        "date": local.strftime("%d/%m/%Y"),
        "time": local.strftime("%H:%M"),
        "firmware": _NAMES[firmware],
    }


def _page_061(measured: Measured) -> Page:
    """Return what the page of 2017 had: no Téléinfo plugged in, four clamps, one probe."""
    return {
        "tic1": _tic_061(),
        "tic2": _tic_061(),
        "impulsion": {
            f"{tag}{number}": str(int(index))
            for number, index in enumerate(measured.pulses[:4], 1)
            for tag in ("PULSE", "INDEX")
        },
        "pince": {
            key: text
            for number, clamp in enumerate(measured.clamps, 1)
            for key, text in (
                (f"I{number}", f"{clamp.amperes:.2f}"),
                (f"INDEX{number}", str(clamp.import_wh)),
            )
        },
        "temp": _probes(measured.probes[:1]),
    }


def _tic_061() -> Section:
    return {
        **_ABSENT,
        **dict.fromkeys(("PAP", *_CURRENTS, *_MOST, "PEJP"), "0"),
        "DEMAIN": "----",
        **dict.fromkeys(_OLD_COUNTERS, "0"),
    }


def _tic(tic: Mapping[str, str]) -> Section:
    """Return all tags of a Téléinfo, those that it does not state at zero."""
    return {
        **_ABSENT,
        **dict.fromkeys(("PAP", "PAPIJ", *_CURRENTS, *_VOLTAGES, *_MOST, "PEJP"), "0"),
        "DEMAIN": "pas connue !" if tic else "----",
        **dict.fromkeys(_COUNTERS, "0" * 9),
        **tic,
    }


def _lost(section: Section) -> Section:
    empty = {**_tic_061(), **_tic({}), "Production": "0" * 9}
    return {tag: empty[tag] for tag in section}


def _pulses(measured: Measured, count: int, *, raw: bool) -> Section:
    found: Section = {}
    for number, index in enumerate(measured.pulses[:count], 1):
        if raw:
            found[f"PULSE{number}"] = str(int(index))
        found[f"INDEX{number}"] = f"{index:.3f}"
    return found


def _clamps(measured: Measured, count: int, *, real: bool) -> Section:
    found: Section = {}
    for number, clamp in enumerate(measured.clamps[:count], 1):
        found[f"I{number}"] = f"{clamp.amperes:.2f}"
        found[f"INDEX{number}"] = f"{clamp.import_wh / 1000:.3f}"
        found[f"INJECT{number}"] = f"{clamp.export_wh / 1000:.3f}"
        if real:
            found[f"PUISSANCE{number}"] = str(clamp.apparent_va)
            found[f"WATT{number}"] = str(clamp.watts)
    return found | ({"V": str(measured.volts)} if real else {})


def _probes(known: tuple[float, ...]) -> Section:
    """Return all probes: those that are not plugged in read 0.0, as on the real page."""
    values = [*known, *[0.0] * (PROBES - len(known))]
    return {f"SONDE{number}": f"{value:.1f}" for number, value in enumerate(values, 1)}
