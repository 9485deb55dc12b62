"""The meters that ``scripts/simulate e450`` can be."""

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import hypot
from pathlib import Path
from typing import Final, Protocol, override
from zoneinfo import ZoneInfo

from custom_components.ecom.families.e450.protocol.clock import MeterTime
from custom_components.ecom.families.e450.protocol.encoder import encode, frame
from custom_components.ecom.families.e450.protocol.hdlc import Frame, FrameReader
from custom_components.ecom.families.e450.protocol.obis import ObisCode
from custom_components.ecom.families.e450.protocol.replay import retime
from custom_components.ecom.families.e450.protocol.security import Keys
from custom_components.ecom.families.e450.protocol.values import Layout, Raw
from scripts.simulators.house import counters_at, flow_at
from scripts.simulators.switching_book import SwitchingBook
from scripts.tools.pure import ROOT

ZONE: Final = ZoneInfo("Europe/Zurich")
CAPTURES: Final = ROOT.parent / "shared" / "data" / "e450" / "telegrams.json"
FIXTURES: Final = ROOT / "tests" / "fixtures" / "e450"
VOLTS: Final = (231, 229, 232)
SHARES: Final = (0.5, 0.3, 0.2)
"""How the phases share what flows."""

REACTIVE: Final = 0.18
"""Reactive power for each watt of what is drawn."""

COUNTER_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Invocation counters count tenths of a second from here, so that they always grow."""


class House(StrEnum):
    """What the meter measures of its house."""

    GRID = "grid"
    SOLAR = "solar"


class Meter(Protocol):
    """Something that says one telegram after another."""

    def telegram(self, number: int, drift: timedelta, keys: Keys | None) -> bytes:
        """Return telegram ``number`` as it is now, with a clock off by ``drift``.

        ``keys`` replace the meter's own.
        """
        ...


class HouseMeter:
    """A meter in front of the made-up house."""

    def __init__(self, layout: Layout, keys: Keys, house: House, serial: int) -> None:
        """Name it after its serial number."""
        self._layout = layout
        self._keys = keys
        self._house = house
        self._name = f"LGZ10306{serial:08d}"
        self._device_id = f"{serial:08d}"
        self._title = b"LGZ\x67" + serial.to_bytes(4)

    def telegram(self, number: int, drift: timedelta, keys: Keys | None) -> bytes:
        """Return what the meter says now."""
        now = datetime.now(UTC)
        clock = _meter_time((now + drift).astimezone(ZONE))
        return encode(
            self._layout,
            self._values(now, clock),
            invoke_id=number + 1,
            header_time=MeterTime(local=clock.local),
            keys=keys or self._keys,
            system_title=self._title,
            invocation_counter=(now - COUNTER_EPOCH) // timedelta(milliseconds=100),
        )

    def _values(self, now: datetime, clock: MeterTime) -> dict[ObisCode, Raw]:
        """Return what this meter's layout holds."""
        power = self._powers(now)
        named: dict[str, Raw] = {"0-0:1.0.0": clock}
        if self._layout is not Layout.OBIS_PAIRS:
            named |= {"0-0:42.0.0": self._name, "0-0:96.1.0": self._device_id}
        named |= power | self._counters(now)
        if self._layout is not Layout.OBIS_PAIRS:
            named |= _phases(int(str(power["1-0:1.7.0"])) + int(str(power["1-0:2.7.0"])))
        return {ObisCode.parse(code): raw for code, raw in named.items()}

    def _powers(self, now: datetime) -> dict[str, Raw]:
        flow = flow_at(now)
        drawn, fed = flow.import_w, flow.export_w
        if self._house is House.SOLAR:
            drawn, fed = 0, flow.solar_w
        return {
            "1-0:1.7.0": drawn,
            "1-0:2.7.0": fed,
            "1-0:3.7.0": round(REACTIVE * drawn),
            "1-0:4.7.0": round(REACTIVE * fed),
        }

    def _counters(self, now: datetime) -> dict[str, Raw]:
        counters = counters_at(now)
        drawn, fed = counters.import_wh, counters.export_wh
        if self._house is House.SOLAR:
            drawn, fed = (0, 0), (counters.solar_wh, 0)
        return {
            "1-0:1.8.0": sum(drawn),
            "1-0:1.8.1": drawn[0],
            "1-0:1.8.2": drawn[1],
            "1-0:2.8.0": sum(fed),
            "1-0:2.8.1": fed[0],
            "1-0:2.8.2": fed[1],
            "1-0:3.8.0": round(REACTIVE * sum(drawn)),
            "1-0:4.8.0": round(REACTIVE * sum(fed)),
        }


