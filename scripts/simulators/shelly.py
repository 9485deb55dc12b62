"""A Shelly of the second generation or later: made up (SYNTHETIC), or a recording played.

A recording shows the values in it, and counts nothing unless told to live; the made-up
plug lives. The first line on standard output says where it is.
"""

import argparse
import asyncio
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path

from scripts.simulators import arguments as arguments_of
from scripts.simulators.plug_faults import Fault
from scripts.simulators.shelly_device import ShellyDevice
from scripts.simulators.shelly_fixture import made_up_plug, read_fixture
from scripts.simulators.shelly_server import ShellyServer


async def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    async with make_server(arguments) as server:
        print(json.dumps({"address": server.address, "key": None}), flush=True)
        living = asyncio.create_task(live(server, arguments.interval))
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, living.cancel)
        with suppress(asyncio.CancelledError):
            await living
    return 0


async def live(server: ShellyServer, interval: float) -> None:
    """Tell what has changed at each interval; never return."""
    while True:
        await asyncio.sleep(interval)
        if not server.is_away():
            await server.push()


def make_server(arguments: argparse.Namespace) -> ShellyServer:
    """Return the server that the arguments describe; raises OSError or ValueError."""
    recorded = arguments.fixture is not None
    with arguments_of.recording(arguments.fixture):
        fixture = read_fixture(arguments.fixture) if recorded else made_up_plug(arguments.serial)
        device = ShellyDevice(fixture, live=arguments.live or not recorded)
        device.status()
        return ShellyServer(
            device, password=arguments.password, port=arguments.port, faults=arguments.fault
        )


def parse(argv: list[str]) -> argparse.Namespace:
    """Return the arguments; exits with 2 and a message for wrong ones."""
    parser = argparse.ArgumentParser(prog="scripts/simulate shelly", description=__doc__)
    parser.add_argument("--fixture", type=Path, metavar="FILE", help="in aioshelly's JSON format")
    parser.add_argument("--live", action="store_true", help="let a recording change and count")
    parser.add_argument("--serial", type=arguments_of.serial, default=1, help="of the made-up plug")
    parser.add_argument(
        "--port", type=arguments_of.port, default=0, metavar="N", help="on loopback"
    )
    parser.add_argument("--password", help="of the user admin; without it nobody needs one")
    parser.add_argument(
        "--interval", type=arguments_of.period, default=5.0, metavar="S", help="of its pushes"
    )
    parser.add_argument(
        "--fault", type=Fault, choices=[*Fault], nargs="+", action="extend", default=[]
    )
    return parser.parse_args(argv)


def main() -> int:
    """Run, and say in one line what is wrong with the arguments."""
    try:
        return asyncio.run(run(parse(sys.argv[1:])))
    except (OSError, ValueError) as err:
        print(f"scripts/simulate shelly: {err}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
