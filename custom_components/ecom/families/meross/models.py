"""What the answers of a device mean: identity, channels, switches, measured values, counters.

This module is pure. Nothing that comes from the wire is believed before it was looked at:
what has the wrong type or cannot be is left out, and never becomes another value.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, TypeGuard

from ...errors import CannotConnect
from ...plugs import Channel, ChannelKind, Quantity, Values, clean

MOST_CHANNELS: Final = 32

MOST_DAY_WH: Final = 100_000
"""More than a socket of 16 A carries in the longest day."""

MOST_HOUR_WH: Final = 100_000
"""More than a clamp of 120 A sees in an hour, at three times the voltage."""

_LAST_OF_DECIVOLTS: Final = 6000
_UUID: Final = re.compile(r"[0-9a-f]{32}")
_MAC: Final = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

type Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Which device this is; ``mac`` is written with colons, in lower case."""

    uuid: str
    mac: str
    model: str
    firmware: str | None

    @property
    def serial(self) -> str:
        """Return the MAC as ids have it: upper case, without colons."""
        return self.mac.replace(":", "").upper()


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """The device's own time, and the name of its time zone, None where it says neither."""

    now: datetime | None
    zone: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot[Key]:
    """One counter of a ring: the energy of a day or of an hour, in Wh, as far as it has come."""

    key: Key
    energy_wh: int


type DaySlot = Slot[date]
type HourSlot = Slot[datetime]


def identity(everything: Json) -> Identity:
    """Return the identity in an answer to ``System.All``; raises CannotConnect without one."""
    system = _object(everything.get("system"))
    hardware, firmware = _object(system.get("hardware")), _object(system.get("firmware"))
    uuid, mac = _text(hardware.get("uuid")).lower(), _text(hardware.get("macAddress")).lower()
    model, version = _text(hardware.get("type")), _text(firmware.get("version"))
    if not _UUID.fullmatch(uuid) or not _MAC.fullmatch(mac) or not model:
        raise CannotConnect("the device does not say who it is")
    return Identity(uuid=uuid, mac=mac, model=model, firmware=version or None)


def mac_of(uuid: str) -> str:
    """Return the MAC that the end of a uuid is, written with colons."""
    return ":".join(re.findall("..", uuid[-12:].lower()))


def clock(everything: Json) -> Clock:
    """Return what the device says of the time in an answer to ``System.All``."""
    stated = _object(_object(everything.get("system")).get("time"))
    zone = stated.get("timezone")
    return Clock(now=_moment(stated.get("timestamp")), zone=zone if isinstance(zone, str) else None)


def switches(everything: Json) -> dict[int, bool]:
    """Return which channels can be switched, and whether they are on.

    On a strip, channel 0 means all outlets at once and is none itself.
    """
    digest, control = _object(everything.get("digest")), _object(everything.get("control"))
    stated = digest.get("togglex", control.get("toggle"))
    found = {
        channel: bool(item["onoff"])
        for channel, item in _channels(stated, default=0)
        if _is_whole(item.get("onoff")) and item["onoff"] in (0, 1)
    }
    if len(found) > 1:
        found.pop(0, None)
    return found


def measured(payload: Json, *, several: bool) -> dict[int, Values]:
    """Return power, voltage and current by channel.

    ``Electricity`` speaks of channel 0 alone, and states mW, dV and mA. ``ElectricityX``
    (``several``) states mV where the number could not be dV: the one is above 6,000 for any
    mains, the other below.
    """
    return {
        channel: {
            Quantity.POWER: _thousandths(Quantity.POWER, item.get("power")),
            Quantity.VOLTAGE: _voltage(item.get("voltage"), several=several),
            Quantity.CURRENT: _thousandths(Quantity.CURRENT, item.get("current")),
        }
        for channel, item in _channels(payload.get("electricity"), default=0)
        if several or channel == 0
    }


def days(payload: Json) -> list[DaySlot] | None:
    """Return the counters in an answer to ``ConsumptionX``, None if it holds no list."""
    stated = payload.get("consumptionx")
    if not isinstance(stated, list):
        return None
    found = (
        (_day(item.get("date")), _energy(item.get("value"), MOST_DAY_WH))
        for item in stated
        if isinstance(item, dict)
    )
    return [
        Slot(key=day, energy_wh=energy)
        for day, energy in found
        if day is not None and energy is not None
    ]


def hours(payload: Json) -> dict[int, list[HourSlot]]:
    """Return the counters in an answer to ``ConsumptionH`` by channel.

    A slot is stamped with the last moment at which it was written, which is what tells
    its hour: the ring is unsorted, and what was not written since is years old or days.
    """
    return {
        channel: list(_hour_slots(item["data"]))
        for channel, item in _channels(payload.get("consumptionH"), default=0)
        if isinstance(item.get("data"), list)
    }


def channel_of(number: int, *, switched: Iterable[int], measures: Iterable[int]) -> Channel:
    """Return how a channel is named, given which ones are switched and which are measured."""
    outlets = sorted(switched)
    if number in outlets:
        return Channel(key=f"outlet{number}", kind=ChannelKind.OUTLET, number=number or 1)
    if number == 0 and (outlets or len(set(measures)) > 1):
        return Channel(key="total", kind=ChannelKind.TOTAL, number=1)
    return Channel(key=f"meter{number}", kind=ChannelKind.METER, number=number or 1)


def _hour_slots(stated: Iterable[object]) -> Iterator[HourSlot]:
    for item in stated:
        if not isinstance(item, dict):
            continue
        written = _moment(item.get("timestamp"))
        energy = _energy(item.get("value"), MOST_HOUR_WH)
        if written is not None and energy is not None:
            yield Slot(key=written.replace(minute=0, second=0), energy_wh=energy)


def _voltage(value: object, *, several: bool) -> float | None:
    millivolts = several and _is_whole(value) and value > _LAST_OF_DECIVOLTS
    if millivolts:
        return _thousandths(Quantity.VOLTAGE, value)
    found = clean(Quantity.VOLTAGE, value, 0.1)
    return None if found is None else round(found, 1)


def _thousandths(quantity: Quantity, value: object) -> float | None:
    """Return a value stated in thousandths, as exactly as it was stated."""
    found = clean(quantity, value, 1e-3)
    return None if found is None else round(found, 3)


def _channels(stated: object, default: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the channels in what is stated of one, or in a list; odd ones are left out."""
    for item in stated if isinstance(stated, list) else [stated]:
        if not isinstance(item, dict):
            continue
        channel = item.get("channel", default)
        if _is_whole(channel) and 0 <= channel < MOST_CHANNELS:
            yield channel, item


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _energy(value: object, most: int) -> int | None:
    return value if _is_whole(value) and 0 <= value <= most else None


def _moment(value: object) -> datetime | None:
    if not _is_whole(value) or value <= 0:
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except OverflowError, OSError, ValueError:
        return None


def _day(value: object) -> date | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """Return a text that can be shown, empty for anything else."""
    return value[:64] if isinstance(value, str) and value.isprintable() else ""
