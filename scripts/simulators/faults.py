"""What goes wrong on the way, on purpose and repeatably."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from random import Random
from typing import Final

SHORT_FRAME: Final = bytes.fromhex("1040014116")
"""An M-Bus short frame, as it precedes some telegrams."""

PAUSE_SECONDS: Final = 3.0
SILENT_AFTER: Final = 3

type Piece = bytes | float
"""Bytes to send, or seconds to wait."""


class Fault(StrEnum):
    """A fault that the simulator plays; every second telegram has it, unless said otherwise."""

    NOISE = "noise"
    CUT = "cut"
    REORDER = "reorder"
    DUPLICATE = "duplicate"
    WRONG_KEY = "wrong-key"
    PAUSE = "pause"
    SILENCE = "silence"
    CLOCK_DRIFT = "clock-drift"


type Play = Callable[[Sequence[bytes], Random], list[Piece]]


def play(fault: Fault | None, number: int, frames: Sequence[bytes], random: Random) -> list[Piece]:
    """Return how telegram ``number`` is sent, its frames as they should be or not.

    A wrong key and a drifting clock are in the frames already.
    """
    if fault is Fault.SILENCE:
        return list(frames) if number < SILENT_AFTER else []
    if fault is Fault.PAUSE or (fault in PLAYS and number % 2):
        return PLAYS[fault](frames, random)
    return list(frames)


def _noise(frames: Sequence[bytes], random: Random) -> list[Piece]:
    """Put junk and a short frame before, and damage one byte within."""
    damaged = bytearray(frames[0])
    damaged[random.randrange(len(damaged))] ^= random.randrange(1, 256)
    junk = random.randbytes(random.randrange(1, 40))
    return [junk, SHORT_FRAME, bytes(damaged), *frames[1:], junk]


def _cut(frames: Sequence[bytes], random: Random) -> list[Piece]:
    """Stop somewhere in the middle."""
    whole = b"".join(frames)
    return [whole[: random.randrange(1, len(whole))]]


def _reorder(frames: Sequence[bytes], random: Random) -> list[Piece]:
    """Send the frames backwards; a single frame comes in two swapped halves."""
    del random
    if len(frames) > 1:
        return list(reversed(frames))
    middle = len(frames[0]) // 2
    return [frames[0][middle:], frames[0][:middle]]


def _duplicate(frames: Sequence[bytes], random: Random) -> list[Piece]:
    """Send one of the frames twice."""
    twice = random.randrange(len(frames))
    return [*frames[: twice + 1], *frames[twice:]]


def _pause(frames: Sequence[bytes], random: Random) -> list[Piece]:
    """Wait three seconds in the middle; nothing may be lost by it."""
    del random
    whole = b"".join(frames)
    middle = len(whole) // 2
    return [whole[:middle], PAUSE_SECONDS, whole[middle:]]


PLAYS: Final[dict[Fault, Play]] = {
    Fault.NOISE: _noise,
    Fault.CUT: _cut,
    Fault.REORDER: _reorder,
    Fault.DUPLICATE: _duplicate,
    Fault.PAUSE: _pause,
}
