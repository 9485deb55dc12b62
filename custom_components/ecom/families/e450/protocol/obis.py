"""OBIS codes: six numbers that name what a meter measures."""

import re
from functools import lru_cache
from typing import NamedTuple, Self, override

_TEXT = re.compile(r"(\d{1,3})-(\d{1,3}):(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:[.*](\d{1,3}))?")
_LENGTH = 6


class ObisCode(NamedTuple):
    """The six value groups A-B:C.D.E.F of IEC 62056-6-1, each 0 to 255.

    Immutable, hashable and ordered; ``bytes(code)`` gives the six octets of
    the COSEM logical name.
    """

    a: int
    b: int
    c: int
    d: int
    e: int
    f: int = 255

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the code written as ``A-B:C.D.E``, with or without F.

        Raises ValueError when ``text`` is not a code, or a group exceeds 255.
        """
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            msg = f"not an OBIS code: {text!r}"
            raise ValueError(msg)
        groups = [int(group) for group in match.groups(default="255")]
        if max(groups) > 255:  # noqa: PLR2004 - a value group is one octet
            msg = f"a group of {text!r} exceeds 255"
            raise ValueError(msg)
        return cls(*groups)

    @classmethod
    def from_bytes(cls, octets: bytes) -> ObisCode:
        """Return the code of a COSEM logical name.

        Raises ValueError unless there are six octets.
        """
        return code_of(octets)

    @property
    def cde(self) -> str:
        """Return the groups that name the quantity, such as ``1.7.0``."""
        return f"{self.c}.{self.d}.{self.e}"

    @override
    def __str__(self) -> str:
        """Return ``A-B:C.D.E``, followed by ``.F`` unless F is 255."""
        suffix = "" if self.f == 255 else f".{self.f}"  # noqa: PLR2004 - 255 means "not used"
        return f"{self.a}-{self.b}:{self.c}.{self.d}.{self.e}{suffix}"


# A meter sends the same two dozen codes for ever, so each is built once.
@lru_cache(maxsize=1024)
def code_of(octets: bytes) -> ObisCode:
    """Return the code of a COSEM logical name; raises ValueError unless there are six octets."""
    if len(octets) != _LENGTH:
        msg = f"an OBIS code has six octets, not {len(octets)}"
        raise ValueError(msg)
    return ObisCode(*octets)
