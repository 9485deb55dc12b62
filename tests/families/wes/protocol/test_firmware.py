"""Versions of firmware, in order."""

import pytest

from custom_components.ecom.families.wes.protocol import Firmware, parse_firmware

IN_ORDER = [
    "V0.61D",
    "V0.80",
    "0.83H",
    "0.84",
    "0.84A",
    "v0.84A2",
    "0.84A10",
    "0.84b1",
    "V0.85",
    "1.00",
]


def test_versions_are_in_order() -> None:
    """Letters come after none, builds are numbers, and the V says nothing."""
    versions = [parse_firmware(text) for text in IN_ORDER]
    known = [version for version in versions if version is not None]
    assert len(known) == len(IN_ORDER)
    assert sorted(known) == known
    assert len(set(known)) == len(known)


def test_a_version_has_four_parts() -> None:
    """Major, minor, letter, build."""
    assert parse_firmware(" V0.84A10 ") == Firmware(0, 84, "A", 10)
    assert parse_firmware("0.61d") == Firmware(0, 61, "D")


@pytest.mark.parametrize(
    "text",
    ["", "V", "0.9", "0.844", "0.84-1", "0.8410", "V0.84A1000", "0.84é", "\u0660.\u0668\u0664"],
)
def test_what_is_not_understood_is_no_version(text: str) -> None:
    """A guess would decide on a factor of 1000."""
    assert parse_firmware(text) is None
