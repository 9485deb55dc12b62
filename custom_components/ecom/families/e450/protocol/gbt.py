"""General block transfer: a long telegram in numbered blocks (Green Book 9.4.6.13).

A block is ``E0 | control | number (2) | acknowledged (2) | length | data``.
Control 0x80 marks the last block; a pushing meter streams (0x40) and is never
acknowledged. Blocks count from 1.
"""

from typing import Final, NamedTuple

from .axdr import read_length
from .values import RefusalKind, Refused

BLOCK_TAG: Final = b"\xe0"
LAST: Final = 0x80
MAX_TELEGRAM: Final = 64 * 1024
_HEADER: Final = 6


class Block(NamedTuple):
    """One block of a telegram."""

    number: int
    last: bool
    data: bytes


def read_block(data: bytes, at: int) -> tuple[Block, int]:
    """Return the block that starts at ``at``, and where it ends; raises Refused (``length``)."""
    length, start = read_length(data, at + _HEADER)
    end = start + length
    if end > len(data):
        raise Refused(
            RefusalKind.LENGTH, f"a block declares {length} octets, {len(data) - start} follow"
        )
    number = int.from_bytes(data[at + 2 : at + 4])
    return Block(number, bool(data[at + 1] & LAST), data[start:end]), end


class BlockAssembler:
    """Puts blocks together, and refuses a telegram as a whole if its numbering is wrong.

    A telegram is refused once: what still comes of it is dropped until a new
    block 1. Where :meth:`spoil` or :meth:`abandon` was called, damaged octets
    have been refused already, and a block that is missing is not refused again.
    ``head`` is the newest block 1, which may name the sender.
    """

    def __init__(self) -> None:
        """Start with no telegram under way."""
        self.head = b""
        self._data = bytearray()
        self._next = 0  # the number of the block that must follow, 0 with none under way
        self._dropping = False
        self._spoilt = False

    @property
    def under_way(self) -> bool:
        """Return whether a telegram has begun that is neither complete nor refused."""
        return self._next != 0

    def spoil(self) -> None:
        """Note that octets were refused which may have been a block, or noise between blocks.

        The telegram under way is then not given out: what was lost may be its
        end and the beginning of the next one, whose blocks would fit.
        """
        self._spoilt = True

    def abandon(self) -> None:
        """Note that a frame was refused: the telegram under way has lost a block."""
        self._restart(following=0)
        self._dropping = True

    def add(self, block: Block) -> bytes | None:
        """Take the next block; return the telegram if it is the last one.

        Call :meth:`interrupt` before a block 1. Raises Refused: ``gbt`` for a
        block out of order, ``oversize`` beyond 64 KiB.
        """
        if block.number == 1:
            self._restart(following=1)
            self.head = block.data
        if self._dropping:
            return None
        if not self._next or block.number != self._next:
            self._drop(RefusalKind.GBT, _misnumbered(block.number, self._next))
            return None
        if len(self._data) + len(block.data) > MAX_TELEGRAM:
            self._drop(RefusalKind.OVERSIZE, f"a telegram exceeds {MAX_TELEGRAM} octets")
            return None
        self._data += block.data
        self._next += 1
        if not block.last:
            return None
        telegram = None if self._spoilt else bytes(self._data)
        self._restart(following=0)
        self.head = b""
        return telegram

    def interrupt(self) -> None:
        """Say that a telegram begins anew, or that the input ends.

        Raises Refused (``truncated``) if one was under way and not refused yet.
        """
        following, spoilt = self._next, self._spoilt
        self._restart(following=0)
        if following and not spoilt:
            raise Refused(RefusalKind.TRUNCATED, f"a telegram ends before its block {following}")
        self.head = b""

    def _restart(self, *, following: int) -> None:
        self._data.clear()
        self._next = following
        self._dropping = self._spoilt = False

    def _drop(self, kind: RefusalKind, detail: str) -> None:
        """Refuse the telegram under way, in silence if damage was refused already."""
        spoilt = self._spoilt
        self._restart(following=0)
        self._dropping = True
        if not spoilt:
            raise Refused(kind, detail)


def _misnumbered(number: int, expected: int) -> str:
    if not expected:
        return f"block {number} comes without the blocks before it"
    return f"block {number} comes where block {expected} must follow"
