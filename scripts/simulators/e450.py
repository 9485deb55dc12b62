"""A Landis+Gyr meter with a made-up house behind it (SYNTHETIC), or a capture replayed."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from random import Random

from scripts.simulators import arguments as arguments_of
from scripts.tools.pure import load_pure

load_pure()

from custom_components.ecom.families.e450.protocol.security import Keys  # noqa: E402
from custom_components.ecom.families.e450.protocol.values import Layout  # noqa: E402
from scripts.simulators.e450_meter import (  # noqa: E402
    House,
    HouseMeter,
    Meter,
    ReplayedMeter,
    SwitchingMeter,
    find_capture,
    split_frames,
)
from scripts.simulators.faults import Fault, Piece, play  # noqa: E402
from scripts.simulators.outlets import Outlet, PtyOutlet, TcpOutlet  # noqa: E402
from scripts.simulators.switching_book import SwitchingBook  # noqa: E402

DRIFT = timedelta(minutes=5)
WRONG_KEY = Keys.from_hex("F" * 32, "F" * 32)


async def run(arguments: argparse.Namespace) -> int:
    """Speak until interrupted, or until ``--count`` telegrams have been sent."""
    meter = make_meter(arguments)
    outlet: Outlet = PtyOutlet() if arguments.pty else await TcpOutlet.open(arguments.port)
    print(json.dumps({"address": outlet.address, "key": arguments.key}), flush=True)
    speaking = asyncio.create_task(speak(meter, outlet, arguments))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, speaking.cancel)
    with suppress(asyncio.CancelledError):
        await speaking
    await outlet.close()
    return 0


async def speak(meter: Meter, outlet: Outlet, arguments: argparse.Namespace) -> None:
    """Send one telegram at each interval, with its fault."""
    random = Random(arguments.seed)  # noqa: S311 - repeatable on purpose, no secret
    fault = arguments.fault
    loop = asyncio.get_running_loop()
    due = loop.time()
    for number in _numbers(arguments.count):
        wrong = fault is Fault.WRONG_KEY and number % 2 == 1
        drift = DRIFT if fault is Fault.CLOCK_DRIFT else timedelta()
        frames = split_frames(meter.telegram(number, drift, WRONG_KEY if wrong else None))
        await send(play(fault, number, frames, random), outlet)
        due = max(due + arguments.interval, loop.time())
        await asyncio.sleep(due - loop.time())


async def send(pieces: list[Piece], outlet: Outlet) -> None:
    """Send pieces in order, waiting where they say so."""
    for piece in pieces:
        if isinstance(piece, bytes):
            outlet.send(piece)
        else:
            await asyncio.sleep(piece)


def make_meter(arguments: argparse.Namespace) -> Meter:
    """Return the meter that the arguments describe; raises ValueError or OSError."""
    keys = Keys.from_hex(arguments.key, arguments.auth_key)
    if arguments.replay is not None:
        capture = find_capture(arguments.replay)
        return ReplayedMeter(capture, keys, rebase=arguments.rebase_time)
    if arguments.switching is not None:
        return SwitchingMeter(Layout(arguments.layout), keys, arguments.switching, arguments.serial)
    return HouseMeter(Layout(arguments.layout), keys, House(arguments.house), arguments.serial)


def parse(argv: list[str]) -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(prog="scripts/simulate e450", description=__doc__)
    parser.add_argument("--layout", choices=[*Layout], default=Layout.PUSH_LIST)
    parser.add_argument("--house", choices=[*House], default=House.GRID, help="what it measures")
    parser.add_argument("--serial", type=int, default=1, help="the number in its names")
    parser.add_argument("--key", metavar="HEX", help="encrypt with this key")
    parser.add_argument("--auth-key", metavar="HEX", help="and authenticate with this one")
    parser.add_argument("--interval", type=arguments_of.period, default=5.0, metavar="S")
    parser.add_argument("--count", type=int, metavar="N", help="stop after N telegrams")
    parser.add_argument("--fault", type=Fault, choices=[*Fault])
    parser.add_argument("--seed", type=int, default=1, help="of what the faults draw by lot")
    parser.add_argument(
        "--replay",
        metavar="ID|FILE",
        help="a fixture of tests/fixtures/e450, a set of ../shared, or a file of hex",
    )
    parser.add_argument(
        "--rebase-time", action="store_true", help="date the capture now, each time anew"
    )
    parser.add_argument(
        "--switching",
        type=SwitchingBook.parse,
        metavar="TIMES",
        help="count from the first moment, switch the tariff at the next ones, end at the last",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--pty", action="store_true", help="a pseudo-terminal")
    where.add_argument(
        "--port", type=arguments_of.port, default=0, metavar="N", help="a TCP port on loopback"
    )
    arguments = parser.parse_args(argv)
    if arguments.auth_key and not arguments.key:
        parser.error("--auth-key needs --key: what is not encrypted is not authenticated")
    if arguments.rebase_time and arguments.replay is None:
        parser.error("--rebase-time needs --replay: a simulated meter knows the time")
    return arguments


def main() -> int:
    """Run, and say in one line what is wrong with the arguments."""
    try:
        return asyncio.run(run(parse(sys.argv[1:])))
    except (OSError, ValueError) as err:
        print(f"scripts/simulate e450: {err}", file=sys.stderr)
        return 2


def _numbers(count: int | None) -> Iterator[int]:
    number = 0
    while count is None or number < count:
        yield number
        number += 1


if __name__ == "__main__":
    sys.exit(main())
