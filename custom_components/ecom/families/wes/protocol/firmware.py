"""The version of a WES's firmware, as something that can be compared."""

import re
from typing import Final, NamedTuple

# Seen: V0.61D, 0.83H, V0.84A10, V0.85. The minor number has always had two
# digits, so that 0.9 would be a guess.
_FORM: Final = re.compile(r"[Vv]?([0-9]{1,2})\.([0-9]{2})(?:([A-Za-z])([0-9]{0,3}))?")


class Firmware(NamedTuple):
    """A version; a letter comes after none, and a build after the bare letter."""

    major: int
    minor: int
    letter: str = ""
    build: int = 0


def parse_firmware(text: str) -> Firmware | None:
    """Return the version that ``text`` states, such as ``V0.61D``, None if not understood."""
    if (found := _FORM.fullmatch(text.strip())) is None:
        return None
    major, minor, letter, build = found.groups()
    return Firmware(int(major), int(minor), (letter or "").upper(), int(build or 0))
