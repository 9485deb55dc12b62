"""Write tests/fixtures/e450 anew from the captured sets.

Captures hold strangers' serial numbers and keys, so what is committed is made
from them: other serial numbers and system titles, ciphered with our own test
keys, check sequences recomputed. The numbers measured, the framing, the
blocks and what is wrong with a set stay as they were. What is expected of a
fixture comes from the lines that stand beside each capture, not from ECOM's
own decoder. What no capture shows is made by ECOM's encoder and says so.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from scripts.tools.pure import ROOT, load_pure

load_pure()

from custom_components.ecom.families.e450.protocol import (  # noqa: E402 - needs the stubs
    PROFILES,
    Keys,
    Layout,
    MeterTime,
    ObisCode,
)
from custom_components.ecom.families.e450.protocol.apdu import LLC  # noqa: E402 - as above
from custom_components.ecom.families.e450.protocol.encoder import (  # noqa: E402 - as above
    encode,
    frame,
)
from custom_components.ecom.families.e450.protocol.profiles import CLOCK  # noqa: E402 - as above
from custom_components.ecom.families.e450.protocol.replay import (  # noqa: E402 - as above
    Changes,
    rewrite,
)
from custom_components.ecom.families.e450.protocol.values import Raw  # noqa: E402 - as above

_DATA: Final = ROOT.parent / "shared" / "data" / "e450" / "telegrams.json"
_TARGET: Final = ROOT / "tests" / "fixtures" / "e450"
_KEY: Final = "000102030405060708090A0B0C0D0E0F"
_AUTH_KEY: Final = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
_TITLE: Final = b"LGZ\x67\x70\x00\x00\x01"
_VALUE: Final = re.compile(r"^ {5}(?:\(\d+, '(\S+)\.255', \d\)|(\d\S+)\.255|None) (.+)$")
_DESCRIBED: Final = re.compile(r"^ {5}None \[b(['\"])(.+)\1, (.+?)(?:, \[-?\d+, \d+\])?\]$")

type Json = dict[str, Any]
type Values = dict[ObisCode, Raw]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How one capture becomes one fixture."""

    name: str
    layout: Layout | None = None
    names: dict[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()


PLANS: Final = {
    "scs-e450-A": Plan(
        name="e450_ekz_2021-07-06",
        layout=Layout.PUSH_LIST,
        names={"LGZ1030655933512": "LGZ1030600000001", "1935912": "1900001"},
        kinds=("truncated",),
    ),
    "scs-e450-B": Plan(
        name="e450_ch_2022-11-22",
        layout=Layout.PUSH_LIST,
        names={"44337811": "44000002"},
    ),
    "scs-e450-C-invalid": Plan(
        name="e450_ekz_2021-07-06_reordered",
        names={"LGZ1030655933512": "LGZ1030600000001", "1935912": "1900001"},
        kinds=("gbt",),
    ),
    "scs-e450-D-enc": Plan(name="e450_graz_2022-02-23", layout=Layout.OBIS_PAIRS),
    "scs-e360-A": Plan(
        name="e360_ch_2023-06-06",
        layout=Layout.PUSH_LIST,
        names={"LGZ1030163598905": "LGZ1030100000003"},
    ),
    "scs-e570-A-enc": Plan(
        name="e570_ch_2024-03-13",
        layout=Layout.PUSH_LIST,
        names={"LGZ1030769231253": "LGZ1030700000004"},
    ),
    "elibs-e450-1-enc": Plan(name="e450_styria_2022-02-21", layout=Layout.OBIS_PAIRS),
    "ams-gh501-1": Plan(
        name="e450_burgenland_2023-03-28",
        layout=Layout.BARE_14,
        names={"30137181": "30000005"},
    ),
    "ams-gh934-apdu": Plan(
        name="e450_ch_2025-02-28",
        layout=Layout.PUSH_LIST,
        names={"63316890": "63000006"},
    ),
    "ams-gh949-part": Plan(name="e450_romande_2025-04-07_cut", kinds=("truncated",)),
    "ams-lng-B": Plan(
        name="e450_ch_2021-07-19", layout=Layout.PUSH_LIST, names={"43094351": "43000007"}
    ),
    "ams-e350-no": Plan(
        name="e350_embriq", layout=Layout.SELF_DESCRIBING, names={"13943597": "13000008"}
    ),
    "scs-i74-opt": Plan(name="e450_thurgau_2024-11-03", layout=Layout.BARE_2),
    "elibs-cy-1": Plan(name="e450_cyprus_2026-06-08", layout=Layout.PUSH_LIST),
}


def expected_telegrams(plan: Plan, lines: list[str]) -> list[Json]:
    """Return what a set's own lines say of each telegram: its raw values by code, in order."""
    if plan.layout is None:
        return []
    telegrams: list[Json] = []
    for line in lines:
        if re.match(r"^ {2}DN ", line):
            telegrams.append({"layout": plan.layout, "raw": {}})
        elif code_and_raw := _expected_value(plan, line, telegrams):
            code, raw = code_and_raw
            telegrams[-1]["raw"][code] = raw
    return telegrams


def _expected_value(plan: Plan, line: str, telegrams: list[Json]) -> tuple[str, Any] | None:
    if described := _DESCRIBED.match(line):
        octets = described[2].encode().decode("unicode_escape").encode("latin-1")
        return str(ObisCode.from_bytes(octets)), _renamed(plan, _raw(described[3]))
    found = _VALUE.match(line)
    if found is None or found[3].startswith("LN "):
        return None
    code = found[1] or found[2]
    if code is None:
        columns = [each.columns for each in PROFILES if each.layout is plan.layout]
        at = len(telegrams[-1]["raw"])
        code = str(columns[0][at] if columns else CLOCK)
    return code, _renamed(plan, _raw(found[3]))


def _raw(text: str) -> str | int:
    if text.startswith("'"):
        return text.strip("'").encode().decode("unicode_escape")
    return int(text) if re.fullmatch(r"-?\d+", text) else _moment(text)


def _moment(text: str) -> str:
    date, time = re.split(r"[ .]", text)[:2]
    return f"{date}T{time}"


def _renamed(plan: Plan, raw: str | int) -> str | int:
    if isinstance(raw, str):
        for old, new in plan.names.items():
            raw = raw.replace(old, new)
    return raw


def reserialise(entry: Json, plan: Plan) -> Json:
    """Return a fixture made from a captured set."""
    octets = bytes.fromhex(entry["hex"])
    if "apdu" in entry["id"]:
        octets = frame(LLC + octets)
    label = "re-serialised, framed by our encoder" if "apdu" in entry["id"] else "re-serialised"
    changed = rewrite(
        octets,
        Changes(
            names={old.encode(): new.encode() for old, new in plan.names.items()},
            keys=Keys.from_hex(entry["key"], entry["auth_key"]),
            new_keys=Keys.from_hex(_KEY, _AUTH_KEY),
            system_title=_TITLE,
        ),
    )
    return {
        "label": label,
        "source": entry["source"],
        "key": _KEY if entry["key"] else None,
        "auth_key": _AUTH_KEY if entry["auth_key"] else None,
        "expected": {
            "telegrams": expected_telegrams(plan, entry["decoded"]),
            "refused": list(plan.kinds),
        },
        "hex": changed.hex().upper(),
    }


def synthetic() -> Iterator[tuple[str, Json]]:
    """Give the two layouts that no capture shows in plain text, and one telegram without a key."""
    start = MeterTime(local=datetime(2026, 1, 15, 18, 30), dst=False)  # noqa: DTZ001 - the meter's
    energies = (21_040_168, 0, 1_591_784, 1_401_005, 769, 0, 0, 442)
    telegrams: list[Values] = []
    for second in range(4):
        clock = replace(start, local=start.local + timedelta(seconds=second))
        columns = next(each.columns for each in PROFILES if each.key == "bare_9")
        telegrams.append(dict(zip(columns, (clock, *energies), strict=True)))
    yield "e450_vienna_synthetic", _made(Layout.BARE_9, telegrams, Keys.from_hex(_KEY))
    columns = next(each.columns for each in PROFILES if each.key == "bare_11")
    numbers = (236, 237, 236, 0, 4, 26, 29, 0, 31_358_606, 7_619)
    values: Values = dict(zip(columns, (*numbers, "30000005"), strict=True))
    keys = Keys.from_hex(_KEY, _AUTH_KEY)
    yield "e450_burgenland_11_synthetic", _made(Layout.BARE_11, [values], keys, b"\xcf")


def _made(
    layout: Layout, telegrams: list[Values], keys: Keys, destination: bytes = b"\xce\xff"
) -> Json:
    start = MeterTime(local=datetime(2026, 1, 15, 18, 30))  # noqa: DTZ001 - the meter's own
    octets = b"".join(
        encode(
            layout,
            values,
            invoke_id=0xA1400 + index,
            header_time=start,
            keys=keys,
            system_title=_TITLE,
            invocation_counter=0xA1400 + index,
            destination=destination,
        )
        for index, values in enumerate(telegrams)
    )
    return {
        "label": "SYNTHETIC",
        "source": "ECOM's encoder, after facts on the layout; no capture could be decoded",
        "key": _KEY,
        "auth_key": _AUTH_KEY if keys.authentication else None,
        "expected": {
            "telegrams": [
                {
                    "layout": layout,
                    "raw": {
                        str(code): raw.isoformat() if isinstance(raw, MeterTime) else raw
                        for code, raw in values.items()
                    },
                }
                for values in telegrams
            ],
            "refused": [],
        },
        "hex": octets.hex().upper(),
    }


def main() -> int:
    """Write all fixtures; return 1 where the captured sets are not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=_DATA)
    data = parser.parse_args().data
    if not data.exists():
        print(f"{data} is not there", file=sys.stderr)
        return 1
    fixtures = dict(synthetic())
    for entry in json.loads(data.read_text()):
        if plan := PLANS.get(entry["id"]):
            fixtures[plan.name] = reserialise(entry, plan)
    _TARGET.mkdir(parents=True, exist_ok=True)
    for name, fixture in fixtures.items():
        text = json.dumps(fixture, indent=2, ensure_ascii=False)
        (_TARGET / f"{name}.json").write_text(text + "\n")
    print(f"{len(fixtures)} fixtures in {_TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
