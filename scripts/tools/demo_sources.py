"""The devices of the demo, all simulated."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from scripts.tools.ha_process import ROOT, stop_process

STOP_SECONDS: Final = 5

DEMO_KEY: Final = "000102030405060708090A0B0C0D0E0F"
DEMO_AUTH_KEY: Final = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
"""The example keys of the DLMS Green Book; they open nothing but the demo."""


@dataclass(frozen=True, slots=True)
class DemoSource:
    """One simulated device, and how a person would add it."""

    name: str
    family: str
    arguments: tuple[str, ...]
    steps: Callable[[Mapping[str, Any]], Mapping[str, dict[str, Any]]]

    def answers(self, simulator: Simulator) -> Mapping[str, dict[str, Any]]:
        """Return what to answer at each step of the config flow."""
        return {"user": {"next_step_id": f"{self.family}_user"}, **self.steps(simulator.says)}


class Simulator:
    """A running ``scripts/simulate``; it says on its first line where it listens."""

    def __init__(self, source: DemoSource, folder: Path) -> None:
        """Prepare; the port of an earlier run is taken again where it can be."""
        self.source = source
        self.says: dict[str, Any] = {}
        self._remembered = folder / f"{source.name}.port"
        self._process: asyncio.subprocess.Process | None = None
        self._log: IO[bytes] | None = None

    async def start(self) -> None:
        """Start it and wait for its address."""
        port = self._remembered.read_text() if self._remembered.exists() else "0"
        self._log = self._remembered.with_suffix(".log").open("wb")
        self._process = await asyncio.create_subprocess_exec(
            str(ROOT / "scripts" / "simulate"),
            self.source.family,
            "--port",
            port,
            *self.source.arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        first = await self._process.stdout.readline() if self._process.stdout else b""
        if not first:
            raise OSError(f"the simulator of {self.source.name} did not start")
        self.says = json.loads(first)
        self._remembered.write_text(self.says["address"].rpartition(":")[2])

    async def stop(self) -> None:
        """Stop it; a second call does nothing."""
        process, self._process = self._process, None
        await stop_process(process, STOP_SECONDS)
        if self._log is not None:
            self._log.close()


def _grid_meter(says: Mapping[str, Any]) -> Mapping[str, dict[str, Any]]:
    return {
        "e450_user": {"device": says["address"]},
        "e450_found": {"name": "Grid meter", "role": "grid"},
    }


def _solar_meter(says: Mapping[str, Any]) -> Mapping[str, dict[str, Any]]:
    return {
        "e450_user": {"device": says["address"]},
        "e450_keys": {"key": DEMO_KEY, "auth_key": DEMO_AUTH_KEY},
        "e450_found": {"name": "Solar meter", "role": "solar"},
    }


def _flat(name: str, **found: Any) -> Callable[[Mapping[str, Any]], Mapping[str, dict[str, Any]]]:
    """Return the answers for the WES of a flat; only the first one needs an account."""

    def steps(says: Mapping[str, Any]) -> Mapping[str, dict[str, Any]]:
        ports = {"http_port": 80, "m2m_port": says["m2m"]}
        return {
            "wes_user": {"address": says["address"], "ports": ports, **found.get("account", {})},
            "wes_found": {"name": name, **found["meters"]},
        }

    return steps


def _shelly(
    name: str, password: str | None = None
) -> Callable[[Mapping[str, Any]], Mapping[str, dict[str, Any]]]:
    """Return the answers for a Shelly, which asks for a password if it has one."""

    def steps(says: Mapping[str, Any]) -> Mapping[str, dict[str, Any]]:
        return {
            "shelly_user": {"address": says["address"]},
            "shelly_password": {"password": password},
            "shelly_found": {"name": name, "role": "sub_meter"},
        }

    return steps


def _meross(name: str) -> Callable[[Mapping[str, Any]], Mapping[str, dict[str, Any]]]:
    """Return the answers for a Meross; only the first one needs the key."""

    def steps(says: Mapping[str, Any]) -> Mapping[str, dict[str, Any]]:
        return {
            "meross_user": {"address": says["address"]},
            "meross_access": {"next_step_id": "meross_key"},
            "meross_key": {"key": says["key"]},
            "meross_found": {"name": name, "role": "sub_meter"},
        }

    return steps


_FIXTURES: Final = ROOT / "tests" / "fixtures"
_STRIP: Final = _FIXTURES / "shelly" / "power_strip_1.8.99_2025-11-02.json"
_MSS305: Final = _FIXTURES / "meross" / "mss305_8.3.15_2025-02-17.json"

_FLAT: Final = {"role_1": "sub_meter", "counters": {"counter_1": "water_l"}}
_COMMON: Final = {
    "role_1": "none",
    "role_2": "sub_meter",
    "role_3": "none",
    "counters": {"counter_3": "gas_l", "counter_4": "heat_wh"},
}

SOURCES: Final = (
    DemoSource(
        "Grid meter",
        "e450",
        ("--layout", "push_list", "--interval", "5", "--house", "grid"),
        _grid_meter,
    ),
    DemoSource(
        "Solar meter",
        "e450",
        (
            *("--layout", "obis_pairs", "--interval", "5", "--house", "solar"),
            *("--key", DEMO_KEY, "--auth-key", DEMO_AUTH_KEY),
        ),
        _solar_meter,
    ),
    DemoSource(
        "Flat 1",
        "wes",
        ("--firmware", "0.84", "--serial", "1", "--m2m-port", "0"),
        _flat("Flat 1", meters=_FLAT, account={"username": "admin", "password": "wes"}),
    ),
    DemoSource(
        "Flat 2",
        "wes",
        ("--firmware", "0.84", "--serial", "2", "--m2m-port", "0"),
        _flat("Flat 2", meters=_FLAT),
    ),
    DemoSource(
        "Common parts",
        "wes",
        ("--firmware", "synthetic-full", "--serial", "3", "--m2m-port", "0"),
        _flat("Common parts", meters=_COMMON),
    ),
    DemoSource("Washing machine", "shelly", ("--serial", "1"), _shelly("Washing machine")),
    DemoSource(
        "Fridge",
        "shelly",
        ("--serial", "2", "--password", "cold"),
        _shelly("Fridge", "cold"),
    ),
    DemoSource("Television", "meross", ("--serial", "1"), _meross("Television")),
    DemoSource(
        "Heater",
        "meross",
        ("--serial", "2", "--trace", str(_MSS305), "--live", "--encrypted"),
        _meross("Heater"),
    ),
    DemoSource(
        "Workshop strip",
        "shelly",
        ("--fixture", str(_STRIP), "--live"),
        _shelly("Workshop strip"),
    ),
)
"""Two meters, a building of three servers with one account, four plugs and a strip."""
