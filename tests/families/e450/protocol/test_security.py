"""Ciphering: right keys open, wrong ones are told apart, and none is ever shown."""

from dataclasses import FrozenInstanceError, replace

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import GCM
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.families.e450.protocol import Keys
from custom_components.ecom.families.e450.protocol.apdu import (
    Sealed,
    is_notification,
    peek_title,
    read_sealed,
)
from custom_components.ecom.families.e450.protocol.encoder import join_sealed
from custom_components.ecom.families.e450.protocol.security import Opener, seal
from custom_components.ecom.families.e450.protocol.values import Refused

KEY = bytes(range(16))
AUTH_KEY = bytes(range(16, 32))
BOTH = Keys(KEY, AUTH_KEY)
TITLE = b"LGZ\x00\x00\x00\x00\x01"
PLAIN = bytes.fromhex("0F00000001 0C 07E50706020E3A10FF800000 0201 0600000001")


def open_with(keys: Keys, sealed: Sealed) -> tuple[bytes, bool]:
    """Return what keys make of a sealed telegram."""
    return Opener(keys).open(sealed, is_notification)


def kind_with(keys: Keys, sealed: Sealed) -> str:
    """Return why keys do not open a sealed telegram."""
    with pytest.raises(Refused) as caught:
        open_with(keys, sealed)
    return str(caught.value.kind)


@given(
    st.binary(min_size=1, max_size=300),
    st.binary(min_size=8, max_size=8),
    st.integers(0, 2**32 - 1),
    st.sampled_from((0x20, 0x30, 0x21, 0x31)),
)
def test_what_is_sealed_opens(plain: bytes, title: bytes, counter: int, security: int) -> None:
    """With its keys; the tag is checked where there is one."""
    sealed = seal(plain, BOTH, title, counter, security)
    opened = Opener(BOTH).open(sealed, lambda _: True)
    assert opened == (plain, bool(security & 0x10))
    assert read_sealed(join_sealed(sealed), 0) == (sealed, len(join_sealed(sealed)))


def test_the_cipher_is_gcm_with_a_tag_of_twelve_octets() -> None:
    """Green Book 9.2.3.3.7: IV = title and counter, AAD = security control and AK."""
    sealed = seal(PLAIN, BOTH, TITLE, 7, 0x30)
    nonce = TITLE + b"\x00\x00\x00\x07"
    decryptor = Cipher(AES128(KEY), GCM(nonce, sealed.tag, min_tag_length=12)).decryptor()
    decryptor.authenticate_additional_data(b"\x30" + AUTH_KEY)
    assert decryptor.update(sealed.ciphertext) + decryptor.finalize() == PLAIN
    assert len(sealed.tag) == 12


def test_the_encryption_key_alone_opens_without_a_check() -> None:
    """The tag then stays unread."""
    sealed = seal(PLAIN, BOTH, TITLE, 7, 0x30)
    assert open_with(Keys(KEY), sealed) == (PLAIN, False)
    assert open_with(Keys(KEY), replace_tag(sealed)) == (PLAIN, False)


def test_encryption_without_authentication_needs_one_key() -> None:
    """A second one does no harm."""
    sealed = seal(PLAIN, Keys(KEY), TITLE, 7, 0x20)
    assert sealed.tag == b""
    assert open_with(Keys(KEY), sealed) == open_with(BOTH, sealed) == (PLAIN, False)


def replace_tag(sealed: Sealed) -> Sealed:
    """Return a sealed telegram with a wrong tag."""
    return sealed._replace(tag=bytes(12))


def test_which_key_is_wrong() -> None:
    """The encryption key by what it makes of the text, the other by the tag."""
    sealed = seal(PLAIN, BOTH, TITLE, 7, 0x30)
    wrong = bytes(16)
    assert kind_with(Keys(), sealed) == "key"
    assert kind_with(Keys(None, AUTH_KEY), sealed) == "key"
    assert kind_with(Keys(wrong), sealed) == "key"
    assert kind_with(Keys(wrong, AUTH_KEY), sealed) == "key"
    assert kind_with(Keys(wrong, wrong), sealed) == "key"
    assert kind_with(Keys(KEY, wrong), sealed) == "auth_key"
    assert kind_with(BOTH, replace_tag(sealed)) == "auth_key"
    assert kind_with(Keys(wrong), seal(PLAIN, Keys(KEY), TITLE, 7, 0x20)) == "key"


@given(st.data())
def test_a_changed_telegram_does_not_open(data: st.DataObject) -> None:
    """Whatever octet of it was changed, where the tag can be checked."""
    sealed = seal(PLAIN, BOTH, TITLE, 7, 0x30)
    name = data.draw(st.sampled_from(("system_title", "ciphertext", "tag")))
    octets = bytearray(getattr(sealed, name))
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    changed = sealed._replace(**{name: bytes(octets)})
    assert kind_with(BOTH, changed) in {"key", "auth_key"}
    assert kind_with(BOTH, sealed._replace(counter=8)) == "key"


