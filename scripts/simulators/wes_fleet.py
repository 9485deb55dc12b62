"""Many simulated WES in one process of low priority, for the benchmark.

The first line on standard output lists where they listen. A line on standard
input makes the last three rude, each in its own way; the end of it ends all.
"""

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack
from typing import Final

from scripts.tools.pure import load_pure

load_pure()

from scripts.simulators.wes_faults import Fault  # noqa: E402 - the page's writer needs the stubs
from scripts.simulators.wes_house import House  # noqa: E402 - as above
from scripts.simulators.wes_page import Firmware  # noqa: E402 - as above
from scripts.simulators.wes_server import Setup, WesServer  # noqa: E402 - as above

NICE: Final = 10
RUDE: Final = (Fault.BYTE, Fault.ENDLESS, Fault.SLOW)


async def run(count: int) -> None:
    """Serve until standard input ends."""
    os.nice(NICE)
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(WesServer(setup_of(serial)))
            for serial in range(1, count + 1)
        ]
        where = [{"address": server.address, "m2m": server.m2m_port} for server in servers]
        print(json.dumps(where), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            for server, fault in zip(servers[-len(RUDE) :], RUDE, strict=True):
                server.faults = {fault}
        for server in servers[: -len(RUDE)]:
            print(json.dumps({"most_connections": server.most_connections}), flush=True)


def setup_of(serial: int) -> Setup:
    """Return a server of a building: all firmwares are there, and flats besides a house."""
    firmware = tuple(Firmware)[serial % len(Firmware)]
    return Setup(serial=serial, firmware=firmware, house=House.FLAT if serial > 1 else House.GRID)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1])))
