"""The state of a simulated Shelly: as recorded, and living on from there if it shall."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from scripts.simulators.plug_load import Load, Metered, Steady, appliance
from scripts.simulators.shelly_fixture import Fixture, Json, made_up_plug

MINUTE: Final = 60
PHASES: Final = "abc"
MAINS_V: Final = 230.0
_SINGLE: Final = ("switch", "pm1", "em1")


class ShellyDevice:
    """A device whose values may be changed at any time.

    Without ``live`` it shows what was recorded, and counts nothing until something
    is plugged in with ``set_power`` or ``plug``; a switch that is off draws nothing in
    either case. Channels are named as their components are, a phase ``em:0/a``.
    """

    def __init__(
        self,
        fixture: Fixture | None = None,
        *,
        live: bool = False,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Wake up with the counters of the recording."""
        fixture = fixture or made_up_plug()
        self.clock = clock or _utcnow
        self.live = live
        self.info: Json = deepcopy(fixture.shelly)
        self.config: Json = deepcopy(fixture.config)
        self.recorded: Json = deepcopy(fixture.status)
        self.started = self.now()
        self.outages: list[tuple[float, float]] = []  # between two moments without mains
        self.channels: dict[str, Metered] = {
            name: self._channel(number, name)
            for number, name in enumerate(_channel_names(fixture.status))
        }
        self._first_on = {name: channel.on for name, channel in self.channels.items()}
        self._offset = self.started - float(self._sys().get("uptime", 0))
        self._touched: set[str] = set()

    def now(self) -> float:
        """Return the device's time, in Unix seconds."""
        return self.clock().timestamp()

    @property
    def id(self) -> str:
        """Return the name under which it speaks."""
        return str(self.info.get("id", "shelly"))

    @property
    def counts(self) -> bool:
        """Return whether it counts energy, or only shows a recording."""
        return self.live or bool(self._touched)

    def status(self) -> Json:
        """Return the answer to ``Shelly.GetStatus``."""
        now = self.now()
        found = deepcopy(self.recorded)
        for name, channel in self.channels.items():
            component, _, phase = name.partition("/")
            if phase:
                self._write_phase(found, component, phase, now)
            else:
                self._write_channel(found, component, channel, now)
        for key in [key for key in found if key.startswith("em:")]:
            self._write_sums(found, key)
        return found | {"sys": self._sys_now(now)}

    def switch(self, number: int, source: str, *, on: bool) -> bool:
        """Switch an output; return what it was; raises KeyError if there is none."""
        part = self.recorded[f"switch:{number}"]
        was_on = bool(part.get("output"))
        part |= {"output": on, "source": source}
        if on is not was_on:
            self.channels[f"switch:{number}"].switch(self.now(), on=on)
        return was_on

    def plug(self, channel: str, load: Load) -> None:
        """Plug something in, whose energy counts from now on; raises KeyError."""
        self.channels[channel].plug(load, self.now())
        self._touched.add(channel)

    def set_power(self, channel: str, watts: float) -> None:
        """Draw a power, or feed it in if negative; its energy counts from now on."""
        self.plug(channel, Steady(watts))

    def set(self, component: str, **values: Any) -> None:
        """Replace fields of a component's status that are not computed, or add one."""
        self.recorded.setdefault(component, {}).update(values)

    def supply(self, *, powered: bool) -> None:
        """Pull the device, or plug it in again; what it feeds stands still meanwhile."""
        now = self.now()
        for channel in self.channels.values():
            channel.supply(now, powered=powered)
        if powered:
            self.outages[-1] = (self.outages[-1][0], now)
            self.booted()
        else:
            self.outages.append((now, now))

    def booted(self) -> None:
        """Begin to count the uptime anew."""
        self._offset = self.now()

    def rename(self, name: str | None, component: str = "sys") -> None:
        """Give the device, or one of its components, another name."""
        config = self.config.setdefault(component, {})
        if component == "sys":
            config.setdefault("device", {})["name"] = name
            self.info["name"] = name
        else:
            config["name"] = name
        for sys in (self.config.setdefault("sys", {}), self._sys()):
            sys["cfg_rev"] = int(sys.get("cfg_rev", 0)) + 1

    def drawn_wh(self, channel: str, start: float, end: float) -> float:
        """Return what the book says of a channel: the energy between two moments."""
        return self.channels[channel].book.drawn_wh(start, end)

    def counter_wh(self, channel: str, at: float, *, returned: bool = False) -> float:
        """Return a counter of a channel as it stood, or will stand, at a moment."""
        metered = self.channels[channel]
        count = metered.book.returned_wh if returned else metered.book.drawn_wh
        return self._recorded_wh(channel, returned=returned) + count(metered.start, at)

    def _channel(self, number: int, name: str) -> Metered:
        component = name.partition("/")[0]
        load = appliance(number) if self.live else Steady(self._recorded_w(name), counted=False)
        on = bool(self.recorded[component].get("output", True))
        return Metered(load, self.started, on=on)

    def _recorded_w(self, name: str) -> float:
        component, _, phase = name.partition("/")
        part = self.recorded[component]
        if phase:
            return float(part.get(f"{phase}_act_power") or 0)
        return float(part.get("act_power" if component.startswith("em1:") else "apower") or 0)

    def _recorded_wh(self, channel: str, *, returned: bool) -> float:
        component, _, phase = channel.partition("/")
        kind, _, number = component.partition(":")
        if kind in {"em", "em1"}:
            field = "total_act_ret_energy" if returned else "total_act_energy"
            part = self.recorded.get(f"{kind}data:{number}", {})
            return float(part.get(f"{phase}_{field}" if phase else field) or 0)
        counter = self.recorded[component].get("ret_aenergy" if returned else "aenergy") or {}
        return float(counter.get("total") or 0)

    def _as_recorded(self, name: str) -> bool:
        """Return whether a channel shows what was recorded, to the last digit."""
        channel = self.channels[name]
        return not self.live and name not in self._touched and channel.on is self._first_on[name]

    def _write_channel(self, found: Json, component: str, channel: Metered, now: float) -> None:
        if self._as_recorded(component):
            return
        part, power = found[component], channel.power_w(now)
        kind, _, number = component.partition(":")
        voltage = float(part.get("voltage") or MAINS_V)
        part["act_power" if kind == "em1" else "apower"] = round(power, 1)
        part["current"] = round(abs(power) / voltage, 3)
        if "pf" in part:
            part["pf"] = 1.0 if power else 0.0
        if kind == "em1":
            part["aprt_power"] = round(abs(power), 1)
            data = found.setdefault(f"em1data:{number}", {"id": int(number)})
            data["total_act_energy"] = round(self.counter_wh(component, now), 2)
            data["total_act_ret_energy"] = round(self.counter_wh(component, now, returned=True), 2)
            return
        fed = self._counter(now, lambda at: self.counter_wh(component, at, returned=True))
        if "ret_aenergy" not in part:
            part["aenergy"] = self._counter(now, lambda at: self.counter_wh(component, at))
            return
        part["ret_aenergy"] = fed
        part["aenergy"] = self._counter(now, lambda at: self._gross_wh(component, at))

    def _gross_wh(self, channel: str, at: float) -> float:
        """Return what passed in both directions: where both are told, the first has it all."""
        book, start = self.channels[channel].book, self.channels[channel].start
        return self.counter_wh(channel, at) + book.returned_wh(start, at)

    @staticmethod
    def _counter(now: float, count: Callable[[float], float]) -> Json:
        """Return a counter in Wh, with its last three whole minutes in mWh, newest first."""
        minute = now // MINUTE * MINUTE
        ends = [count(minute - MINUTE * back) for back in range(4)]
        return {
            "total": round(count(now), 3),
            "by_minute": [round(1000 * (end - before), 3) for end, before in pairwise(ends)],
            "minute_ts": int(minute),
        }

    def _write_phase(self, found: Json, component: str, phase: str, now: float) -> None:
        name = f"{component}/{phase}"
        if self._as_recorded(name):
            return
        part, power = found[component], self.channels[name].power_w(now)
        voltage = float(part.get(f"{phase}_voltage") or MAINS_V)
        part[f"{phase}_act_power"] = round(power, 1)
        part[f"{phase}_aprt_power"] = round(abs(power), 1)
        part[f"{phase}_current"] = round(abs(power) / voltage, 3)
        part[f"{phase}_pf"] = 1.0 if power else 0.0
        data = found.setdefault(component.replace("em", "emdata"), {})
        for field, returned in (("total_act_energy", False), ("total_act_ret_energy", True)):
            data[f"{phase}_{field}"] = round(self.counter_wh(name, now, returned=returned), 2)

    def _write_sums(self, found: Json, component: str) -> None:
        """Add the phases up, unless all are as recorded."""
        if all(self._as_recorded(f"{component}/{phase}") for phase in PHASES):
            return
        part, data = found[component], found.setdefault(component.replace("em", "emdata"), {})
        for total, field in (
            ("total_act_power", "act_power"),
            ("total_aprt_power", "aprt_power"),
            ("total_current", "current"),
        ):
            part[total] = round(sum(part.get(f"{phase}_{field}") or 0 for phase in PHASES), 3)
        for total, field in (
            ("total_act", "total_act_energy"),
            ("total_act_ret", "total_act_ret_energy"),
        ):
            data[total] = round(sum(data.get(f"{phase}_{field}") or 0 for phase in PHASES), 2)

    def _sys(self) -> Json:
        sys: Json = self.recorded.setdefault("sys", {})
        return sys

    def _sys_now(self, now: float) -> Json:
        return self._sys() | {
            "time": datetime.fromtimestamp(now, UTC).strftime("%H:%M"),
            "unixtime": int(now),
            "uptime": max(int(now - self._offset), 0),
        }


def _channel_names(status: Json) -> Iterator[str]:
    """Name what is measured: outputs, meters, and the phases of three-phase ones."""
    for key in status:
        kind, _, number = key.partition(":")
        if kind == "em" and number:
            yield from (f"{key}/{phase}" for phase in PHASES)
        elif kind in _SINGLE and number:
            yield key


def _utcnow() -> datetime:
    return datetime.now(UTC)
