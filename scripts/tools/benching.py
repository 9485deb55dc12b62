"""What benchmarks of a whole Home Assistant share: a real one, and what it measures of itself."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.tools.ha_api import Api
from scripts.tools.ha_process import ROOT, HomeAssistant, free_port, stop_process

PROBE: Final = Path(__file__).with_name("ecom_probe")
START_SECONDS: Final = 180.0
STOP_SECONDS: Final = 10.0

type Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """What Home Assistant measured of itself in one stretch of time."""

    name: str
    seconds: float
    lag_ms: Mapping[str, float]
    cpu_share: float

    def cells(self) -> str:
        """Return the first cells of a line of a table."""
        lag = " | ".join(f"{self.lag_ms[key]:.1f}" for key in ("p50", "p95", "p99", "max"))
        return f"| {self.name} | {self.seconds:.0f} | {lag} | {100 * self.cpu_share:.1f} %"


class Simulators:
    """Simulated devices, all in one other process, which lists them on its first line."""

    def __init__(self, process: asyncio.subprocess.Process, devices: list[Json]) -> None:
        """Take a process that already runs."""
        self.devices = devices
        self._process = process

    @classmethod
    async def start(cls, module: str, count: int) -> Simulators:
        """Start them, and wait until they listen; raises OSError if they do not."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, str(count)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        first = await process.stdout.readline() if process.stdout else b""
        if not first:
            raise OSError("the simulators did not start")
        return cls(process, json.loads(first))

    async def say(self, word: str) -> None:
        """Give them a word on a line of its own."""
        if self._process.stdin:
            self._process.stdin.write(f"{word}\n".encode())
            await self._process.stdin.drain()

    async def ask(self, word: str) -> Any:
        """Return the line with which they answer a word."""
        await self.say(word)
        line = await self._process.stdout.readline() if self._process.stdout else b"null"
        return json.loads(line)

    async def stop(self) -> list[Json]:
        """Stop them; return what they said last, line by line."""
        if self._process.stdin:
            self._process.stdin.close()
        said = b""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                said = await self._process.stdout.read() if self._process.stdout else b""
        finally:
            await stop_process(self._process, STOP_SECONDS)
        return [json.loads(line) for line in said.splitlines()]


async def collect(api: Api) -> Json:
    """Return what Home Assistant measured of itself since the last time."""
    answer = await api.post("/api/services/ecom_probe/collect?return_response", {})
    found: Json = answer["service_response"]
    return found


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


def say(text: str) -> None:
    """Show progress."""
    print(f"ecom: {text}", file=sys.stderr, flush=True)
