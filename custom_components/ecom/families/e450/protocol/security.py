"""Ciphering of telegrams: AES-128-GCM with the meter's global keys (Green Book 9.2.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final, Self, override

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .apdu import AUTHENTICATED, Sealed
from .values import RefusalKind, Refused

_KEY_LENGTH: Final = 16
_WHOLE_TAG: Final = 16
_TAG: Final = 12


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


class Opener:
    """Opens what was sealed with certain keys."""

    def __init__(self, keys: Keys) -> None:
        """Take the keys, either of which may be missing."""
        self._cipher = None if keys.encryption is None else AESGCM(keys.encryption)
        self._authentication = keys.authentication

    def open(self, sealed: Sealed, is_plain: Callable[[bytes], bool]) -> tuple[bytes, bool]:
        """Return the plain text, and whether its tag was checked and is right.

        ``is_plain`` says whether octets make sense as a telegram. Raises Refused:
        ``key`` without an encryption key or with a wrong one, ``auth_key`` where
        that key is right and the authentication key, or the tag, is not.
        """
        if self._cipher is None:
            raise Refused(
                RefusalKind.KEY, "the telegram is encrypted and no encryption key is given"
            )
        nonce = _nonce(sealed.system_title, sealed.counter)
        # In counter mode ciphering and deciphering are the same operation.
        plain, _ = _cipher(self._cipher, nonce, sealed.ciphertext, b"")
        if not sealed.security & AUTHENTICATED or self._authentication is None:
            if is_plain(plain):
                return plain, False
            raise Refused(RefusalKind.KEY, "the encryption key does not fit the telegram")
        header = bytes((sealed.security,)) + self._authentication
        _, tag = _cipher(self._cipher, nonce, plain, header)
        if compare_digest(tag, sealed.tag):
            return plain, True
        if is_plain(plain):
            raise Refused(
                RefusalKind.AUTH_KEY,
                "the encryption key fits and the authentication key does not",
            )
        raise Refused(RefusalKind.KEY, "the encryption key does not fit the telegram")


def seal(plain: bytes, keys: Keys, system_title: bytes, counter: int, security: int) -> Sealed:
    """Return ``plain`` ciphered, the mirror of :meth:`Opener.open`.

    Raises ValueError if a key is missing that ``security`` asks for.
    """
    if keys.encryption is None:
        raise ValueError("ciphering needs an encryption key")
    header = b""
    if security & AUTHENTICATED:
        if keys.authentication is None:
            raise ValueError("authentication needs an authentication key")
        header = bytes((security,)) + keys.authentication
    text, tag = _cipher(AESGCM(keys.encryption), _nonce(system_title, counter), plain, header)
    return Sealed(system_title, security, counter, text, tag if header else b"")


def _nonce(system_title: bytes, counter: int) -> bytes:
    return system_title + counter.to_bytes(4)


def _cipher(cipher: AESGCM, nonce: bytes, text: bytes, header: bytes) -> tuple[bytes, bytes]:
    """Return ``text`` ciphered, and its tag as DLMS cuts it, to 12 octets of 16.

    The library would verify whole tags only, so they are compared here.
    """
    result = cipher.encrypt(nonce, text, header)
    return result[:-_WHOLE_TAG], result[-_WHOLE_TAG:][:_TAG]
