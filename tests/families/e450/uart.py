"""A little model of a serial line: octets to levels over time, and back at any setting."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import serialx

from custom_components.ecom.families.e450.client import Line

TICKS: Final = 153_600
"""Ticks a second: sixteen to the shortest bit, as a UART samples it."""

IDLE: Final = 1
GAP: Final = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Uart:
    """A receiver at one setting.

    ``keeps_errors`` says what the driver does with an octet whose stop bit is
    missing or whose parity is wrong: hand it over as it is, or as zero.
    """

    line: Line
    keeps_errors: bool = False

    def receive(self, levels: bytes) -> bytes:
        """Return the octets that it reads from a line."""
        return bytes(self._octets(levels))

    def _octets(self, levels: bytes) -> Iterator[int]:
        width = TICKS // self.line.baudrate
        at = levels.find(0)
        while at >= 0:
            bits = [_level(levels, at + n * width + width // 2) for n in range(self._length)]
            if bits[0]:  # a spike, no start bit
                at = levels.find(0, at + width)
                continue
            octet = sum(bit << n for n, bit in enumerate(bits[1:9]))
            yield octet if self.keeps_errors or self._is_right(bits) else 0
            # The stop bit is read at its middle; from there a new start is looked for.
            middle = at + (self._length - 1) * width + width // 2
            high = levels.find(IDLE, middle)
            at = levels.find(0, high) if high >= 0 else -1

    def _is_right(self, bits: list[int]) -> bool:
        """Return whether the stop bit is there, and the parity, if any, is even."""
        return bits[-1] == IDLE and not (self._has_parity and sum(bits[1:-1]) % 2)

    @property
    def _has_parity(self) -> bool:
        return self.line.parity is serialx.Parity.EVEN

    @property
    def _length(self) -> int:
        return 11 if self._has_parity else 10


def send(data: bytes, line: Line) -> bytes:
    """Return the levels of a line on which ``data`` is sent without a pause, one a tick."""
    width = TICKS // line.baudrate
    levels = bytearray([IDLE]) * (GAP * width)
    for octet in data:
        bits = [0, *(octet >> n & 1 for n in range(8))]
        if line.parity is serialx.Parity.EVEN:
            bits.append(octet.bit_count() % 2)
        for bit in (*bits, IDLE):
            levels += bytes([bit]) * width
    return bytes(levels + bytearray([IDLE]) * (GAP * width))


def _level(levels: bytes, at: int) -> int:
    return levels[at] if at < len(levels) else IDLE
