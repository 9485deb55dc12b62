"""OBIS codes as people write them and as meters send them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.families.e450.protocol import ObisCode

CODES = st.builds(ObisCode, *[st.integers(0, 255)] * 6)


@given(CODES)
def test_a_code_survives_text_and_octets(code: ObisCode) -> None:
    """Both ways round."""
    assert ObisCode.parse(str(code)) == code
    assert ObisCode.from_bytes(bytes(code)) == code


@pytest.mark.parametrize("text", ["1-0:1.7.0", "1-0:1.7.0.255", "1-0:1.7.0*255", " 1-0:1.7.0 "])
def test_f_is_optional(text: str) -> None:
    """255 means that it is not used."""
    code = ObisCode.parse(text)
    assert (str(code), code.cde, code.f) == ("1-0:1.7.0", "1.7.0", 255)


def test_another_f_is_shown() -> None:
    """A past billing period is another value."""
    assert str(ObisCode.parse("1-0:1.8.0.1")) == "1-0:1.8.0.1"


@pytest.mark.parametrize("text", ["", "1.7.0", "1-0:1.7", "1-0:256.7.0", "1-0:1.7.0.0.0", "a-b:c"])
def test_what_is_no_code_is_refused(text: str) -> None:
    """With ValueError."""
    with pytest.raises(ValueError, match=r"OBIS|exceeds"):
        ObisCode.parse(text)


def test_a_code_has_six_octets() -> None:
    """No more and no fewer."""
    with pytest.raises(ValueError, match="six octets"):
        ObisCode.from_bytes(b"\x01\x00\x01\x07\x00")


def test_codes_have_an_order() -> None:
    """By their groups."""
    assert ObisCode.parse("1-0:1.7.0") < ObisCode.parse("1-0:2.7.0") < ObisCode.parse("1-1:1.7.0")
