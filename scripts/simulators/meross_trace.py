"""Recorded Meross devices in the two formats of meross_lan's traces, and one made up.

A ``.csv`` has a row for each message, its columns parted by tabs; diagnostics are an object
with the same rows as lists in ``data.trace``. What is masked there is made up here.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

type Json = dict[str, Any]

ALL: Final = "Appliance.System.All"
ABILITY: Final = "Appliance.System.Ability"
MULTIPLE: Final = "Appliance.Control.Multiple"
SUITE: Final = "Appliance.Encrypt.Suite"
ECDHE: Final = "Appliance.Encrypt.ECDHE"

_MASKS: Final = ("#", "@")
_ANSWERS: Final = {"GETACK", "PUSH"}
_COLUMNS: Final = 5  # or six: the oldest traces do not say in which direction


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """A device as it was when it was recorded; ``answers`` are whole payloads by namespace."""

    all: Json
    ability: Json
    answers: dict[str, Json] = field(default_factory=dict)


def read_trace(path: Path, serial: int = 1) -> Trace:
    """Return the device in a file; raises OSError, ValueError or TypeError."""
    text = path.read_text(encoding="utf-8-sig")
    found: dict[str, Json] = {}
    if text.lstrip().startswith("{"):
        data = json.loads(text).get("data", {})
        first = data.get("payload", {})
        rows: Iterable[Any] = data.get("trace", [])
    else:
        first, rows = {}, (line.split("\t") for line in text.splitlines())
    for namespace, payload in _payloads(rows):
        _keep(found, namespace, payload)
    everything = _part(found.pop(ALL, {}), "all") or first.get("all")
    ability = _part(found.pop(ABILITY, {}), "ability") or first.get("ability")
    if not isinstance(everything, dict) or "system" not in everything:
        raise ValueError(f"{path.name}: holds no answer to {ALL}")
    if not isinstance(ability, dict):
        raise TypeError(f"{path.name}: holds no answer to {ABILITY}")
    return Trace(all=unmasked(everything, serial), ability=ability, answers=found)


def unmasked(everything: Json, serial: int) -> Json:
    """Replace what is masked: by names that nobody has, or that are no secret."""
    mac = f"48:e1:e9:{serial >> 16 & 255:02x}:{serial >> 8 & 255:02x}:{serial & 255:02x}"
    given: Json = {
        "uuid": f"2101010000000000000048e1e9{serial:06x}",
        "macAddress": mac,
        "wifiMac": mac,
        "innerIp": "192.0.2.20",
        "port": 443,
        "userId": 1,
    }

    def clean(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: clean(key, part) for key, part in value.items()}
        if isinstance(value, str) and value.startswith(_MASKS):
            return given.get(name, "mqtt.invalid")
        if not value and name in {"uuid", "macAddress"}:
            return given[name]
        return value

    cleaned: Json = clean("", everything)
    hardware = cleaned["system"].setdefault("hardware", {})
    for name in ("uuid", "macAddress"):
        hardware.setdefault(name, given[name])
    return cleaned


def made_up_plug(serial: int = 1) -> Trace:
    """Return an mss310 that nobody owns (SYNTHETIC)."""
    system = {
        "hardware": {"type": "mss310", "subType": "eu", "version": "2.0.0", "chipType": "MT7682"},
        "firmware": {"version": "2.1.17", "wifiMac": "#", "innerIp": "#", "userId": "@"},
        "time": {"timestamp": 1764000000, "timezone": "Europe/Paris", "timeRule": []},
        "online": {"status": 1},
    }
    toggle = {"channel": 0, "onoff": 1, "lmTime": 1763990000}
    names = (
        *("System.All", "System.Ability", "System.Hardware", "System.Firmware", "System.Time"),
        *("System.Online", "System.Runtime", "Control.ToggleX", "Control.Electricity"),
        "Control.ConsumptionX",
    )
    return Trace(
        all=unmasked({"system": system, "digest": {"togglex": [toggle]}}, serial),
        ability={f"Appliance.{name}": {} for name in names} | {MULTIPLE: {"maxCmdNum": 5}},
        answers={
            "Appliance.Control.Electricity": {
                "electricity": {"channel": 0, "current": 187, "voltage": 2304, "power": 42500}
            },
            "Appliance.Control.ConsumptionX": {"consumptionx": []},
            "Appliance.System.Runtime": {"runtime": {"signal": 74}},
        },
    )


def _payloads(rows: Iterable[Any]) -> Iterator[tuple[str, Json]]:
    """Yield what the device said, what was wrapped in a multiple answer one by one."""
    for row in rows:
        if len(row) < _COLUMNS or row[1] == "TX":
            continue
        method, namespace, payload = str(row[-3]), str(row[-2]), row[-1]
        if isinstance(payload, str):
            with suppress(ValueError):
                payload = json.loads(payload)
        if not isinstance(payload, dict):
            continue
        if namespace == MULTIPLE and method == "SETACK":
            for message in payload.get("multiple", []):
                if message["header"]["method"] in _ANSWERS:
                    yield message["header"]["namespace"], message["payload"]
        elif method in _ANSWERS:
            yield namespace, payload


def _keep(found: dict[str, Json], namespace: str, payload: Json) -> None:
    """Keep an answer; those of several channels are put together."""
    before = found.get(namespace, {})
    found[namespace] = payload
    for name, part in payload.items():
        known = before.get(name)
        if not (isinstance(part, list) and isinstance(known, list)):
            continue
        channels = {
            item["channel"]: item
            for item in (*known, *part)
            if isinstance(item, dict) and "channel" in item
        }
        if channels:
            found[namespace] = payload | {name: list(channels.values())}


def _part(payload: Json, name: str) -> Any:
    """Return the content of an answer, which the first rows of a trace hold unwrapped."""
    return payload.get(name, payload)
