"""Telegrams that no meter ever sent: what the tests need one to say."""

from collections.abc import Mapping
from datetime import UTC, datetime

from custom_components.ecom.families.e450.protocol.clock import MeterTime
from custom_components.ecom.families.e450.protocol.decoder import Decoder
from custom_components.ecom.families.e450.protocol.encoder import CUSTOMER_INTERFACE, encode
from custom_components.ecom.families.e450.protocol.obis import ObisCode
from custom_components.ecom.families.e450.protocol.profiles import CLOCK
from custom_components.ecom.families.e450.protocol.security import Keys
from custom_components.ecom.families.e450.protocol.values import Layout, Raw, Telegram

METER = "LGZ1030000000017"
OTHER_METER = "LGZ1030000000024"
KEY = "000102030405060708090A0B0C0D0E0F"
AUTH_KEY = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
OTHER_KEY = "FF" * 16
TITLE = b"LGZgs\x00\x00\x11"
E570 = b"\xce\x9b"

IMPORT = "1-0:1.7.0"
EXPORT = "1-0:2.7.0"
IMPORTED = "1-0:1.8.0"
EXPORTED = "1-0:2.8.0"
VOLTAGE = "1-0:32.7.0"
SUB_METER = "0-1:24.2.1"
LOGICAL_NAME = "0-0:42.0.0"

NO_KEYS = Keys()
KEYS = Keys.from_hex(KEY)
BOTH_KEYS = Keys.from_hex(KEY, AUTH_KEY)


class Voice:
    """One meter's way to speak: its name, its keys, and how often it has spoken."""

    def __init__(
        self,
        *,
        meter_id: str | None = METER,
        keys: Keys = NO_KEYS,
        layout: Layout = Layout.PUSH_LIST,
        counter: int = 0,
        destination: bytes = CUSTOMER_INTERFACE,
    ) -> None:
        """Begin with ``counter`` telegrams already sent."""
        self.meter_id = meter_id
        self.keys = keys
        self.layout = layout
        self.counter = counter
        self.destination = destination

    def says(self, values: Mapping[str, Raw], at: datetime | None = None) -> bytes:
        """Return a telegram with these raw values; ``at`` is the meter's clock.

        A layout that names its objects carries the meter's id too.
        """
        self.counter += 1
        raws: dict[ObisCode, Raw] = {}
        if at is not None:
            raws[CLOCK] = clock(at)
        if self.meter_id is not None:
            raws[ObisCode.parse(LOGICAL_NAME)] = self.meter_id
        raws |= {ObisCode.parse(code): raw for code, raw in values.items()}
        return encode(
            self.layout,
            raws,
            invoke_id=self.counter,
            header_time=None if at is None else clock(at),
            keys=self.keys,
            system_title=TITLE,
            invocation_counter=self.counter,
            destination=self.destination,
        )

    def telegram(self, values: Mapping[str, Raw], at: datetime | None = None) -> Telegram:
        """Return the telegram as the decoder gives it."""
        (telegram,) = Decoder(keys=self.keys).receive(self.says(values, at))
        assert isinstance(telegram, Telegram)
        return telegram


def clock(at: datetime) -> MeterTime:
    """Return an aware moment as a meter that states its offset says it."""
    return MeterTime(local=at.astimezone(UTC).replace(tzinfo=None), deviation_minutes=0)
