"""A hundred simulated plugs, each reporting every second, on one real Home Assistant.

Half of them do not change, the others change in everything that they measure. Counted
within Home Assistant: how often each entity gets another state, and how late its event
loop is, without any source and then with all of them.
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.tools.benching import Json, Phase, Simulators, collect, home_assistant, say
from scripts.tools.ha_api import Api, ApiError

FLEET: Final = "scripts.simulators.shelly_fleet"
SETTLE_SECONDS: Final = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing(Phase):
    """A phase, and what was written in it: of idle plugs, of the others, and too often."""

    idle: int = 0
    changing: int = 0
    repeated: int = 0

    def row(self) -> str:
        """Return a line of the table."""
        return f"{self.cells()} | {self.idle} | {self.changing} | {self.repeated} |"


class Bench:
    """One run, phase by phase."""

    def __init__(self, api: Api, fleet: Simulators) -> None:
        """Take a Home Assistant that runs, without any source."""
        self._api = api
        self._fleet = fleet
        self._uids: dict[str, int] = {}  # to the place in the fleet

    async def alone(self, seconds: float) -> Writing:
        """Measure Home Assistant without sources."""
        await asyncio.sleep(SETTLE_SECONDS)
        await collect(self._api)
        await asyncio.sleep(seconds)
        return _phase("without sources", seconds, await collect(self._api))

    async def add(self) -> None:
        """Set all plugs up, through the config flow, as a person does."""
        for place, plug in enumerate(self._fleet.devices):
            if place % 10 == 0:
                say(f"adding plug {place + 1} of {len(self._fleet.devices)}")
            result = await self._api.run_flow(answers(plug["address"], f"Plug {place + 1}"))
            if result["type"] != "create_entry":
                raise ApiError(f"plug {place + 1}: {result.get('reason')}")
            self._uids[f"shelly:{_mac(place + 1)}"] = place

    async def loaded(self, warm_up: float, seconds: float) -> list[Writing]:
        """Measure it with all sources, while they warm up and then in earnest."""
        await collect(self._api)
        await asyncio.sleep(warm_up)
        before = await collect(self._api)
        told_before: list[int] = await self._fleet.ask("count")
        await asyncio.sleep(seconds)
        after = await collect(self._api)
        told: list[int] = await self._fleet.ask("count")
        reports = [now - then for now, then in zip(told, told_before, strict=True)]
        return [
            _phase("warm-up", warm_up, before),
            self._judged(_phase("with all sources", seconds, after), after["writes"], reports),
        ]

    def _judged(self, phase: Writing, writes: Mapping[str, int], reports: Sequence[int]) -> Writing:
        """Return the phase with what was written of idle plugs and of the others.

        A write more than there were reports can be one that came just before the count.
        """
        idle = changing = repeated = 0
        for key, count in writes.items():
            place = self._uids.get(key.partition("/")[0])
            if place is None:
                continue
            if self._fleet.devices[place]["idle"]:
                idle += count
            else:
                changing += count
                repeated += max(count - reports[place] - 1, 0)
        return Writing(
            name=phase.name,
            seconds=phase.seconds,
            lag_ms=phase.lag_ms,
            cpu_share=phase.cpu_share,
            idle=idle,
            changing=changing,
            repeated=repeated,
        )


def answers(address: str, name: str) -> Mapping[str, Json]:
    """Return what a person would answer at each step of the config flow."""
    return {
        "user": {"next_step_id": "shelly_user"},
        "shelly_user": {"address": address},
        "shelly_found": {"name": name, "role": "sub_meter"},
    }


def _mac(serial: int) -> str:
    """Return the MAC of a made-up plug."""
    return f"02EC0A{serial:06X}"


def _phase(name: str, seconds: float, found: Json) -> Writing:
    return Writing(name=name, seconds=seconds, lag_ms=found["lag_ms"], cpu_share=found["cpu_share"])


async def run(arguments: argparse.Namespace) -> list[Writing]:
    """Run all phases."""
    folder = Path(tempfile.mkdtemp(prefix="ecom-bench-"))
    fleet = await Simulators.start(FLEET, arguments.plugs)
    try:
        async with home_assistant(folder) as api:
            bench = Bench(api, fleet)
            phases = [await bench.alone(arguments.baseline)]
            await bench.add()
            return [*phases, *await bench.loaded(arguments.warm_up, arguments.seconds)]
    finally:
        await fleet.stop()
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)


def report(phases: Sequence[Writing], plugs: int) -> dict[str, Any]:
    """Print the table; return the key figures."""
    print(f"{plugs} plugs, half of them idle; lag of the event loop in ms, states written\n")
    print("| phase | s | p50 | p95 | p99 | max | CPU | idle | changing | repeated |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for phase in phases:
        print(phase.row())
    print()
    last = phases[-1]
    return {
        "idle_writes": last.idle,
        "lag_p99_ms": round(last.lag_ms["p99"], 1),
        "repeated_writes": last.repeated,
    }


def main() -> int:
    """Run, and print the key figures last."""
    parser = argparse.ArgumentParser(prog="scripts/bench plugs", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long to measure")
    parser.add_argument("--baseline", type=float, default=120.0, help="how long without sources")
    parser.add_argument("--warm-up", type=float, default=60.0, help="how long to look away")
    parser.add_argument("--plugs", type=int, default=100, help="half of them are idle")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--keep", action="store_true", help="leave the configuration and the log")
    arguments = parser.parse_args()
    try:
        figures = report(asyncio.run(run(arguments)), arguments.plugs)
    except (ApiError, OSError, TimeoutError) as err:
        say(f"failed: {type(err).__name__}: {err}")
        return 1
    if arguments.json:
        arguments.json.write_text(json.dumps(figures) + "\n")
    print("plugs: " + " ".join(f"{name}={figure}" for name, figure in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
