"""Captured telegrams once more, with other names, times and keys.

Everything is replaced by octets of the same length, in the frames as they
are: what was cut, doubled or out of order stays so. Check sequences are made
anew, and what was ciphered is ciphered again.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from . import apdu, encoder
from .clock import format_date_time, parse_date_time
from .gbt import BLOCK_TAG, read_block
from .hdlc import Frame, FrameReader
from .security import Keys, Opener, seal
from .values import MeterTime, Refused

# A date-time stands behind a notification's invoke id, or is an octet string.
_DATE_TIME: Final = re.compile(rb"(\x0f.{4}|\x09)\x0c(.{12})", re.DOTALL)
_WEEKDAY: Final = 4
_HEADER_LENGTH: Final = 5
_ANY_KEY: Final = bytes(16)

type Retime = Callable[[MeterTime], MeterTime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What to change: the octets of names, moments, keys, system title, counters.

    ``names`` maps octets to others of the same length. What was ciphered with
    ``keys`` is ciphered with ``new_keys``, or with ``keys`` again.
    """

    names: Mapping[bytes, bytes] = field(default_factory=dict)
    retime: Retime | None = None
    keys: Keys = field(default_factory=Keys)
    new_keys: Keys | None = None
    system_title: bytes | None = None
    counter_step: int = 0


def rewrite(stream: bytes, changes: Changes) -> bytes:
    """Return the frames of ``stream`` changed; what is between frames is left out.

    A ciphered telegram that does not open with the keys given, or that is not
    complete, stays as it is.
    """
    frames = [each for each in FrameReader().receive(stream) if isinstance(each, Frame)]
    infos = [each.info for each in frames]
    for telegram in _telegrams(infos):
        before = b"".join(infos[indexes[0]][start:] for indexes, start in telegram)
        after = _change(before, changes)
        at = 0
        for indexes, start in telegram:
            size = len(infos[indexes[0]]) - start
            for index in indexes:
                infos[index] = infos[index][:start] + after[at : at + size]
            at += size
    return b"".join(
        encoder.frame(
            info,
            destination=each.destination,
            source=each.source,
            control=each.control,
            segmented=each.segmented,
        )
        for each, info in zip(frames, infos, strict=True)
    )


def retime(stream: bytes, keys: Keys, *, now: datetime, counter_step: int = 0) -> bytes:
    """Return a capture whose first telegram is of ``now``, which must be aware.

    Each moment keeps its distance to the first clock, or first header. A
    deviation that the meter stated becomes that of ``now``'s zone, and so does
    the daylight-saving bit of a clock. ``counter_step`` is added to the
    invocation counters, which must grow from one replay to the next.
    """
    moments: list[MeterTime] = []

    def collect(moment: MeterTime) -> MeterTime:
        moments.append(moment)
        return moment

    rewrite(stream, Changes(keys=keys, retime=collect))
    if not moments:
        return stream
    first = next((moment for moment in moments if moment.dst is not None), moments[0])
    zone, start = now.tzinfo, now.astimezone(UTC)

    def moved(moment: MeterTime) -> MeterTime:
        aware = (start + (moment.local - first.local)).astimezone(zone)
        offset = (aware.utcoffset() or timedelta()) // timedelta(minutes=1)
        return replace(
            moment,
            local=aware.replace(tzinfo=None, fold=0),
            deviation_minutes=None if moment.deviation_minutes is None else -offset,
            dst=None if moment.dst is None else bool(aware.dst()),
        )

    return rewrite(stream, Changes(keys=keys, retime=moved, counter_step=counter_step))


def _telegrams(infos: list[bytes]) -> Iterator[list[tuple[list[int], int]]]:
    """Give each telegram's parts in order: the frames that hold it, and where it starts there.

    A block that comes twice is one part in two frames.
    """
    parts: dict[int, tuple[list[int], int]] = {}
    for index, info in enumerate(infos):
        start = len(apdu.LLC) if info.startswith(apdu.LLC) else 0
        if not info.startswith(BLOCK_TAG, start):
            yield [([index], start)]
            continue
        block, end = read_block(info, start)
        if block.number == 1 and parts:
            yield [parts[number] for number in sorted(parts)]
            parts = {}
        parts.setdefault(block.number, ([], end - len(block.data)))[0].append(index)
    if parts:
        yield [parts[number] for number in sorted(parts)]


def _change(unit: bytes, changes: Changes) -> bytes:
    if not unit.startswith(apdu.CIPHER_TAG):
        return _change_plain(unit, changes)
    try:
        sealed, end = apdu.read_sealed(unit, 0)
        plain, _ = Opener(changes.keys).open(sealed, apdu.is_notification)
    except Refused:
        return unit
    keys = changes.new_keys or changes.keys
    if keys.authentication is None:
        # Who does not know the key cannot check the tag, so any will do.
        keys = replace(keys, authentication=_ANY_KEY)
    again = seal(
        _change_plain(plain, changes),
        keys,
        changes.system_title or sealed.system_title,
        sealed.counter + changes.counter_step,
        sealed.security,
    )
    return encoder.join_sealed(again) + unit[end:]


def _change_plain(plain: bytes, changes: Changes) -> bytes:
    for old, new in changes.names.items():
        plain = plain.replace(old, new)
    change = changes.retime
    if change is None:
        return plain
    return _DATE_TIME.sub(lambda match: match[1] + b"\x0c" + _move(match, change), plain)


def _move(match: re.Match[bytes], change: Retime) -> bytes:
    octets = match[2]
    is_header = len(match[1]) == _HEADER_LENGTH
    moment = parse_date_time(octets, header=is_header)
    # Octets that only look like a date-time rarely have the right weekday.
    if moment is None or octets[_WEEKDAY] not in {moment.local.isoweekday(), 0xFF}:
        return octets
    changed = change(moment)
    return format_date_time(changed, header=is_header)
