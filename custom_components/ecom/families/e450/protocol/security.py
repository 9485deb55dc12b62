"""Ciphering of telegrams: AES-128-GCM with the meter's global keys (Green Book 9.2.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self, override

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CTR, GCM

from .apdu import AUTHENTICATED, Sealed
from .values import RefusalKind, Refused

_KEY_LENGTH: Final = 16
_TAG_LENGTH: Final = 12
# In GCM block 1 of the counter makes the tag; the text starts at block 2.
_FIRST_TEXT_BLOCK: Final = b"\x00\x00\x00\x02"


@dataclass(frozen=True, slots=True)
class Keys:
    """The meter's encryption and authentication keys, 16 octets each, or None.

    Raises ValueError for a key of another length. Their representation shows
    only which keys there are.
    """

    encryption: bytes | None = None
    authentication: bytes | None = None

    def __post_init__(self) -> None:
        """Check the lengths."""
        for name, key in (("encryption", self.encryption), ("authentication", self.authentication)):
            if key is not None and len(key) != _KEY_LENGTH:
                raise ValueError(f"the {name} key has {len(key)} octets, not {_KEY_LENGTH}")

    @classmethod
    def from_hex(cls, key: str | None, auth_key: str | None = None) -> Self:
        """Return keys written in hexadecimal, in any case and spacing; empty means none.

        Raises ValueError for anything else; its text does not quote the key.
        """
        return cls(_unhex("encryption", key), _unhex("authentication", auth_key))

    @override
    def __repr__(self) -> str:
        """Return which keys there are, never what they are."""
        shown = (
            "none" if key is None else "hidden" for key in (self.encryption, self.authentication)
        )
        return "Keys(encryption={}, authentication={})".format(*shown)


def _unhex(name: str, text: str | None) -> bytes | None:
    if text is None or not text.strip():
        return None
    try:
        return bytes.fromhex("".join(text.split()))
    except ValueError:
        raise ValueError(f"the {name} key is not hexadecimal") from None


def unseal(sealed: Sealed, keys: Keys, is_plain: Callable[[bytes], bool]) -> tuple[bytes, bool]:
    """Return the plain text, and whether its tag was checked and is right.

    ``is_plain`` says whether octets make sense as a telegram. Raises Refused:
    ``key`` without an encryption key or with a wrong one, ``auth_key`` where
    that key is right and the authentication key, or the tag, is not.
    """
    if keys.encryption is None:
        raise Refused(RefusalKind.KEY, "the telegram is encrypted and no encryption key is given")
    if sealed.security & AUTHENTICATED and keys.authentication is not None:
        plain = _open(sealed, keys.encryption, keys.authentication)
        if plain is not None:
            return plain, True
    plain = _decrypt(sealed, keys.encryption)
    if not is_plain(plain):
        raise Refused(RefusalKind.KEY, "the encryption key does not fit the telegram")
    if sealed.security & AUTHENTICATED and keys.authentication is not None:
        raise Refused(
            RefusalKind.AUTH_KEY,
            "the encryption key fits and the authentication tag does not",
        )
    return plain, False


def seal(plain: bytes, keys: Keys, system_title: bytes, counter: int, security: int) -> Sealed:
    """Return ``plain`` ciphered, the mirror of :func:`unseal`.

    Raises ValueError if a key is missing that ``security`` asks for.
    """
    if keys.encryption is None:
        raise ValueError("ciphering needs an encryption key")
    if not security & AUTHENTICATED:
        sealed = Sealed(system_title, security, counter, plain, b"")
        return sealed._replace(ciphertext=_decrypt(sealed, keys.encryption))
    if keys.authentication is None:
        raise ValueError("authentication needs an authentication key")
    nonce = _nonce(system_title, counter)
    encryptor = Cipher(AES128(keys.encryption), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bytes((security,)) + keys.authentication)
    text = encryptor.update(plain) + encryptor.finalize()
    return Sealed(system_title, security, counter, text, encryptor.tag[:_TAG_LENGTH])


def _nonce(system_title: bytes, counter: int) -> bytes:
    return system_title + counter.to_bytes(4)


def _open(sealed: Sealed, key: bytes, auth_key: bytes) -> bytes | None:
    """Return the plain text if the tag is right, else None."""
    nonce = _nonce(sealed.system_title, sealed.counter)
    mode = GCM(nonce, sealed.tag, min_tag_length=_TAG_LENGTH)
    decryptor = Cipher(AES128(key), mode).decryptor()
    decryptor.authenticate_additional_data(bytes((sealed.security,)) + auth_key)
    try:
        return decryptor.update(sealed.ciphertext) + decryptor.finalize()
    except InvalidTag:
        return None


def _decrypt(sealed: Sealed, key: bytes) -> bytes:
    """Return the plain text without looking at the tag; ciphering is the same operation."""
    nonce = _nonce(sealed.system_title, sealed.counter)
    decryptor = Cipher(AES128(key), CTR(nonce + _FIRST_TEXT_BLOCK)).decryptor()
    return decryptor.update(sealed.ciphertext) + decryptor.finalize()
