"""A WES with a made-up house behind it (SYNTHETIC), or with the page in a file.

It serves one connection at a time, as the device does. The first line on
standard output says where; everything goes on until it is interrupted.
"""

import argparse
import asyncio
import json
import signal
import sys
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

from scripts.simulators import arguments as arguments_of
from scripts.tools.pure import load_pure

load_pure()

from scripts.simulators.wes_faults import Fault  # noqa: E402 - the page's writer needs the stubs
from scripts.simulators.wes_house import House  # noqa: E402 - as above
from scripts.simulators.wes_http import Accounts  # noqa: E402 - as above
from scripts.simulators.wes_page import Firmware  # noqa: E402 - as above
from scripts.simulators.wes_server import Setup, WesServer  # noqa: E402 - as above


async def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    async with WesServer(make_setup(arguments), faults=arguments.fault) as server:
        print(json.dumps({"address": server.address, "m2m": server.m2m_port}), flush=True)
        living = asyncio.create_task(live(server, arguments.input_every))
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, living.cancel)
        with suppress(asyncio.CancelledError):
            await living
    return 0


async def live(server: WesServer, input_every: float | None) -> None:
    """Change the first input now and then, if it shall; never return."""
    if input_every is None:
        await asyncio.Event().wait()
        return
    for number in count(1):
        await asyncio.sleep(input_every)
        await server.set_input(1, number % 2 == 1)


def make_setup(arguments: argparse.Namespace) -> Setup:
    """Return the server that the arguments describe; raises OSError for an unreadable file."""
    if arguments.data is not None:
        arguments.data.read_bytes()
    return Setup(
        firmware=Firmware(arguments.firmware),
        house=House(arguments.house),
        serial=arguments.serial,
        accounts=Accounts(
            user=arguments.user,
            password=arguments.password,
            reader_user=arguments.reader_user,
            reader_password=arguments.reader_password,
        ),
        port=arguments.port,
        m2m_port=None if arguments.no_m2m else arguments.m2m_port,
        data=arguments.data,
        webhook=arguments.webhook,
        drift=timedelta(seconds=arguments.drift),
    )


def parse(argv: list[str]) -> argparse.Namespace:
    """Return the arguments; exits with 2 and a message for wrong ones."""
    parser = argparse.ArgumentParser(prog="scripts/simulate wes", description=__doc__)
    parser.add_argument(
        "--port", type=arguments_of.port, default=0, metavar="N", help="HTTP, on loopback"
    )
    parser.add_argument(
        "--m2m-port", type=arguments_of.port, default=0, metavar="N", help="the text protocol"
    )
    parser.add_argument("--no-m2m", action="store_true", help="leave the text protocol closed")
    parser.add_argument("--firmware", choices=[*Firmware], default=Firmware.FULL)
    parser.add_argument("--house", choices=[*House], default=House.GRID, help="what it measures")
    parser.add_argument(
        "--serial", type=arguments_of.serial, default=1, help="the number in its names"
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="serve this as the page")
    parser.add_argument(
        "--fault", type=Fault, choices=[*Fault], nargs="+", action="extend", default=[]
    )
    parser.add_argument(
        "--drift", type=arguments_of.seconds, default=0.0, metavar="S", help="of its clock"
    )
    parser.add_argument("--webhook", metavar="URL", help="call it when an input changes")
    parser.add_argument(
        "--input-every", type=arguments_of.period, metavar="S", help="change input 1 this often"
    )
    accounts = Accounts()
    parser.add_argument("--user", default=accounts.user, help="'' asks nobody for a password")
    parser.add_argument("--password", default=accounts.password)
    parser.add_argument("--reader-user", default=accounts.reader_user)
    parser.add_argument("--reader-password", default=accounts.reader_password)
    return parser.parse_args(argv)


def main() -> int:
    """Run, and say in one line what is wrong with the arguments."""
    try:
        return asyncio.run(run(parse(sys.argv[1:])))
    except (OSError, ValueError) as err:
        print(f"scripts/simulate wes: {err}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
