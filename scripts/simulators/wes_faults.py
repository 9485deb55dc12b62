"""What a simulated WES gets wrong, on purpose: the ways in which its answers travel."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

REBOOT_SECONDS: Final = range(40, 60)
"""The seconds of each minute in which a rebooting server answers nobody."""

LATE: Final = timedelta(seconds=5)
FLIPS_AFTER: Final = timedelta(seconds=3)
_PADDING: Final = b" " * 4096


class Fault(StrEnum):
    """A fault that the simulator plays as long as it is switched on."""

    SLOW = "slow"
    BYTE = "byte"
    TRUNCATED = "truncated"
    ENDLESS = "endless"
    UNAUTHORISED = "unauthorised"
    ZERO = "zero"
    REBOOT = "reboot"
    GARBAGE = "garbage"
    RELAY_REFUSES = "relay-refuses"
    RELAY_LATE = "relay-late"
    RELAY_FLIPS = "relay-flips"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How long the slow faults take, in seconds."""

    before_answer: float = 20.0
    between_octets: float = 0.2


def rebooting(faults: Collection[Fault], now: datetime) -> bool:
    """Return whether the server is away at this moment."""
    return Fault.REBOOT in faults and now.second in REBOOT_SECONDS


def garbage(now: datetime) -> bytes:
    """Return a body of no meaning, another one each second."""
    return Random(int(now.timestamp())).randbytes(3000)  # noqa: S311 - repeatable, no secret


async def send(
    writer: asyncio.StreamWriter, answer: bytes, faults: Collection[Fault], pace: Pace
) -> None:
    """Send a whole HTTP answer, or what the faults leave of it."""
    if Fault.SLOW in faults:
        await asyncio.sleep(pace.before_answer)
    if Fault.TRUNCATED in faults:
        head = answer.index(b"\r\n\r\n") + 4
        answer = answer[: head + (len(answer) - head) // 2]
    if Fault.BYTE in faults:
        for octet in answer:
            writer.write(bytes((octet,)))
            await writer.drain()
            await asyncio.sleep(pace.between_octets)
    else:
        writer.write(answer)
    while Fault.ENDLESS in faults:
        writer.write(_PADDING)
        await writer.drain()
        await asyncio.sleep(0)
