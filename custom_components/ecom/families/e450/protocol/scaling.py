"""From what a meter sent to what it means: models, scalers, units, sentinels."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from .clock import MeterTime
from .layouts import Entry
from .obis import ObisCode
from .registers import Quantity, Register, lookup
from .values import Layout, Model, Raw, Value

# HDLC addresses carry seven bits an octet, above the extension bit. The
# customer interface is client 103; the lower half then tells the E570.
_CUSTOMER_INTERFACE: Final = 103
_E570_LOWER: Final = frozenset((0x9B, 0xFD, 0x95))
# No E450 phase has a thousand volts: such a number counts tenths.
_MAX_VOLTS: Final = 1000
_FULL_CIRCLE: Final = 360
_METER_IDS: Final = tuple(map(ObisCode.parse, ("0-0:42.0.0", "0-0:96.1.0", "0-0:96.1.1")))

type Scalers = Mapping[Quantity | str, int]


def detect_model(destination: bytes, layout: Layout, entries: Iterable[Entry]) -> Model:
    """Return which meter this is, by HDLC destination, layout and the size of the voltages."""
    if layout is Layout.SELF_DESCRIBING:
        return Model.E350
    if destination[0] >> 1 != _CUSTOMER_INTERFACE:
        return Model.UNKNOWN
    if destination[-1] in _E570_LOWER and len(destination) > 1:
        return Model.E570
    tenths = any(
        isinstance(entry.raw, int) and entry.raw > _MAX_VOLTS and _is_voltage(entry.code)
        for entry in entries
    )
    return Model.E360 if tenths else Model.E450


def _is_voltage(code: ObisCode) -> bool:
    register = lookup(code)
    return register is not None and register.quantity is Quantity.VOLTAGE


def interpret(
    entries: Iterable[Entry], model: Model, scalers: Scalers
) -> tuple[dict[ObisCode, Value], dict[tuple[ObisCode, int], Value]]:
    """Return the values by code, and what objects say beside them by code and attribute.

    ``scalers`` overrides exponents by quantity. Of an object that comes
    without its main attribute, the first one given stands for it.
    """
    values: dict[ObisCode, Value] = {}
    others: dict[tuple[ObisCode, int], Value] = {}
    for entry in entries:
        if entry.is_main:
            values.setdefault(entry.code, _value(entry, model, scalers))
        else:
            others.setdefault((entry.code, entry.attribute), _plain(entry))
    for (code, _), value in others.items():
        values.setdefault(code, value)
    _drop_angles_without_current(values)
    return values, others


def _plain(entry: Entry) -> Value:
    register = lookup(entry.code)
    return Value(entry.raw, _as_sent(entry.raw), None, register)


def _value(entry: Entry, model: Model, scalers: Scalers) -> Value:
    raw = entry.raw
    register = lookup(entry.code)
    if not isinstance(raw, int):
        return Value(raw, _as_sent(raw), None, register)
    scaler, unit = _scale(entry, register, model, scalers)
    if scaler is None:
        return Value(raw, raw, None, register)
    return Value(raw, scale(raw, scaler), unit, register)


def _scale(
    entry: Entry, register: Register | None, model: Model, scalers: Scalers
) -> tuple[int | None, str | None]:
    unit = register.unit if register else None
    if register and register.quantity in scalers:
        return scalers[register.quantity], unit
    if entry.scale is not None:
        return entry.scale
    if register is None or model is Model.E570:
        return None, None
    if model is Model.E360 and register.quantity is Quantity.VOLTAGE:
        return -1, unit
    return register.scaler, unit


def scale(raw: int, scaler: int) -> int | Decimal:
    """Return ``raw`` times ten to the ``scaler``, exactly."""
    if scaler == 0:
        return raw
    return raw * 10**scaler if scaler > 0 else Decimal(raw).scaleb(scaler)


def _as_sent(raw: Raw) -> int | str | None:
    match raw:
        case MeterTime():
            return raw.isoformat()
        case bytes():
            return raw.hex()
        case str():
            return raw.strip("\0 ") or None
    return raw


def _drop_angles_without_current(values: dict[ObisCode, Value]) -> None:
    """Make absent each angle that no current can have; the E450 sends 400 for it."""
    for code, value in values.items():
        register = value.register
        if register is None or register.quantity is not Quantity.ANGLE or value.value is None:
            continue
        current = values.get(code._replace(c=11 + 20 * (register.phase or 0), d=7, e=0))
        idle = current is not None and current.raw == 0
        if idle or (isinstance(value.raw, int) and value.raw > _FULL_CIRCLE):
            values[code] = Value(value.raw, None, value.unit, register)


def meter_id(values: Mapping[ObisCode, Value]) -> str | None:
    """Return the meter's id: its logical device name, else its first or second device id."""
    for code in _METER_IDS:
        value = values.get(code)
        if value is not None and value.value is not None:
            return str(value.value)
    return None
