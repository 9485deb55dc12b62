"""Thirty simulated WES, three of them rude, read by one real Home Assistant.

Measured within Home Assistant: how late its event loop is, first without any
source and then with all of them, and whether each polite server was read in
every interval.
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
from typing import Final

from scripts.tools.benching import Json, Phase, Simulators, collect, home_assistant, say
from scripts.tools.ha_api import Api, ApiError
from scripts.tools.wes_slots import missed

FLEET: Final = "scripts.simulators.wes_fleet"
RUDE: Final = 3
SETTLE_SECONDS: Final = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading(Phase):
    """A phase, and which reads there were in it."""

    reads: int = 0
    missed: int = 0

    def row(self) -> str:
        """Return a line of the table."""
        return f"{self.cells()} | {self.reads} | {self.missed} |"


def answers(server: Json, name: str) -> Mapping[str, Json]:
    """Return what a person would answer at each step of the config flow."""
    return {
        "user": {"next_step_id": "wes_user"},
        "wes_user": {
            "address": server["address"],
            "username": "admin",
            "password": "wes",
            "ports": {"m2m_port": server["m2m"]},
        },
        "wes_found": {"name": name, "counters": {}},
    }


class Bench:
    """One run, phase by phase."""

    def __init__(self, api: Api, fleet: Simulators) -> None:
        """Take a Home Assistant that runs, without any source."""
        self._api = api
        self._fleet = fleet
        self._polite: set[str] = set()

    async def alone(self, seconds: float) -> Reading:
        """Measure Home Assistant without sources."""
        await asyncio.sleep(SETTLE_SECONDS)
        await collect(self._api)
        await asyncio.sleep(seconds)
        return _phase("without sources", seconds, await collect(self._api))

    async def add(self) -> None:
        """Set all servers up, through the config flow, as a person does."""
        for number, server in enumerate(self._fleet.devices, 1):
            say(f"adding server {number} of {len(self._fleet.devices)}")
            result = await self._api.run_flow(answers(server, f"WES {number}"))
            if result["type"] != "create_entry":
                raise ApiError(f"server {number}: {result.get('reason')}")
            if number <= len(self._fleet.devices) - RUDE:
                self._polite.add(result["result"]["entry_id"])
        await self._fleet.say("rude")

    async def loaded(self, warm_up: float, seconds: float) -> list[Reading]:
        """Measure it with all sources, while they warm up and then in earnest."""
        await collect(self._api)
        await asyncio.sleep(warm_up)
        before = await collect(self._api)
        await asyncio.sleep(seconds)
        after = await collect(self._api)
        times = [after["reads"].get(entry_id, []) for entry_id in self._polite]
        return [
            _phase("warm-up", warm_up, before),
            Reading(
                name="with all sources",
                seconds=seconds,
                lag_ms=after["lag_ms"],
                cpu_share=after["cpu_share"],
                reads=sum(map(len, times)),
                missed=sum(missed(each, before["now"], after["now"]) for each in times),
            ),
        ]


def _phase(name: str, seconds: float, found: Json) -> Reading:
    return Reading(
        name=name,
        seconds=seconds,
        lag_ms=found["lag_ms"],
        cpu_share=found["cpu_share"],
        reads=sum(map(len, found["reads"].values())),
    )


async def run(arguments: argparse.Namespace) -> tuple[list[Reading], int]:
    """Run all phases; return them, and the most connections that one server saw at once."""
    folder = Path(tempfile.mkdtemp(prefix="ecom-bench-"))
    fleet = await Simulators.start(FLEET, arguments.servers)
    connections = 0
    try:
        async with home_assistant(folder) as api:
            bench = Bench(api, fleet)
            phases = [await bench.alone(arguments.baseline)]
            await bench.add()
            phases += await bench.loaded(arguments.warm_up, arguments.seconds)
    finally:
        said = await fleet.stop()
        connections = max((line["most_connections"] for line in said), default=0)
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return phases, connections


def report(phases: Sequence[Reading], connections: int, servers: int) -> Json:
    """Print the table; return the key figures."""
    print(f"{servers} servers, {RUDE} of them rude; lag of the event loop in ms\n")
    print("| phase | s | p50 | p95 | p99 | max | CPU | reads | missed |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for phase in phases:
        print(phase.row())
    print(f"\nconnections at the same time, at most, of a polite server: {connections}")
    return {
        "missed": phases[-1].missed,
        "lag_p99_ms": round(phases[-1].lag_ms["p99"], 1),
    }


def main() -> int:
    """Run, and print the key figures last."""
    parser = argparse.ArgumentParser(prog="scripts/bench wes", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long to measure")
    parser.add_argument("--baseline", type=float, default=120.0, help="how long without sources")
    parser.add_argument("--warm-up", type=float, default=60.0, help="how long to look away")
    parser.add_argument("--servers", type=int, default=30, help="three of them will be rude")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--keep", action="store_true", help="leave the configuration and the log")
    arguments = parser.parse_args()
    if arguments.servers <= RUDE:
        parser.error(f"at least {RUDE + 1} servers are needed")
    try:
        figures = report(*asyncio.run(run(arguments)), arguments.servers)
    except (ApiError, OSError, TimeoutError) as err:
        say(f"failed: {type(err).__name__}: {err}")
        return 1
    if arguments.json:
        arguments.json.write_text(json.dumps(figures) + "\n")
    print("wes: " + " ".join(f"{name}={figure}" for name, figure in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
