"""What the decoder says: telegrams with their values, and refusals with their reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, override

from .clock import MeterTime
from .obis import ObisCode
from .registers import Register

__all__ = [
    "Layout",
    "MeterTime",
    "Model",
    "Raw",
    "Refusal",
    "RefusalKind",
    "Refused",
    "Telegram",
    "Value",
]

type Raw = int | str | bytes | MeterTime | None


class Model(StrEnum):
    """A Landis+Gyr meter that speaks over this interface."""

    E450 = "e450"
    E360 = "e360"
    E570 = "e570"
    E350 = "e350"
    UNKNOWN = "unknown"


class Layout(StrEnum):
    """How a telegram's body is laid out; the utility chooses, not the meter."""

    PUSH_LIST = "push_list"
    OBIS_PAIRS = "obis_pairs"
    SELF_DESCRIBING = "self_describing"
    BARE_14 = "bare_14"
    BARE_11 = "bare_11"
    BARE_9 = "bare_9"
    BARE_2 = "bare_2"


class RefusalKind(StrEnum):
    """Why bytes became no telegram."""

    HCS = "hcs"
    FCS = "fcs"
    LENGTH = "length"
    GBT = "gbt"
    KEY = "key"
    AUTH_KEY = "auth_key"
    TRUNCATED = "truncated"
    TYPE = "type"
    LAYOUT = "layout"
    OVERSIZE = "oversize"


class Value(NamedTuple):
    """One register's value, as sent and as meant.

    ``raw`` is what the meter sent; ``value`` is ``raw`` in ``unit``, an int
    where the scaler is zero or above and a Decimal below, never a float; None
    says that the meter has no value to give (an angle without current).
    ``unit`` is None where there is none, or where nobody stated the scaler;
    ``register`` is None for a code that ECOM does not know.
    """

    raw: Raw
    value: int | Decimal | str | None
    unit: str | None
    register: Register | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Telegram:
    """One good telegram.

    ``values`` holds every object that has a value, the clock and the meter's
    names among them. ``attributes`` holds what an object says beside its
    value, by code and COSEM attribute, such as the type of a sub-meter.
    ``security`` is the security control byte, None in plain text;
    ``verified`` says that the GCM tag was checked and is right.
    """

    layout: Layout
    profile: str | None
    model: Model
    meter_id: str | None
    system_title: str | None
    invocation_counter: int | None
    security: int | None
    verified: bool
    invoke_id: int
    header_time: MeterTime | None
    clock: MeterTime | None
    values: Mapping[ObisCode, Value]
    attributes: Mapping[tuple[ObisCode, int], Value] = field(default_factory=dict)

    @property
    def time(self) -> MeterTime | None:
        """Return the clock object's time, else the header's."""
        return self.clock or self.header_time


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Bytes that gave no telegram, and why; never with any of a key in it."""

    kind: RefusalKind
    detail: str
    system_title: str | None = None
    encrypted: bool = False


class Refused(Exception):
    """Raised inside the protocol where a telegram turns out bad; never leaves it."""

    def __init__(self, kind: RefusalKind, detail: str) -> None:
        """Keep the kind and the plain English detail."""
        super().__init__(detail)
        self.kind = kind
        self.detail = detail

    @override
    def __str__(self) -> str:
        """Return the kind and the detail."""
        return f"{self.kind}: {self.detail}"
