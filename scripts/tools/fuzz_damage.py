"""The classes of damage that scripts/fuzz does to a stream of good telegrams."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scripts.tools.pure import load_pure

load_pure()

from custom_components.ecom.families.e450.protocol import Keys  # noqa: E402 - needs the stubs
from custom_components.ecom.families.e450.protocol.encoder import frame  # noqa: E402 - as above
from custom_components.ecom.families.e450.protocol.hdlc import (  # noqa: E402 - as above
    Frame,
    FrameReader,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Good telegrams of one meter, as frames."""

    name: str
    frames: tuple[bytes, ...]
    keys: Keys


type Damage = Callable[[random.Random, Subject], bytes]


def _some_frames(dice: random.Random, subject: Subject) -> list[bytes]:
    return list(subject.frames) * dice.randint(1, 3)


def _octets(dice: random.Random, subject: Subject) -> bytearray:
    return bytearray(b"".join(_some_frames(dice, subject)))


def bit_flip(dice: random.Random, subject: Subject) -> bytes:
    """Flip one to eight bits anywhere."""
    octets = _octets(dice, subject)
    for _ in range(dice.randint(1, 8)):
        octets[dice.randrange(len(octets))] ^= 1 << dice.randrange(8)
    return bytes(octets)


def byte_delete(dice: random.Random, subject: Subject) -> bytes:
    """Leave out a run of octets."""
    octets = _octets(dice, subject)
    at = dice.randrange(len(octets))
    del octets[at : at + dice.randint(1, 40)]
    return bytes(octets)


def byte_insert(dice: random.Random, subject: Subject) -> bytes:
    """Put random octets in."""
    octets = _octets(dice, subject)
    at = dice.randrange(len(octets))
    octets[at:at] = dice.randbytes(dice.randint(1, 40))
    return bytes(octets)


def byte_duplicate(dice: random.Random, subject: Subject) -> bytes:
    """Send a run of octets twice."""
    octets = _octets(dice, subject)
    at = dice.randrange(len(octets))
    octets[at:at] = octets[at : at + dice.randint(1, 200)]
    return bytes(octets)


def truncate(dice: random.Random, subject: Subject) -> bytes:
    """Stop anywhere, with or without good telegrams after it."""
    octets = bytes(_octets(dice, subject))
    return octets[: dice.randrange(len(octets))] + octets * dice.randint(0, 1)


def block_reorder(dice: random.Random, subject: Subject) -> bytes:
    """Shuffle the frames."""
    frames = _some_frames(dice, subject)
    dice.shuffle(frames)
    return b"".join(frames)


def block_duplicate(dice: random.Random, subject: Subject) -> bytes:
    """Send one frame twice."""
    frames = _some_frames(dice, subject)
    at = dice.randrange(len(frames))
    frames.insert(dice.randint(at, len(frames)), frames[at])
    return b"".join(frames)


def block_drop(dice: random.Random, subject: Subject) -> bytes:
    """Leave frames out."""
    frames = [each for each in _some_frames(dice, subject) if dice.random() > 0.25]  # noqa: PLR2004
    return b"".join(frames)


def frame_splice(dice: random.Random, subject: Subject) -> bytes:
    """End one frame within another."""
    frames = _some_frames(dice, subject)
    one, other = dice.choice(frames), dice.choice(frames)
    splice = one[: dice.randrange(len(one))] + other[dice.randrange(len(other)) :]
    return b"".join([*frames, splice, *frames])


def _information(dice: random.Random, subject: Subject) -> tuple[list[Frame], int]:
    stream = b"".join(_some_frames(dice, subject))
    frames = [each for each in FrameReader().receive(stream) if isinstance(each, Frame)]
    return frames, dice.randrange(len(frames))


def _framed(frames: list[Frame]) -> bytes:
    return b"".join(frame(each.info, destination=each.destination) for each in frames)


def length_lie(dice: random.Random, subject: Subject) -> bytes:
    """Change the length field of a frame, its header's check made to agree."""
    octets = b"".join(_some_frames(dice, subject))
    lie = bytearray(frame(bytes(dice.randrange(1, 2000)))[:9])
    return octets + bytes(lie) + octets


def cipher_flip(dice: random.Random, subject: Subject) -> bytes:
    """Change octets inside sound frames of a ciphered telegram: only the tag can tell."""
    frames, at = _information(dice, subject)
    info = bytearray(frames[at].info)
    start = 30 if info.startswith(b"\xe6\xe7\x00") else 7
    if len(info) > start:
        info[dice.randrange(start, len(info))] ^= dice.randrange(1, 256)
    frames[at] = frames[at]._replace(info=bytes(info))
    return _framed(frames)


def noise(dice: random.Random, subject: Subject) -> bytes:
    """Random octets before, between and after, rich in flags."""
    pieces = []
    for each in [*_some_frames(dice, subject), b""]:
        junk = bytearray(dice.randbytes(dice.randrange(80)))
        for _ in range(dice.randrange(6)):
            junk[dice.randint(0, len(junk)) :] = b"\x7e\xa0"
        pieces += [bytes(junk), each]
    return b"".join(pieces)


def nesting_bomb(dice: random.Random, subject: Subject) -> bytes:
    """Nest lists in lists, or claim that they are endless, in sound frames."""
    head = b"\xe6\xe7\x00\x0f\x00\x00\x00\x01\x00"
    bombs = (
        bytes((dice.choice((1, 2)), 1)) * dice.randrange(900),
        b"\x01\x84\xff\xff\xff\xff" + bytes(dice.randrange(900)),
        b"\x02\x82\x03\x84" + b"\x00" * 900,
    )
    octets = b"".join(_some_frames(dice, subject))
    return octets + frame(head + dice.choice(bombs)) + octets


def wrong_key(dice: random.Random, subject: Subject) -> bytes:
    """Change nothing: the judge takes other keys."""
    return bytes(_octets(dice, subject))


DAMAGES: Final[tuple[Damage, ...]] = (
    bit_flip,
    byte_delete,
    byte_insert,
    byte_duplicate,
    truncate,
    block_reorder,
    block_duplicate,
    block_drop,
    frame_splice,
    length_lie,
    cipher_flip,
    noise,
    nesting_bomb,
    wrong_key,
)