def test_sealing_needs_the_keys_that_it_uses() -> None:
    """And says which one is missing."""
    with pytest.raises(ValueError, match="encryption key"):
        seal(PLAIN, Keys(), TITLE, 1, 0x20)
    with pytest.raises(ValueError, match="authentication key"):
        seal(PLAIN, Keys(KEY), TITLE, 1, 0x30)


def test_keys_in_hexadecimal() -> None:
    """In any case and spacing; empty means none."""
    text = "00 01 02 03 04050607 08090a0B 0C0d0E0f"
    assert Keys.from_hex(text, text.upper()) == Keys(KEY, KEY)
    assert Keys.from_hex(None) == Keys.from_hex(" ", "") == Keys()


@pytest.mark.parametrize("text", ["12", "zz" * 16, "0" * 31, "00" * 17])
def test_what_is_no_key_is_refused_without_quoting_it(text: str) -> None:
    """A log may hold the message."""
    with pytest.raises(ValueError, match="encryption key") as caught:
        Keys.from_hex(text)
    assert text not in str(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(ValueError, match="authentication key"):
        Keys.from_hex(None, text)


def test_keys_do_not_change() -> None:
    """What was given is what is used."""
    with pytest.raises(FrozenInstanceError):
        BOTH.encryption = KEY  # type: ignore[misc]


def test_keys_are_never_shown() -> None:
    """Neither as hex nor as octets."""
    assert repr(BOTH) == "Keys(encryption=hidden, authentication=hidden)"
    assert repr(replace(BOTH, encryption=None)) == "Keys(encryption=none, authentication=hidden)"
    assert str(Keys(KEY)) == "Keys(encryption=hidden, authentication=none)"


SEALED = "DB 08 4C475A0000000001"


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        ("DB", "length"),
        ("DB 08 4C475A", "length"),
        (SEALED, "length"),
        ("DB 07 4C475A00000000 0A 20 00000001 0102030405", "length"),
        (SEALED + "0B 20 00000001 0102030405", "length"),
        (SEALED + "00", "length"),
        (SEALED + "05 20 00000001", "length"),
        (SEALED + "11 30 00000001 000000000000000000000000", "length"),
        (SEALED + "06 00 00000001 01", "type"),
        (SEALED + "06 22 00000001 01", "type"),
        (SEALED + "06 60 00000001 01", "type"),
        (SEALED + "06 A0 00000001 01", "type"),
        (SEALED + "12 10 00000001 01 000000000000000000000000", "type"),
    ],
)
def test_a_sealed_unit_that_contradicts_itself(octets: str, kind: str) -> None:
    """Or that is sealed as no meter of this family seals."""
    with pytest.raises(Refused) as caught:
        read_sealed(bytes.fromhex(octets), 0)
    assert caught.value.kind == kind


def test_the_shortest_sealed_units() -> None:
    """One octet of text."""
    sealed, _ = read_sealed(bytes.fromhex(SEALED + "06 20 00000002 41"), 0)
    assert sealed == Sealed(TITLE, 0x20, 2, b"A", b"")
    octets = bytes.fromhex(SEALED + "12 30 00000002 41 0102030405060708090A0B0C")
    sealed, end = read_sealed(octets, 0)
    assert sealed == Sealed(TITLE, 0x30, 2, b"A", bytes(range(1, 13)))
    assert end == len(octets)


def test_a_title_is_seen_from_the_start_of_a_unit() -> None:
    """Once it is all there."""
    octets = bytes.fromhex(SEALED)
    assert peek_title(octets) == TITLE
    assert peek_title(octets[:-1]) is None
    assert peek_title(b"\x0f" + octets[1:]) is None
    assert peek_title(b"") is None


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (PLAIN, True),
        (PLAIN[:-1], True),
        (bytes.fromhex("0F00000001 00 0201 0600000001"), True),
        (bytes.fromhex("0F00000001 00 0201 06000000"), False),
        (bytes.fromhex("0F00000001 00 0201 0600000001 00"), False),
        (bytes.fromhex("0F00000001 0C 07E5FFFF02FF3A10FF800000 00"), False),
        (bytes.fromhex("0F00000001 0C 07E5"), False),
        (bytes.fromhex("0F00000001 05 0000000000 00"), False),
        (b"\x0f", False),
        (b"", False),
        (b"\x0e" + PLAIN[1:], False),
    ],
)
def test_what_can_only_be_a_notification(octets: bytes, expected: bool) -> None:  # noqa: FBT001 - a row
    """A date that makes sense is enough: what is behind it may be of an unknown type."""
    assert is_notification(octets) is expected
