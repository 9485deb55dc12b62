"""The demo: simulated devices, and a real Home Assistant that reads them."""

import argparse
import asyncio
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from scripts.tools.demo_building import TEMPLATES, Building, build
from scripts.tools.demo_sources import SOURCES, DemoSource, Simulator
from scripts.tools.demo_table import Row, measured, table
from scripts.tools.ha_api import USER, Api, ApiError
from scripts.tools.ha_process import ROOT, HomeAssistant, free_port

FOLDER: Final = ROOT / ".demo"
PORT: Final = 8123
START_SECONDS: Final = 120.0
DELIVER_SECONDS: Final = 60.0

TROUBLE: Final = re.compile(
    r"(WARNING|ERROR|CRITICAL) \([^)]*\) \[custom_components\.ecom"
    r"|^  File \"[^\"]*custom_components/ecom/"
)
"""A log line of ECOM's own, or a traceback that passes through it."""


@asynccontextmanager
async def running(
    folder: Path, port: int, language: str
) -> AsyncIterator[tuple[Api, HomeAssistant]]:
    """Run Home Assistant with the demo's user logged in."""
    home = HomeAssistant(folder / "config", port, language)
    home.prepare()
    building = Building.of(folder)
    (home.folder / TEMPLATES).write_text(building.templates())
    say(f"starting Home Assistant on {home.url} (log: {home.log})")
    await home.start()
    try:
        async with Api(home.url) as api:
            await api.wait_until_up(START_SECONDS)
            await api.log_in(language)
            await api.wait_until_running(START_SECONDS)
            yield api, home
    finally:
        say("stopping Home Assistant")
        await home.stop()


async def add_sources(api: Api, simulators: dict[str, Simulator]) -> None:
    """Set every source up through ECOM's own config flow, unless it is there already."""
    there = {entry["title"] for entry in await api.entries()}
    for source in SOURCES:
        if source.name in there:
            continue
        say(f"adding {source.name}")
        result = await api.run_flow(source.answers(simulators[source.name]))
        if result["type"] != "create_entry":
            raise ApiError(f"{source.name}: {result.get('reason')}")


async def rows(api: Api) -> list[Row]:
    """Return every enabled entity of ECOM with its state and the entry it belongs to."""
    titles = {entry["entry_id"]: entry["title"] for entry in await api.entries()}
    states = {state["entity_id"]: state for state in await api.get("/api/states")}
    found = [
        Row.of(titles[entity["config_entry_id"]], states[entity["entity_id"]])
        for entity in await api.call("config/entity_registry/list")
        if entity["config_entry_id"] in titles and entity["entity_id"] in states
    ]
    return sorted(found)


async def check(api: Api) -> list[Row]:
    """Wait until every source has delivered; return the entities, whoever is silent."""
    wanted = {source.name for source in SOURCES}
    with suppress(TimeoutError):
        async with asyncio.timeout(DELIVER_SECONDS):
            while not wanted <= measured(await rows(api)):
                await asyncio.sleep(1)
    return await rows(api)


def report(found: list[Row], log: Path) -> int:
    """Print the table and the verdict; return the exit status."""
    wanted = {source.name for source in SOURCES}
    silent = wanted - measured(found)
    trouble = [
        line for line in log.read_text(errors="replace").splitlines() if TROUBLE.search(line)
    ]
    print(table(found))
    for name in sorted(silent):
        print(f"silent: {name}")
    for line in trouble:
        print(f"log: {line}")
    errors = len(silent) + len(trouble)
    print(f"demo: sources={len(wanted)} entities={len(found)} errors={errors}")
    return 1 if errors else 0


async def demo(language: str) -> int:
    """Run until interrupted, with the state of the last time."""
    FOLDER.mkdir(exist_ok=True)
    async with (
        simulated(SOURCES, FOLDER) as simulators,
        running(FOLDER, free_port(PORT), language) as (api, home),
    ):
        await add_sources(api, simulators)
        say("adding the building, and its last month")
        await build(api, Building.of(FOLDER))
        say(f"open {home.url} and log in as {USER['username']} / {USER['password']}")
        say("stop with Ctrl-C")
        while home.running:
            await asyncio.sleep(1)
    return 0


async def check_once(language: str) -> int:
    """Do the same on free ports with a state of its own, look, and stop."""
    folder = Path(tempfile.mkdtemp(prefix="ecom-demo-"))
    try:
        async with (
            simulated(SOURCES, folder) as simulators,
            running(folder, free_port(), language) as (api, home),
        ):
            await add_sources(api, simulators)
            say("adding the building, and its last month")
            await build(api, Building.of(folder))
            found = await check(api)
        return report(found, home.log)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def simulated(
    sources: tuple[DemoSource, ...], folder: Path
) -> AsyncIterator[dict[str, Simulator]]:
    """Run the simulators of all sources."""
    simulators = {source.name: Simulator(source, folder) for source in sources}
    try:
        for simulator in simulators.values():
            say(f"simulating {simulator.source.name}")
            await simulator.start()
        yield simulators
    finally:
        for simulator in simulators.values():
            await simulator.stop()


def say(text: str) -> None:
    """Show progress."""
    print(f"ecom: {text}", file=sys.stderr, flush=True)


async def run(arguments: argparse.Namespace) -> int:
    """Run the demo; Ctrl-C and a termination signal end it cleanly."""
    main = asyncio.current_task()
    if main is None:
        return 1
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, main.cancel)
    try:
        return await (check_once if arguments.check else demo)(arguments.language)
    except asyncio.CancelledError:
        return 130 if arguments.check else 0
    except (ApiError, TimeoutError, OSError) as err:
        say(f"failed: {type(err).__name__}: {err}")
        return 1


def main() -> int:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--check", action="store_true", help="look once and exit")
    parser.add_argument("--language", choices=("en", "fr"), default="en")
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
