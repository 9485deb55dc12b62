"""HDLC framing: frames out of a noisy stream of octets (IEC 62056-46 6.4, frame format type 3).

A frame is ``7E | A or A+S and length (2) | destination | source | control |
HCS (2) | information | FCS (2) | 7E``. The length field alone says where a
frame ends: 7E may stand anywhere inside.
"""

from binascii import crc_hqx
from collections.abc import Iterator
from typing import Final, NamedTuple

from .values import RefusalKind, Refused

FLAG: Final = 0x7E
_FORMAT: Final = 0xA0
_FORMAT_MASK: Final = 0xF0
_SEGMENTED: Final = 0x08
MAX_FRAME: Final = 0x7FF
_CHECK: Final = 2
_LENGTH: Final = 2
# With addresses of two octets and one, as nearly all meters of this family send.
_USUAL_HEADER: Final = 8
_MOST_HEADERS: Final = 64
_ADDRESS_LENGTHS: Final = frozenset((1, 2, 4))
_MAX_ADDRESS: Final = 4
# The check sequence is the CRC of ISO/IEC 13239 (X.25), which takes the bits
# of each octet lowest first. The C routine of the standard library takes them
# highest first, so the octets are mirrored on the way in and out.
_MIRROR: Final = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))
# What that routine leaves over an intact field with its check sequence.
_INTACT: Final = 0x1D0F


class Frame(NamedTuple):
    """One intact frame; addresses as sent, ``info`` without header and checks."""

    destination: bytes
    source: bytes
    control: int
    segmented: bool
    info: bytes


class _Header(NamedTuple):
    length: int
    segmented: bool
    destination: bytes
    source: bytes
    control: int
    size: int  # from the format field to the header check sequence, both included


def check_sequence(data: bytes) -> bytes:
    """Return the two octets that check ``data``, as sent (ISO/IEC 13239 4.2.5.2)."""
    return (crc_hqx(data.translate(_MIRROR), 0xFFFF) ^ 0xFFFF).to_bytes(2).translate(_MIRROR)


def is_intact(data: bytes) -> bool:
    """Return whether ``data`` ends with its own check sequence."""
    return crc_hqx(data.translate(_MIRROR), 0xFFFF) == _INTACT


class FrameReader:
    """Finds the frames of a stream, in whatever pieces it comes.

    ``junk`` counts the octets that belong to no frame, flags apart.
    """

    def __init__(self) -> None:
        """Start with nothing read."""
        self.junk = 0
        self._buffer = b""
        # All frames of one length have one header, and a meter sends few lengths.
        self._headers: dict[bytes, _Header] = {}

    def receive(self, data: bytes) -> Iterator[Frame | Refused]:
        """Take a piece of the stream; give its intact frames and what is damaged."""
        self._buffer += data
        at = 0
        while True:
            start = self._buffer.find(FLAG, at)
            end = start if start >= 0 else len(self._buffer)
            self.junk += end - at
            at = end
            if start < 0:
                break
            outcome, at = self._read(start)
            if outcome is not None:
                yield outcome
            elif at == start:
                break
        self._buffer = self._buffer[at:]

    def finish(self) -> Iterator[Frame | Refused]:
        """Say that nothing follows; give what an incomplete frame still hid."""
        while self._buffer:
            hidden = self._buffer[1:]
            if hidden and hidden[0] & _FORMAT_MASK == _FORMAT:
                yield Refused(RefusalKind.TRUNCATED, "the input ends within a frame")
            self._buffer = b""
            yield from self.receive(hidden)

    def _read(self, start: int) -> tuple[Frame | Refused | None, int]:
        """Read the frame whose flag is at ``start``; return it and where to go on.

        Going on at ``start`` means that the frame is not there yet. A damaged
        frame is left right behind its flag: its length may be what is damaged,
        and a sound frame may stand within it. The flag that closes a sound
        frame is left too, since it may open the next one.
        """
        data = self._buffer
        if len(data) > start + 1 and data[start + 1] & _FORMAT_MASK != _FORMAT:
            return None, start + 1
        try:
            header = self._headers.get(data[start + 1 : start + 1 + _USUAL_HEADER])
            header = header or self._find_header(start + 1)
        except Refused as refused:
            return refused, start + 1
        if header is None:
            return None, start
        end = start + 1 + header.length
        if end > len(data):
            return None, start
        field = data[start + 1 : end]
        if not is_intact(field):
            return Refused(RefusalKind.FCS, "a frame fails its check sequence"), start + 1
        _, segmented, destination, source, sent_control, size = header
        return Frame(destination, source, sent_control, segmented, field[size:-_CHECK]), end

    def _find_header(self, start: int) -> _Header | None:
        """Return the header at ``start``, None if it is not all there; raises Refused."""
        data = self._buffer
        middle = _address_end(data, start + _LENGTH)
        control = _address_end(data, middle) if middle else 0
        if not control or len(data) < control + 1 + _CHECK:
            return None
        octets = data[start : control + 1 + _CHECK]
        header = _read_header(octets, middle - start)
        if len(octets) == _USUAL_HEADER and len(self._headers) < _MOST_HEADERS:
            self._headers[octets] = header
        return header


def _read_header(data: bytes, middle: int) -> _Header:
    """Return what a header says whose source address is at ``middle``.

    Raises Refused: ``hcs`` for a damaged header, ``length`` for one whose
    length leaves no room for what it announces.
    """
    if not is_intact(data):
        raise Refused(RefusalKind.HCS, "a frame's header fails its check sequence")
    length, size = int.from_bytes(data[:_LENGTH]) & MAX_FRAME, len(data)
    # A frame without information has one check sequence, which is both.
    if length != size and length <= size + _CHECK:
        raise Refused(
            RefusalKind.LENGTH, f"a frame declares {length} octets, too few for its parts"
        )
    return _Header(
        length=length,
        segmented=bool(data[0] & _SEGMENTED),
        destination=data[_LENGTH:middle],
        source=data[middle : -1 - _CHECK],
        control=data[-1 - _CHECK],
        size=size,
    )


def _address_end(data: bytes, start: int) -> int:
    """Return the end of the address at ``start``, 0 if it is not there yet.

    The last octet of an address has its lowest bit set (IEC 62056-46 6.4.2.2).
    Raises Refused (``hcs``) unless the address has one, two or four octets.
    """
    for length in range(1, _MAX_ADDRESS + 1):
        if start + length > len(data):
            return 0
        if data[start + length - 1] & 1:
            if length in _ADDRESS_LENGTHS:
                return start + length
            break
    raise Refused(RefusalKind.HCS, "a frame's header holds no possible address")
