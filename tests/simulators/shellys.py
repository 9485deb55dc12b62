"""What the tests of the simulated Shelly share."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aioshelly.rpc_device import RpcDevice, RpcUpdateType

from scripts.simulators.shelly_device import ShellyDevice
from scripts.simulators.shelly_fixture import read_fixture
from scripts.tools.pure import ROOT
from tests.simulators.clocks import Clock

FIXTURES = ROOT / "tests" / "fixtures" / "shelly"
PLUG = "plus_plug_s_1.1.0_2024-02-07"
PRO_3EM = "pro_3em_1.1.0_2024-02-07"

type Connect = Callable[..., Any]


class Heard:
    """Collects what a client is told."""

    def __init__(self, client: RpcDevice) -> None:
        """Listen."""
        self.types: list[RpcUpdateType] = []
        self._news = asyncio.Event()
        client.subscribe_updates(self._hear)

    def _hear(self, _: RpcDevice, kind: RpcUpdateType) -> None:
        self.types.append(kind)
        self._news.set()

    async def until(self, kind: RpcUpdateType) -> None:
        """Wait for an update of a kind."""
        async with asyncio.timeout(5):
            while kind not in self.types:
                await self._news.wait()
                self._news.clear()


def recording(name: str) -> dict[str, Any]:
    """Return a fixture as it stands in its file."""
    content: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return content


def device(name: str = PLUG, *, live: bool = False, clock: Clock | None = None) -> ShellyDevice:
    """Return a recorded device."""
    return ShellyDevice(read_fixture(FIXTURES / f"{name}.json"), live=live, clock=clock)
