"""Damaged telegrams, by named classes of damage, thrown at the E450's decoder.

For each case a stream of good telegrams is damaged, decoded in pieces of
random length, and judged: nothing may raise, take long or keep memory, and a
telegram that gets out must have exactly the numbers of one that went in. Two
things are beyond a decoder, and counted apart: damage that a 16-bit check
sequence lets through (about one frame in 65,536), and blocks of two telegrams
that make a third one, since blocks carry numbers and nothing else.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, Final

from scripts.tools.fuzz_damage import DAMAGES, Damage, Subject, cipher_flip, wrong_key
from scripts.tools.pure import ROOT, load_pure

load_pure()

from custom_components.ecom.families.e450.protocol import (  # noqa: E402 - needs the stubs
    Decoder,
    Keys,
    Telegram,
)
from custom_components.ecom.families.e450.protocol.encoder import frame  # noqa: E402 - as above
from custom_components.ecom.families.e450.protocol.hdlc import (  # noqa: E402 - as above
    Frame,
    FrameReader,
)
from custom_components.ecom.families.e450.protocol.replay import retime  # noqa: E402 - as above

_FIXTURES: Final = ROOT / "tests" / "fixtures" / "e450"
_LATER: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
_MOST_KEPT: Final = 64 * 1024 + 2049
_SECONDS_PER_MEGABYTE: Final = 60.0

type Numbers = tuple[tuple[str, Any], ...]


@dataclass(slots=True)
class Tally:
    """What one class of damage has led to."""

    cases: int = 0
    good: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    passed_check: int = 0
    mixed: int = 0
    faults: list[str] = field(default_factory=list)


def load_subjects() -> list[Subject]:
    """Return the committed sets that decode, each followed by itself at a later time."""
    subjects = []
    for path in sorted(_FIXTURES.glob("*.json")):
        fixture = json.loads(path.read_text())
        if fixture["expected"]["refused"]:
            continue
        octets = bytes.fromhex(fixture["hex"])
        keys = Keys.from_hex(fixture["key"], fixture["auth_key"])
        octets += retime(octets, keys, now=_LATER, counter_step=len(octets))
        frames = [
            frame(each.info, destination=each.destination, source=each.source)
            for each in FrameReader().receive(octets)
            if isinstance(each, Frame)
        ]
        subjects.append(Subject(name=path.stem, frames=tuple(frames), keys=keys))
    return subjects


def numbers_of(telegram: Telegram) -> Numbers:
    """Return all that a telegram says of its objects."""
    return tuple((str(code), str(value.raw)) for code, value in telegram.values.items())


def judge(dice: random.Random, subject: Subject, damage: Damage, tally: Tally) -> None:
    """Damage a subject once and see what comes of it."""
    octets = damage(dice, subject)
    keys = subject.keys
    if damage is wrong_key and keys.encryption:
        keys = Keys(dice.randbytes(16), keys.authentication)
    known = _known(subject)
    decoder = Decoder(keys=keys)
    start, events, at = perf_counter(), [], 0
    while at < len(octets):
        size = dice.randint(1, 300)
        events += decoder.receive(octets[at : at + size])
        at += size
        kept = len(decoder._reader._buffer) + len(decoder._blocks._data)  # noqa: SLF001 - measured
        if kept > _MOST_KEPT:
            tally.faults.append(f"{subject.name}: {kept} octets kept")
    events += decoder.finish()
    if perf_counter() - start > 1 + _SECONDS_PER_MEGABYTE * len(octets) / 1e6:
        tally.faults.append(f"{subject.name}: too slow")
    tally.cases += 1
    for event in events:
        if not isinstance(event, Telegram):
            tally.refused[str(event.kind)] += 1
        elif numbers_of(event) in known:
            tally.good += 1
        else:
            _judge_wrong(octets, subject, event, tally)


def _known(subject: Subject) -> set[Numbers]:
    events = Decoder(keys=subject.keys).receive(b"".join(subject.frames))
    return {numbers_of(event) for event in events if isinstance(event, Telegram)}


def _judge_wrong(octets: bytes, subject: Subject, event: Telegram, tally: Tally) -> None:
    """Say why a telegram got out whose numbers did not go in."""
    sent = {
        each.info
        for each in FrameReader().receive(b"".join(subject.frames))
        if isinstance(each, Frame)
    }
    came = {each.info for each in FrameReader().receive(octets) if isinstance(each, Frame)}
    if came - sent and event.security is None:
        tally.passed_check += 1
    elif not came - sent:
        tally.mixed += 1
    else:
        tally.faults.append(f"{subject.name}: wrong numbers {numbers_of(event)}")


def fuzz(runs: int, seed: int) -> Mapping[str, Tally]:
    """Return a tally for each class, after ``runs`` cases of each."""
    subjects = load_subjects()
    tallies = {}
    for damage in DAMAGES:
        # Without a tag nothing can tell a changed cipher: only those with one are asked.
        able = [s for s in subjects if damage is not cipher_flip or s.keys.authentication]
        dice = random.Random(f"{seed} {damage.__name__}")  # noqa: S311 - repeatable on purpose
        tally = tallies[damage.__name__] = Tally()
        for _ in range(runs):
            subject = dice.choice(able)
            try:
                judge(dice, subject, damage, tally)
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                tally.faults.append(f"{subject.name}: {error!r}")
    return tallies


def main() -> int:
    """Print the table; return 1 if there was any fault."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="cases of each class")
    parser.add_argument("--seed", type=int, default=20261122)
    options = parser.parse_args()
    tallies = fuzz(options.runs, options.seed)
    print("| damage | cases | good | refused | past the check | mixed | faults |")
    print("|---|---:|---:|---|---:|---:|---:|")
    for name, tally in tallies.items():
        kinds = " ".join(f"{kind} {count}" for kind, count in sorted(tally.refused.items()))
        print(
            f"| {name} | {tally.cases} | {tally.good} | {kinds} | {tally.passed_check} "
            f"| {tally.mixed} | {len(tally.faults)} |"
        )
        for fault in tally.faults[:5]:
            print(f"{name}: {fault}", file=sys.stderr)
    faults = sum(len(tally.faults) for tally in tallies.values())
    cases = sum(tally.cases for tally in tallies.values())
    passed = sum(tally.passed_check for tally in tallies.values())
    mixed = sum(tally.mixed for tally in tallies.values())
    print(f"fuzz: cases={cases} past_check={passed} mixed={mixed} faults={faults}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
