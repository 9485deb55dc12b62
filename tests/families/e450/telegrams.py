"""Telegrams that no meter ever sent: what the tests need one to say."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from custom_components.ecom.families.e450.protocol import apdu, hdlc, security
from custom_components.ecom.families.e450.protocol.axdr import Item, Tag, encode, length_octets
from custom_components.ecom.families.e450.protocol.clock import MeterTime, format_date_time
from custom_components.ecom.families.e450.protocol.obis import ObisCode
from custom_components.ecom.families.e450.protocol.security import Keys

METER = "LGZ1030000000017"
OTHER_METER = "LGZ1030000000024"
KEY = "000102030405060708090A0B0C0D0E0F"
AUTH_KEY = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
OTHER_KEY = "FF" * 16
TITLE = b"LGZgs\x00\x00\x11"

IMPORT = "1-0:1.7.0"
EXPORT = "1-0:2.7.0"
IMPORTED = "1-0:1.8.0"
EXPORTED = "1-0:2.8.0"

NO_KEYS = Keys()
KEYS = Keys.from_hex(KEY)
BOTH_KEYS = Keys.from_hex(KEY, AUTH_KEY)

type Said = int | str | bytes | None


class Voice:
    """One meter's way to speak: its name, its keys, and what it has counted so far."""

    def __init__(
        self,
        *,
        meter_id: str | None = METER,
        keys: Keys = NO_KEYS,
        counter: int = 0,
        destination: bytes = b"\xce\xff",
    ) -> None:
        """Begin with ``counter`` telegrams already sent."""
        self.meter_id = meter_id
        self.keys = keys
        self.counter = counter
        self.destination = destination

    def says(self, values: Mapping[str, Said], at: datetime | None = None) -> bytes:
        """Return a telegram whose objects are named in it; ``at`` is the meter's clock."""
        named = {**values} if self.meter_id is None else {"0-0:42.0.0": self.meter_id, **values}
        objects = tuple(_listed(ObisCode.parse(code)) for code in named)
        items = [_item(value) for value in named.values()]
        if at is not None:
            objects = (_listed(ObisCode.parse("0-0:1.0.0")), *objects)
            items = [(Tag.OCTETS.value, clock_octets(at)), *items]
        return self._telegram([(Tag.ARRAY.value, objects), *items], at)

    def says_bare(self, values: Sequence[Said], at: datetime | None = None) -> bytes:
        """Return a telegram of values without their names."""
        return self._telegram([_item(value) for value in values], at)

    def _telegram(self, items: Sequence[Item], at: datetime | None) -> bytes:
        self.counter += 1
        time = b"" if at is None else clock_octets(at)
        plain = (
            apdu.NOTIFICATION_TAG
            + self.counter.to_bytes(4)
            + length_octets(len(time))
            + time
            + encode((Tag.STRUCTURE.value, tuple(items)))
        )
        return frame(apdu.LLC + self._sealed(plain), self.destination)

    def _sealed(self, plain: bytes) -> bytes:
        if self.keys.encryption is None:
            return plain
        control = apdu.ENCRYPTED | (apdu.AUTHENTICATED if self.keys.authentication else 0)
        sealed = security.seal(plain, self.keys, TITLE, self.counter, control)
        head = bytes((sealed.security,)) + sealed.counter.to_bytes(4)
        body = head + sealed.ciphertext + sealed.tag
        return apdu.CIPHER_TAG + bytes((len(TITLE),)) + TITLE + length_octets(len(body)) + body


def frame(info: bytes, destination: bytes = b"\xce\xff") -> bytes:
    """Return one HDLC frame from the meter's customer interface."""
    addresses = destination + b"\x03\x13"
    length = 2 + len(addresses) + 2 + len(info) + 2
    head = (0xA000 | length).to_bytes(2) + addresses
    head += hdlc.check_sequence(head)
    return b"\x7e" + head + info + hdlc.check_sequence(head + info) + b"\x7e"


def clock_octets(at: datetime) -> bytes:
    """Return an aware moment as a meter that states its offset sends it."""
    return format_date_time(
        MeterTime(local=at.astimezone(UTC).replace(tzinfo=None), deviation_minutes=0)
    )


def _listed(code: ObisCode) -> Item:
    return (
        Tag.STRUCTURE.value,
        (
            (Tag.UINT16.value, 70 if code.cde == "96.3.10" else 3),
            (Tag.OCTETS.value, bytes(code)),
            (Tag.INT8.value, 3 if code.cde == "96.3.10" else 2),
            (Tag.UINT16.value, 0),
        ),
    )


def _item(value: Said) -> Item:
    match value:
        case None:
            return (Tag.NULL.value, None)
        case int():
            return (Tag.INT64.value, value)
        case str():
            return (Tag.OCTETS.value, value.encode())
        case bytes():
            return (Tag.OCTETS.value, value)
