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
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.tools.ha_api import Api, ApiError
from scripts.tools.ha_process import ROOT, HomeAssistant, free_port, stop_process
from scripts.tools.wes_slots import missed

PROBE: Final = Path(__file__).with_name("ecom_probe")
RUDE: Final = 3
START_SECONDS: Final = 180.0
SETTLE_SECONDS: Final = 20.0
STOP_SECONDS: Final = 10.0

type Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """What Home Assistant measured of itself in one stretch of time."""

    name: str
    seconds: float
    lag_ms: Mapping[str, float]
    cpu_share: float
    reads: int = 0
    missed: int = 0

    def row(self) -> str:
        """Return a line of the table."""
        lag = " | ".join(f"{self.lag_ms[key]:.1f}" for key in ("p50", "p95", "p99", "max"))
        return (
            f"| {self.name} | {self.seconds:.0f} | {lag} "
            f"| {100 * self.cpu_share:.1f} % | {self.reads} | {self.missed} |"
        )


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


class Fleet:
    """The simulated servers, all in one other process."""

    def __init__(self, process: asyncio.subprocess.Process, servers: list[Json]) -> None:
        """Take a process that already runs."""
        self.servers = servers
        self._process = process

    @classmethod
    async def start(cls, count: int) -> Fleet:
        """Start them, and wait until they listen; raises OSError if they do not."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "scripts.simulators.wes_fleet", str(count)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        first = await process.stdout.readline() if process.stdout else b""
        if not first:
            raise OSError("the simulators did not start")
        return cls(process, json.loads(first))

    async def turn_rude(self) -> None:
        """Let the last ones misbehave from now on."""
        if self._process.stdin:
            self._process.stdin.write(b"rude\n")
            await self._process.stdin.drain()

    async def stop(self) -> int:
        """Stop them; return the most connections that a polite one saw at the same time."""
        if self._process.stdin:
            self._process.stdin.close()
        seen = b""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                seen = await self._process.stdout.read() if self._process.stdout else b""
        finally:
            await stop_process(self._process, STOP_SECONDS)
        return max((json.loads(line)["most_connections"] for line in seen.splitlines()), default=0)


class Bench:
    """One run, phase by phase."""

    def __init__(self, api: Api, fleet: Fleet) -> None:
        """Take a Home Assistant that runs, without any source."""
        self._api = api
        self._fleet = fleet
        self._polite: set[str] = set()

    async def alone(self, seconds: float) -> Phase:
        """Measure Home Assistant without sources."""
        await asyncio.sleep(SETTLE_SECONDS)
        await self._collect()
        await asyncio.sleep(seconds)
        return _phase("without sources", seconds, await self._collect())

    async def add(self) -> None:
        """Set all servers up, through the config flow, as a person does."""
        for number, server in enumerate(self._fleet.servers, 1):
            say(f"adding server {number} of {len(self._fleet.servers)}")
            result = await self._api.run_flow(answers(server, f"WES {number}"))
            if result["type"] != "create_entry":
                raise ApiError(f"server {number}: {result.get('reason')}")
            if number <= len(self._fleet.servers) - RUDE:
                self._polite.add(result["result"]["entry_id"])
        await self._fleet.turn_rude()

    async def loaded(self, warm_up: float, seconds: float) -> list[Phase]:
        """Measure it with all sources, while they warm up and then in earnest."""
        await self._collect()
        await asyncio.sleep(warm_up)
        before = await self._collect()
        await asyncio.sleep(seconds)
        after = await self._collect()
        times = [after["reads"].get(entry_id, []) for entry_id in self._polite]
        return [
            _phase("warm-up", warm_up, before),
            Phase(
                name="with all sources",
                seconds=seconds,
                lag_ms=after["lag_ms"],
                cpu_share=after["cpu_share"],
                reads=sum(map(len, times)),
                missed=sum(missed(each, before["now"], after["now"]) for each in times),
            ),
        ]

    async def _collect(self) -> Json:
        answer = await self._api.post("/api/services/ecom_probe/collect?return_response", {})
        found: Json = answer["service_response"]
        return found


def _phase(name: str, seconds: float, found: Json) -> Phase:
    return Phase(
        name=name,
        seconds=seconds,
        lag_ms=found["lag_ms"],
        cpu_share=found["cpu_share"],
        reads=sum(map(len, found["reads"].values())),
    )


@asynccontextmanager
async def home_assistant(folder: Path) -> AsyncIterator[Api]:
    """Run a Home Assistant of its own with the probe in it."""
    home = HomeAssistant(folder / "config", free_port())
    home.prepare()
    shutil.copytree(PROBE, home.folder / "custom_components" / PROBE.name)
    with (home.folder / "configuration.yaml").open("a") as configuration:
        configuration.write(f"{PROBE.name}:\n")
    say(f"starting Home Assistant (log: {home.log})")
    await home.start()
    try:
        async with Api(home.url) as api:
            await api.wait_until_up(START_SECONDS)
            await api.log_in()
            await api.wait_until_running(START_SECONDS)
            yield api
    finally:
        await home.stop()


async def run(arguments: argparse.Namespace) -> tuple[list[Phase], int]:
    """Run all phases; return them, and the most connections that one server saw at once."""
    folder = Path(tempfile.mkdtemp(prefix="ecom-bench-"))
    fleet = await Fleet.start(arguments.servers)
    connections = 0
    try:
        async with home_assistant(folder) as api:
            bench = Bench(api, fleet)
            phases = [await bench.alone(arguments.baseline)]
            await bench.add()
            phases += await bench.loaded(arguments.warm_up, arguments.seconds)
    finally:
        connections = await fleet.stop()
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return phases, connections


def report(phases: Sequence[Phase], connections: int, servers: int) -> Json:
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


def say(text: str) -> None:
    """Show progress."""
    print(f"ecom: {text}", file=sys.stderr, flush=True)


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
