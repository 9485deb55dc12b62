"""Many simulated Shelly plugs in one process of low priority, for the benchmark.

Each tells its status once a second. Those of an even number draw nothing and tell the
same again; those of an odd number have another power, voltage, current and energy each
time. The first line on standard output lists where they listen, and which are idle;
a line on standard input asks how often each has told its status; its end ends all.
"""

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack
from typing import Final

from scripts.simulators.plug_load import Steady
from scripts.simulators.shelly_device import ShellyDevice
from scripts.simulators.shelly_fixture import made_up_plug
from scripts.simulators.shelly_server import ShellyServer

NICE: Final = 10
EVERY: Final = 1.0


class Plug:
    """One plug of the fleet."""

    def __init__(self, serial: int) -> None:
        """Make it up; a plug of an even number is idle."""
        self.idle = serial % 2 == 0
        self.server = ShellyServer(ShellyDevice(made_up_plug(serial)))
        self.told = 0
        if self.idle:
            self.server.device.plug("switch:0", Steady(0.0))

    @property
    def reports(self) -> int:
        """Return how often it has said its status: by itself, or because it was asked."""
        return self.told + self.server.calls.count("Shelly.GetStatus")

    async def tell(self) -> None:
        """Change if it does, and tell the whole status of its outlet to every client."""
        self.told += 1
        device = self.server.device
        if not self.idle:
            device.set_power("switch:0", 100.0 + self.told % 50)
            device.set("switch:0", voltage=230.0 + self.told % 7 / 10)
        status = device.status()["switch:0"]
        await self.server.notify("NotifyStatus", {"ts": round(device.now(), 2), "switch:0": status})


async def live(plug: Plug, delay: float) -> None:
    """Let a plug tell on a beat of its own, for ever."""
    loop = asyncio.get_running_loop()
    due = loop.time() + delay
    while True:
        await asyncio.sleep(max(due - loop.time(), 0))
        await plug.tell()
        due += EVERY


async def run(count: int) -> None:
    """Serve until standard input ends."""
    os.nice(NICE)
    async with AsyncExitStack() as stack:
        plugs = [Plug(serial) for serial in range(1, count + 1)]
        for plug in plugs:
            await stack.enter_async_context(plug.server)
        where = [{"address": plug.server.address, "idle": plug.idle} for plug in plugs]
        print(json.dumps(where), flush=True)
        async with asyncio.TaskGroup() as group:
            beats = [
                group.create_task(live(plug, EVERY * place / count))
                for place, plug in enumerate(plugs)
            ]
            while await asyncio.to_thread(sys.stdin.readline):
                print(json.dumps([plug.reports for plug in plugs]), flush=True)
            for beat in beats:
                beat.cancel()


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1])))
