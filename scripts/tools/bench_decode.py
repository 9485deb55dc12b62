"""Telegrams per second, beside gurux-dlms on the same octets.

Both decode each captured set again and again, in turns and in short rounds;
the best round of each counts, so that a busy machine hurts neither. Only sets
that both decode to the same numbers are compared. gurux-dlms is asked for the
values alone: it is not made to say what they mean, which ECOM does besides.
"""

import argparse
import contextlib
import gc
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any, Final

from gurux_dlms import GXByteBuffer, GXReplyData  # type: ignore[import-untyped]
from gurux_dlms.enums import Authentication, InterfaceType, Security  # type: ignore[import-untyped]
from gurux_dlms.secure import GXDLMSSecureClient  # type: ignore[import-untyped]

from scripts.tools.pure import ROOT, load_pure

load_pure()

from custom_components.ecom.families.e450.protocol import (  # noqa: E402 - needs the stubs
    Decoder,
    Keys,
    Refusal,
    Telegram,
)

_DATA: Final = ROOT.parent / "shared" / "data" / "e450" / "telegrams.json"
_ROUNDS: Final = 40
_ROUND_SECONDS: Final = 0.02
_CUSTOMER_INTERFACE: Final = 103

type Numbers = list[int]
type Work[T] = Callable[[], list[T]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One set's speed with both, in sets a second of processor time."""

    name: str
    octets: int
    encrypted: bool
    ecom: float
    gurux: float

    @property
    def ratio(self) -> float:
        """Return how many times faster ECOM is."""
        return self.ecom / self.gurux


def ecom_work(octets: bytes, keys: Keys) -> Work[Telegram | Refusal]:
    """Return what decodes ``octets`` with ECOM."""
    decoder = Decoder(keys=keys)
    return lambda: decoder.receive(octets)


def gurux_work(octets: bytes, keys: Keys) -> Work[object]:
    """Return what decodes ``octets`` with gurux-dlms; it raises whatever gurux-dlms does."""
    client = GXDLMSSecureClient(
        useLogicalNameReferencing=True,
        clientAddress=_CUSTOMER_INTERFACE,
        serverAddress=1,
        forAuthentication=Authentication.NONE,
        password=None,
        interfaceType=InterfaceType.HDLC,
    )
    if keys.encryption:
        client.ciphering.security = Security.ENCRYPTION
        client.ciphering.blockCipherKey = bytearray(keys.encryption)
    if keys.authentication:
        client.ciphering.security = Security.AUTHENTICATION_ENCRYPTION
        client.ciphering.authenticationKey = bytearray(keys.authentication)

    def work() -> list[object]:
        buffer, telegram, found = GXByteBuffer(octets), GXReplyData(), []
        while buffer.position < buffer.size:
            before = buffer.position
            client.getData(buffer, GXReplyData(), telegram)
            if telegram.isComplete() and not telegram.isMoreData():
                found.append(telegram.value)
                telegram.clear()
            if buffer.position == before:
                break
        return found

    return work


def ecom_numbers(events: Iterable[Telegram | Refusal]) -> list[Numbers]:
    """Return the numbers of each telegram, in order."""
    return [
        [value.raw for value in event.values.values() if isinstance(value.raw, int)]
        for event in events
        if isinstance(event, Telegram)
    ]


def gurux_numbers(value: object) -> Iterator[int]:
    """Give the numbers of a body in order, but those that describe objects."""
    match value:
        case [[[_, bytearray(), _, _], *_], *values]:
            yield from gurux_numbers(values)
        case [bytearray(), number, [_, _]]:
            yield from gurux_numbers(number)
        case list():
            for item in value:
                yield from gurux_numbers(item)
        case int():
            yield int(value)


def decode_both(entry: dict[str, Any]) -> tuple[Work[Any], Work[Any]] | None:
    """Return both decoders' work on a captured set, None unless both give the same numbers."""
    octets = bytes.fromhex(entry["hex"])
    keys = Keys.from_hex(entry["key"], entry["auth_key"])
    ours, theirs = ecom_work(octets, keys), gurux_work(octets, keys)
    try:
        found = [list(gurux_numbers(value)) for value in theirs()]
    except Exception:  # noqa: BLE001 - a library that fails on a set, in whatever way, is left out
        return None
    return (ours, theirs) if found and found == ecom_numbers(ours()) else None


def measure(*works: Work[Any]) -> list[float]:
    """Return the best speeds, in sets a second, of works done in turns."""
    best = [0.0] * len(works)
    for _ in range(_ROUNDS):
        for index, work in enumerate(works):
            best[index] = max(best[index], _round(work))
    return best


def _round(work: Work[Any]) -> float:
    done, start = 0, process_time()
    while (elapsed := process_time() - start) < _ROUND_SECONDS:
        work()
        done += 1
    return done / elapsed


def run(entries: Iterable[dict[str, Any]]) -> Iterator[Result]:
    """Measure each set that both decode."""
    for entry in entries:
        works = decode_both(entry)
        if works is None:
            continue
        ecom, gurux = measure(*works)
        yield Result(
            name=entry["id"],
            octets=len(entry["hex"]) // 2,
            encrypted=bool(entry["key"]),
            ecom=ecom,
            gurux=gurux,
        )


def group_ratio(results: Iterable[Result]) -> float:
    """Return the ratio of the times that one telegram of every set takes."""
    chosen = list(results)
    theirs = sum(1 / result.gurux for result in chosen)
    return theirs / sum(1 / result.ecom for result in chosen) if chosen else 0.0


def main() -> None:
    """Print the table and the key figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench decode", description=__doc__)
    parser.add_argument("--data", type=Path, default=_DATA, help="captured sets, as JSON")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    arguments = parser.parse_args()
    entries = json.loads(arguments.data.read_text())
    gc.disable()  # neither side shall pay for the other's rubbish
    # gurux-dlms prints two lines for each ciphered telegram.
    with contextlib.redirect_stdout(io.StringIO()):
        results = list(run(entries))
    print("| set | octets | encrypted | ECOM /s | gurux-dlms /s | ratio |")
    print("|---|---:|---|---:|---:|---:|")
    for result in results:
        encrypted = "yes" if result.encrypted else "no"
        print(
            f"| {result.name} | {result.octets} | {encrypted} | {result.ecom:,.0f} "
            f"| {result.gurux:,.0f} | {result.ratio:.1f} |"
        )
    figures = {
        "plain_ratio": round(group_ratio(r for r in results if not r.encrypted), 1),
        "encrypted_ratio": round(group_ratio(r for r in results if r.encrypted), 1),
    }
    if arguments.json:
        arguments.json.write_text(json.dumps(figures) + "\n")
    print("decode: " + " ".join(f"{name}={figure}" for name, figure in figures.items()))


if __name__ == "__main__":
    main()
