"""A Meross plug, strip or meter on the LAN: made up (SYNTHETIC), or a recording played.

A recording shows the values in it, and counts nothing unless told to live; the made-up
plug lives. The first line on standard output says where it is, and its owner's key.
"""

import argparse
import asyncio
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path

from scripts.simulators import arguments as arguments_of
from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_server import KEY, MerossServer
from scripts.simulators.meross_trace import made_up_plug, read_trace
from scripts.simulators.plug_faults import Fault


async def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    async with make_server(arguments) as server:
        print(json.dumps({"address": server.address, "key": server.key}), flush=True)
        serving = asyncio.create_task(asyncio.Event().wait())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
        with suppress(asyncio.CancelledError):
            await serving
    return 0


def make_server(arguments: argparse.Namespace) -> MerossServer:
    """Return the server that the arguments describe; raises OSError or ValueError."""
    recorded, serial = arguments.trace is not None, arguments.serial
    with arguments_of.recording(arguments.trace):
        trace = read_trace(arguments.trace, serial) if recorded else made_up_plug(serial)
        live = arguments.live or not recorded
        device = MerossDevice(trace, live=live, encrypted=arguments.encrypted)
        for namespace in device.ability:
            device.tell(namespace, {})
        return MerossServer(device, key=arguments.key, port=arguments.port, faults=arguments.fault)


def parse(argv: list[str]) -> argparse.Namespace:
    """Return the arguments; exits with 2 and a message for wrong ones."""
    parser = argparse.ArgumentParser(prog="scripts/simulate meross", description=__doc__)
    parser.add_argument(
        "--trace", type=Path, metavar="FILE", help="of meross_lan: .csv, or diagnostics in JSON"
    )
    parser.add_argument("--live", action="store_true", help="let a recording change and count")
    parser.add_argument("--encrypted", action="store_true", help="as newer firmware does")
    parser.add_argument("--key", default=KEY, metavar="K", help="of its owner's account")
    parser.add_argument(
        "--serial", type=arguments_of.serial, default=1, help="in names that are made up"
    )
    parser.add_argument(
        "--port", type=arguments_of.port, default=0, metavar="N", help="on loopback"
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
        print(f"scripts/simulate meross: {err}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