class SwitchingMeter(HouseMeter):
    """A meter whose tariff switches within minutes, as its book says."""

    def __init__(self, layout: Layout, keys: Keys, book: SwitchingBook, serial: int) -> None:
        """Take the book instead of a house."""
        super().__init__(layout, keys, House.GRID, serial)
        self._book = book

    @override
    def _powers(self, now: datetime) -> dict[str, Raw]:
        return {"1-0:1.7.0": self._book.watts(now), "1-0:2.7.0": 0}

    @override
    def _counters(self, now: datetime) -> dict[str, Raw]:
        peak, off_peak = self._book.registers(now)
        return {
            "1-0:1.8.0": peak + off_peak,
            "1-0:1.8.1": peak,
            "1-0:1.8.2": off_peak,
            "1-0:2.8.0": 0,
        }


class ReplayedMeter:
    """A capture, as it was or dated anew each time; checksums and ciphers are made to fit."""

    def __init__(self, capture: bytes, keys: Keys, *, rebase: bool) -> None:
        """Take the capture's bytes, and the keys that open it where it is encrypted."""
        self._capture = capture
        self._keys = keys
        self._rebase = rebase

    def telegram(self, number: int, drift: timedelta, keys: Keys | None) -> bytes:
        """Return the capture; a wrong key does not apply to what is replayed."""
        del keys
        if not self._rebase:
            return self._capture
        now = datetime.now(UTC).astimezone(ZONE) + drift
        return retime(self._capture, self._keys, now=now, counter_step=number)


def find_capture(name: str) -> bytes:
    """Return the bytes of a fixture, of a captured set, or of a file of hex.

    Raises ValueError if there is none of that name, or if it is no hex.
    """
    if (fixture := FIXTURES / f"{name}.json").is_file():
        return bytes.fromhex(json.loads(fixture.read_text())["hex"])
    if Path(name).exists():
        return _hex_file(Path(name))
    if CAPTURES.is_file():
        for capture in json.loads(CAPTURES.read_text()):
            if capture["id"] == name:
                return _framed(bytes.fromhex(capture["hex"]))
    known = ", ".join(sorted(path.stem for path in FIXTURES.glob("*.json")))
    raise ValueError(f"no capture {name!r}; there are {known}, and any file of hex")


def split_frames(stream: bytes) -> list[bytes]:
    """Return a stream cut before each of its frames, so that faults can move them."""
    starts, at = [0], 0
    for each in FrameReader().receive(stream):
        if isinstance(each, Frame) and (found := stream.find(each.info, at)) >= 0:
            starts.append(stream.index(b"\x7e", found + len(each.info) + 2) + 1)
            at = found + len(each.info)
    pieces = [stream[a:b] for a, b in zip(starts, [*starts[1:], len(stream)], strict=True)]
    return [piece for piece in pieces if piece]


def _hex_file(path: Path) -> bytes:
    """Return the octets of a file; raises OSError or ValueError with what is wrong."""
    try:
        data = bytes.fromhex("".join(path.read_text(encoding="utf-8").split()))
    except ValueError:
        raise ValueError(f"{path} does not hold whole octets in hex") from None
    if not data:
        raise ValueError(f"{path} is empty")
    return data


def _framed(data: bytes) -> bytes:
    """Return a captured set as frames; one of them is an application unit alone."""
    return data if data.startswith(b"\x7e") else frame(b"\xe6\xe7\x00" + data)


def _meter_time(moment: datetime) -> MeterTime:
    """Return a moment as an E450's clock object states it."""
    local = moment.replace(tzinfo=None, microsecond=0)
    return MeterTime(local=local, dst=bool(moment.dst()))


def _phases(power_w: int) -> dict[str, Raw]:
    """Return what each phase carries: power, current in hundredths, voltage, angle."""
    found: dict[str, Raw] = {
        "1-0:13.7.0": round(1000 / hypot(1, REACTIVE)),
        "1-0:14.7.0": 50,
    }
    angles = ("81.7.40", "81.7.51", "81.7.62")
    for phase, (share, volts, angle) in enumerate(zip(SHARES, VOLTS, angles, strict=True), 1):
        watts = round(share * power_w)
        found |= {
            f"1-0:{10 + 20 * phase + 1}.7.0": round(100 * watts / volts),
            f"1-0:{10 + 20 * phase + 2}.7.0": volts,
            f"1-0:{angle}": 10 if watts else 400,
        }
    return found
