"""Recorded Shelly devices in the format of aioshelly's fixtures, and one made up.

An object of three: ``shelly`` is what ``Shelly.GetDeviceInfo`` answers, ``config``
and ``status`` are those of ``Shelly.GetConfig`` and ``Shelly.GetStatus``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.tools.json_files import load

type Json = dict[str, Any]

MAC_PREFIX = "02EC0A"
"""Locally administered, so nobody's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fixture:
    """A device as it was when it was recorded."""

    shelly: Json
    config: Json
    status: Json


def read_fixture(path: Path) -> Fixture:
    """Return the device in a file; raises OSError, ValueError or TypeError."""
    content = load(path)
    if "settings" in content:
        raise ValueError(f"{path.name}: a Gen1 device, which speaks another protocol")
    parts: Json = {name: content.get(name) for name in ("shelly", "config", "status")}
    for name, part in parts.items():
        if not isinstance(part, dict):
            raise TypeError(f"{path.name}: has no object named {name}")
    return Fixture(**parts)


def made_up_plug(serial: int = 1) -> Fixture:
    """Return a Plus Plug S that nobody owns (SYNTHETIC)."""
    mac = f"{MAC_PREFIX}{serial:06X}"
    firmware = "20240819-074343/1.4.2-gc2639da"
    name = f"Plug {serial}"
    return Fixture(
        shelly={
            "name": name,
            "id": f"shellyplusplugs-{mac.lower()}",
            "mac": mac,
            "slot": 0,
            "model": "SNPL-00112EU",
            "gen": 2,
            "fw_id": firmware,
            "ver": "1.4.2",
            "app": "PlusPlugS",
            "auth_en": False,
            "auth_domain": None,
        },
        config={
            "ble": {"enable": False},
            "cloud": {"enable": False, "server": None},
            "mqtt": {"enable": False, "server": None},
            "plugs_ui": {"leds": {"mode": "power"}},
            "switch:0": {"id": 0, "name": None, "initial_state": "restore_last"},
            "sys": {
                "device": {"name": name, "mac": mac, "fw_id": firmware, "discoverable": True},
                "location": {"tz": "Europe/Paris", "lat": None, "lon": None},
                "cfg_rev": 10,
            },
            "wifi": {"sta": {"ssid": "made-up", "enable": True}},
            "ws": {"enable": False, "server": None},
        },
        status={
            "ble": {},
            "cloud": {"connected": False},
            "mqtt": {"connected": False},
            "plugs_ui": {},
            "switch:0": {
                "id": 0,
                "source": "init",
                "output": True,
                "apower": 42.5,
                "voltage": 230.4,
                "current": 0.184,
                "aenergy": {
                    "total": 12345.678,
                    "by_minute": [708.333, 708.333, 708.333],
                    "minute_ts": 1764000000,
                },
                "temperature": {"tC": 31.4, "tF": 88.5},
            },
            "sys": {
                "mac": mac,
                "restart_required": False,
                "time": "12:00",
                "unixtime": 1764000000,
                "uptime": 86400,
                "cfg_rev": 10,
                "available_updates": {},
            },
            "wifi": {"sta_ip": "192.0.2.10", "status": "got ip", "ssid": "made-up", "rssi": -58},
            "ws": {"connected": False},
        },
    )
