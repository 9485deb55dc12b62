"""The state of a simulated Meross device: as recorded, and living on from there if it shall."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scripts.simulators.meross_history import by_day, by_hour
from scripts.simulators.meross_trace import (
    ABILITY,
    ALL,
    ECDHE,
    SUITE,
    Json,
    Trace,
    made_up_plug,
)
from scripts.simulators.meross_wire import NOT_DONE
from scripts.simulators.plug_load import Load, Metered, Steady, appliance

ANY_CHANNEL: Final = (0xFFFF, 0xFFFFFFFF)
MAINS_V: Final = 230.0
_CONTROL: Final = "Appliance.Control."
_UNRECORDED: Final[dict[str, Json]] = {
    "Appliance.System.Runtime": {"runtime": {"signal": 80}},
    "Appliance.System.DNDMode": {"DNDMode": {"mode": 0}},
}
"""What clients ask for as a matter of course, where a trace does not say it (SYNTHETIC)."""


class MerossDevice:
    """A device whose values may be changed at any time.

    Without ``live`` it shows what was recorded, its clock too, and counts nothing until
    something is plugged in with ``set_power`` or ``plug``; a switch that is off draws
    nothing in either case. On a strip, channel 0 is all outlets at once.
    """

    def __init__(
        self,
        trace: Trace | None = None,
        *,
        live: bool = False,
        encrypted: bool = False,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Wake up as recorded; whether it encrypts, its abilities say."""
        trace = trace or made_up_plug()
        self.clock = clock or _utcnow
        self.live = live
        self.all: Json = deepcopy(trace.all)
        self.ability: Json = deepcopy(trace.ability)
        self.answers: dict[str, Json] = deepcopy(trace.answers)
        if encrypted:
            self.ability |= {SUITE: {}, ECDHE: {}}
        self.started = self.now()
        self.outages: list[tuple[float, float]] = []  # between two moments without mains
        self.channels = {
            channel: Metered(
                self._first_load(number, channel), self.started, on=self.is_on(channel)
            )
            for number, channel in enumerate(self._recorded_channels())
        }
        self._first_on = {channel: metered.on for channel, metered in self.channels.items()}
        self._touched: set[int] = set()

    @property
    def encrypted(self) -> bool:
        """Return whether it wants to be talked to in cipher."""
        return self.ability.keys() >= {SUITE, ECDHE}

    @property
    def knows_cipher(self) -> bool:
        """Return whether it understands cipher; firmware with half of it understands both."""
        return not self.ability.keys().isdisjoint({SUITE, ECDHE})

    @property
    def uuid(self) -> str:
        """Return its name for the cloud and for messages."""
        return str(self.all["system"]["hardware"]["uuid"])

    @property
    def mac(self) -> str:
        """Return its MAC address, written with colons."""
        return str(self.all["system"]["hardware"]["macAddress"])

    @property
    def zone(self) -> tzinfo:
        """Return the time zone that it was told."""
        try:
            return ZoneInfo(self.all["system"].get("time", {}).get("timezone") or "UTC")
        except ZoneInfoNotFoundError, ValueError:
            return UTC

    @property
    def toggles(self) -> list[Json]:
        """Return its switches, as ``Appliance.System.All`` tells them."""
        digest: Json = self.all.get("digest", {})
        found: list[Json] = digest.get("togglex", [])
        return found

    def now(self) -> float:
        """Return the device's time, in Unix seconds."""
        return self.clock().timestamp()

    def plug(self, channel: int, load: Load) -> None:
        """Plug something in, whose energy counts from now on; raises KeyError."""
        self.channels[channel].plug(load, self.now())
        self._touched.add(channel)

    def set_power(self, channel: int, watts: float) -> None:
        """Draw a power, or feed it in if negative; its energy counts from now on."""
        self.plug(channel, Steady(watts))

    def switch(self, channel: int, *, on: bool) -> bool:
        """Switch an outlet, channel 0 of a strip all; return whether there is one."""
        if old := self.all.get("control", {}).get("toggle"):
            old |= {"onoff": int(on), "lmTime": int(self.now())}
            self._meter(0, on=on)
            return channel == 0
        strip = len(self.toggles) > 1
        found = False
        for toggle in self.toggles:
            if toggle["channel"] == channel or (strip and channel == 0):
                toggle |= {"onoff": int(on), "lmTime": int(self.now())}
                self._meter(toggle["channel"], on=on)
                found = True
        if strip:
            outlets = [toggle["onoff"] for toggle in self.toggles if toggle["channel"] != 0]
            for toggle in self.toggles:
                if toggle["channel"] == 0:
                    toggle["onoff"] = max(outlets)
        return found

    def supply(self, *, powered: bool) -> None:
        """Pull the device, or plug it in again; what it feeds stands still meanwhile."""
        now = self.now()
        for channel in self.channels.values():
            channel.supply(now, powered=powered)
        if powered:
            self.outages[-1] = (self.outages[-1][0], now)
        else:
            self.outages.append((now, now))

    def tell(self, namespace: str, payload: Json) -> Json:
        """Return the payload that answers a GET."""
        if namespace == ABILITY:
            return {"payloadVersion": 1, "ability": self.ability}
        if namespace == ALL:
            return {"all": self._all()}
        if namespace not in self.ability:
            return NOT_DONE
        kind, _, name = namespace.removeprefix("Appliance.").rpartition(".")
        if kind == "System" and name.lower() in self.all["system"]:
            return {name.lower(): self._all()["system"][name.lower()]}
        return self._control(namespace, payload)

    def command(self, namespace: str, payload: Json) -> Json:
        """Return the payload that answers a SET; only switches can be set."""
        wanted = payload.get("togglex", payload.get("toggle"))
        if namespace not in self.ability or wanted is None or "Toggle" not in namespace:
            return NOT_DONE
        for item in wanted if isinstance(wanted, list) else [wanted]:
            if not self.switch(int(item.get("channel", 0)), on=bool(item.get("onoff"))):
                return NOT_DONE
        return {}

    def is_on(self, channel: int) -> bool:
        """Return whether an outlet is on; what has no switch always is."""
        if old := self.all.get("control", {}).get("toggle"):
            return bool(old["onoff"])
        switches = {toggle["channel"]: toggle["onoff"] for toggle in self.toggles}
        return bool(switches.get(channel, 1))

    def drawn_wh(self, channel: int, start: float, end: float) -> float:
        """Return what the book says of a channel: the energy between two moments."""
        return self.channels[channel].book.drawn_wh(start, end)

    def _all(self) -> Json:
        found = deepcopy(self.all)
        clock = found["system"].setdefault("time", {})
        now = self.now()
        if not self._counts and "timestamp" in clock:
            now += clock["timestamp"] - self.started
        clock["timestamp"] = int(now)
        return found

    def _control(self, namespace: str, payload: Json) -> Json:
        """Return what one of its functions says: computed, or as recorded."""
        computed: dict[str, Callable[[Json], Json]] = {
            "Toggle": lambda _: {"toggle": self.all.get("control", {}).get("toggle", {})},
            "ToggleX": self._toggled,
            "Electricity": self._electricity,
            "ElectricityX": self._electricities,
            "ConsumptionX": self._days,
            "ConsumptionH": self._hours,
        }
        if found := computed.get(namespace.removeprefix(_CONTROL)):
            return found(payload)
        return deepcopy(self.answers.get(namespace, _UNRECORDED.get(namespace, NOT_DONE)))

    def _toggled(self, _: Json) -> Json:
        """Return the switches in the shape that was recorded, a list or a single one."""
        recorded = self.answers.get(f"{_CONTROL}ToggleX", {})
        if not self.toggles:
            return recorded or NOT_DONE
        single = isinstance(recorded.get("togglex"), dict) and len(self.toggles) == 1
        return recorded | {"togglex": deepcopy(self.toggles[0] if single else self.toggles)}

    def _days(self, _: Json) -> Json:
        if not self._counts or 0 not in self.channels:
            return self.answers.get(f"{_CONTROL}ConsumptionX", {"consumptionx": []})
        days = by_day(self.channels[0], self.now(), self.zone, self.outages)
        return {"consumptionx": days}

    @property
    def _counts(self) -> bool:
        return self.live or bool(self._touched)

    def _hours(self, payload: Json) -> Json:
        asked = _channels(payload.get("consumptionH"))
        if not self._counts:
            recorded = self.answers.get(f"{_CONTROL}ConsumptionH", {}).get("consumptionH", [])
            found = [item for item in recorded if not asked or item["channel"] in asked]
            return {"consumptionH": found}
        found = []
        for number, channel in self.channels.items():
            if not asked or number in asked:
                rows = by_hour(channel, self.now(), self.outages)
                total = sum(row["value"] for row in rows) if number else 0
                found.append({"channel": number, "total": total, "data": rows})
        return {"consumptionH": found}

    def _electricity(self, payload: Json) -> Json:
        asked = payload.get("electricity") or payload
        number = int(asked.get("channel", 0))
        return {"electricity": self._measured(number)} if number in self.channels else NOT_DONE

    def _electricities(self, payload: Json) -> Json:
        asked = _channels(payload.get("electricity"))
        numbers = [number for number in self.channels if not asked or number in asked]
        return {"electricity": [self._measured(number) for number in numbers]}

    def _measured(self, number: int) -> Json:
        """Return power and the like, in the units of what was recorded."""
        found = deepcopy(self._recorded(number))
        channel = self.channels[number]
        same = channel.on is self._first_on[number]
        if not self.live and number not in self._touched and same:
            return found
        power = channel.power_w(self.now())
        volts = float(found.get("voltage") or 0)
        scale = 1000 if "factor" in found else 10
        found["voltage"] = volts = volts or MAINS_V * scale
        found["power"] = round(power * 1000)
        found["current"] = round(abs(power) / (volts / scale) * 1000)
        found["voltage"] = round(volts)
        return found

    def _recorded_channels(self) -> list[int]:
        """Return what is measured; a trace may tell it by the energies alone."""
        if f"{_CONTROL}ElectricityX" in self.ability:
            powers = self.answers.get(f"{_CONTROL}ElectricityX", {}).get("electricity")
            hours = self.answers.get(f"{_CONTROL}ConsumptionH", {}).get("consumptionH", [])
            return [int(item["channel"]) for item in powers or hours]
        return [0] if f"{_CONTROL}Electricity" in self.ability else []

    def _recorded(self, number: int) -> Json:
        several = self.answers.get(f"{_CONTROL}ElectricityX", {}).get("electricity", [])
        for item in several:
            if item["channel"] == number:
                return dict(item)
        single = self.answers.get(f"{_CONTROL}Electricity", {}).get("electricity", {})
        found: Json = {"channel": number, "current": 0, "voltage": 0, "power": 0} | single
        return found | ({"factor": 0} if number else {})

    def _first_load(self, number: int, channel: int) -> Load:
        if self.live:
            return appliance(number)
        return Steady(float(self._recorded(channel)["power"]) / 1000, counted=False)

    def _meter(self, channel: int, *, on: bool) -> None:
        if channel in self.channels:
            self.channels[channel].switch(self.now(), on=on)


def _channels(asked: Any) -> set[int]:
    """Return the channels that are asked for, none for all of them."""
    items = asked if isinstance(asked, list) else [asked]
    found = {int(item["channel"]) for item in items if isinstance(item, dict) and "channel" in item}
    return found.difference(ANY_CHANNEL)


def _utcnow() -> datetime:
    return datetime.now(UTC)
