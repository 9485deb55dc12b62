"""Application data units of a push: the notification, and the cipher around it."""

from typing import Final, NamedTuple

from .axdr import Item, decode, read_length
from .clock import DATE_TIME_LENGTH, parse_date_time
from .values import RefusalKind, Refused

# Logical link control of a meter's message (IEC 62056-46 5.3.2): remote
# LSAP, the meter's LSAP for what it sends of its own accord, quality.
LLC: Final = b"\xe6\xe7\x00"
NOTIFICATION_TAG: Final = b"\x0f"
CIPHER_TAG: Final = b"\xdb"
_INVOKE_ID: Final = 4
_TITLE_LENGTH: Final = 8
_COUNTER: Final = 4
_TAG: Final = 12
AUTHENTICATED: Final = 0x10
ENCRYPTED: Final = 0x20
_SUITE: Final = 0x0F
# Suites 0 and 1 both cipher with AES-128-GCM (IEC 62056-5-3 table 18).
_AES_128_SUITES: Final = frozenset((0, 1))
_OTHER_BITS: Final = 0xC0  # broadcast key, compression


class Notification(NamedTuple):
    """A data-notification: ``0F | invoke id (4) | length | date-time | body`` (Green Book 9.5)."""

    invoke_id: int
    time: bytes
    body: Item


class Sealed(NamedTuple):
    """A general-glo-ciphering unit, still closed.

    ``DB | length and system title | length | security control | invocation
    counter (4) | ciphertext | tag (12, if authenticated)`` (Green Book 9.2.7.2.4.6).
    """

    system_title: bytes
    security: int
    counter: int
    ciphertext: bytes
    tag: bytes


def read_notification(data: bytes, at: int) -> tuple[Notification, int]:
    """Return the notification whose tag is at ``at``, and where it ends.

    Raises Refused: ``length``, ``type`` or ``layout``.
    """
    length, start = read_length(data, at + 1 + _INVOKE_ID)
    if length not in {0, DATE_TIME_LENGTH}:
        raise Refused(RefusalKind.LENGTH, f"a notification's time has {length} octets, not 0 or 12")
    end = start + length
    body, after = decode(data, end)
    invoke_id = int.from_bytes(data[at + 1 : at + 1 + _INVOKE_ID])
    return Notification(invoke_id, data[start:end], body), after


def read_sealed(data: bytes, at: int) -> tuple[Sealed, int]:
    """Return the ciphered unit whose tag is at ``at``, and where it ends.

    Raises Refused: ``length`` where lengths contradict each other, ``type``
    for a cipher that is not AES-128-GCM with the global key.
    """
    title_length, start = read_length(data, at + 1)
    if title_length != _TITLE_LENGTH:
        raise Refused(RefusalKind.LENGTH, f"a system title has {title_length} octets, not 8")
    title = data[start : start + title_length]
    length, start = read_length(data, start + title_length)
    end = start + length
    if end > len(data):
        raise Refused(
            RefusalKind.LENGTH, f"a cipher declares {length} octets, {len(data) - start} follow"
        )
    tag_length = _TAG if length and data[start] & AUTHENTICATED else 0
    text = start + 1 + _COUNTER
    if end - tag_length <= text:
        raise Refused(RefusalKind.LENGTH, f"a cipher of {length} octets has no room for a telegram")
    security = data[start]
    if (
        not security & ENCRYPTED
        or security & _OTHER_BITS
        or security & _SUITE not in _AES_128_SUITES
    ):
        raise Refused(RefusalKind.TYPE, f"security control 0x{security:02x} is not known")
    return Sealed(
        system_title=title,
        security=security,
        counter=int.from_bytes(data[start + 1 : text]),
        ciphertext=data[text : end - tag_length],
        tag=data[end - tag_length : end],
    ), end


def peek_title(data: bytes) -> bytes | None:
    """Return the system title of a ciphered unit of which only the start is there."""
    title = data[2 : 2 + _TITLE_LENGTH]
    if data[:2] == CIPHER_TAG + bytes((_TITLE_LENGTH,)) and len(title) == _TITLE_LENGTH:
        return title
    return None


def is_notification(data: bytes) -> bool:
    """Return whether decrypted ``data`` can only be a notification.

    A wrong key gives random octets. A tag, a length and a date that all make
    sense are then out of reach; without such a date the whole body must be sound.
    """
    if not data.startswith(NOTIFICATION_TAG):
        return False
    start = 1 + _INVOKE_ID
    time = data[start + 1 : start + 1 + DATE_TIME_LENGTH]
    if data[start : start + 1] == bytes((DATE_TIME_LENGTH,)) and parse_date_time(time):
        return True
    try:
        notification, end = read_notification(data, 0)
    except Refused:
        return False
    return end == len(data) and isinstance(notification.body[1], tuple)
