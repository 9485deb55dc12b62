"""The committed telegrams, and the originals where they are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from custom_components.ecom.families.e450.protocol import (
    Decoder,
    Keys,
    Layout,
    MeterTime,
    ObisCode,
    Refusal,
    Telegram,
)
from custom_components.ecom.families.e450.protocol.layouts import Body
from custom_components.ecom.families.e450.protocol.values import Raw

ROOT: Final = Path(__file__).resolve().parents[4]
FIXTURES: Final = ROOT / "tests" / "fixtures" / "e450"
ORIGINALS: Final = ROOT.parent / "shared" / "data" / "e450" / "telegrams.json"

type Event = Telegram | Refusal
type RawValues = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """Octets and what they must give."""

    name: str
    octets: bytes
    keys: Keys
    telegrams: list[RawValues]
    refused: list[str]


def load(name: str) -> Capture:
    """Return one committed fixture."""
    fixture = json.loads((FIXTURES / f"{name}.json").read_text())
    return Capture(
        name=name,
        octets=bytes.fromhex(fixture["hex"]),
        keys=Keys.from_hex(fixture["key"], fixture["auth_key"]),
        telegrams=[each["raw"] for each in fixture["expected"]["telegrams"]],
        refused=fixture["expected"]["refused"],
    )


def all_fixtures() -> list[Capture]:
    """Return every committed fixture."""
    return [load(path.stem) for path in sorted(FIXTURES.glob("*.json"))]


def originals() -> list[dict[str, Any]]:
    """Return the captured sets, none where they are not beside the repository."""
    return json.loads(ORIGINALS.read_text()) if ORIGINALS.exists() else []


def decode(octets: bytes, keys: Keys | None = None, step: int = 0) -> list[Event]:
    """Return all events of a stream, fed whole or ``step`` octets at a time."""
    decoder = Decoder(keys=keys or Keys())
    pieces = [octets]
    if step:
        pieces = [octets[at : at + step] for at in range(0, len(octets), step)]
    events = [event for piece in pieces for event in decoder.receive(piece)]
    return events + decoder.finish()


def telegrams(events: Sequence[Event]) -> list[Telegram]:
    """Return the good ones."""
    return [event for event in events if isinstance(event, Telegram)]


def refused(events: Sequence[Event]) -> list[str]:
    """Return the kinds of the others."""
    return [str(event.kind) for event in events if isinstance(event, Refusal)]


def raw_values(telegram: Telegram) -> RawValues:
    """Return a telegram's raw values by code, moments as text."""
    return {
        str(code): value.raw.isoformat().split("+")[0]
        if isinstance(value.raw, MeterTime)
        else value.raw
        for code, value in telegram.values.items()
    }


def body_of(values: Sequence[tuple[ObisCode, Raw]]) -> Body:
    """Return a recognised body with these values."""
    codes = tuple(code for code, _ in values)
    return Body(Layout.PUSH_LIST, codes, [raw for _, raw in values])


def values_of(body: Body) -> list[tuple[ObisCode, Raw]]:
    """Return what a body has, object by object."""
    return list(zip(body.codes, body.raws, strict=True))
