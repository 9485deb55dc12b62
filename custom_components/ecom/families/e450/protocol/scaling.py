"""From what a meter sent to what it means: models, scalers, units, sentinels."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from .clock import MeterTime
from .layouts import Body, Scale
from .obis import ObisCode
from .registers import Quantity, Register, lookup
from .values import Layout, Model, Raw, RefusalKind, Refused, Value

# HDLC addresses carry seven bits an octet, above the extension bit. The
# customer interface is client 103; the lower half then tells the E570.
_CUSTOMER_INTERFACE: Final = 103
_E570_LOWER: Final = frozenset((0x9B, 0xFD, 0x95))
# No E450 phase has a thousand volts: such a number counts tenths.
_MAX_VOLTS: Final = 1000
_VOLTAGES: Final = frozenset((32, 52, 72))
_INSTANT: Final = 7
_ANGLES: Final = 81
# C of the current whose angle it is, by E of the angle.
_CURRENTS: Final = {40: 31, 51: 51, 62: 71}
_FULL_CIRCLE: Final = 360
_METER_IDS: Final = tuple(map(ObisCode.parse, ("0-0:42.0.0", "0-0:96.1.0", "0-0:96.1.1")))

type Scalers = Mapping[Quantity, int] | Mapping[str, int]
type Values = dict[ObisCode, Value]
type Attributes = dict[tuple[ObisCode, int], Value]


class _Rule(NamedTuple):
    register: Register | None
    scaler: int | None
    unit: str | None


def detect_model(destination: bytes, body: Body) -> Model:
    """Return which meter this is, by HDLC destination, layout and the size of the voltages."""
    if body.layout is Layout.SELF_DESCRIBING:
        return Model.E350
    if destination[0] >> 1 != _CUSTOMER_INTERFACE:
        return Model.UNKNOWN
    if destination[-1] in _E570_LOWER and len(destination) > 1:
        return Model.E570
    for code, raw in zip(body.codes, body.raws, strict=True):
        if code.c in _VOLTAGES and code.d == _INSTANT and isinstance(raw, int) and raw > _MAX_VOLTS:
            return Model.E360
    return Model.E450


class Scaling:
    """Turns what a meter sent into values, with exponents overridden by quantity."""

    def __init__(self, scalers: Scalers) -> None:
        """Take the exponents of ten that override those of meter and telegram."""
        self._scalers = dict(scalers)
        # A meter sends the same objects for ever, so their rules are found once.
        self._rules = lru_cache(maxsize=16)(self._find_rules)

    def interpret(self, body: Body, model: Model) -> tuple[Values, Attributes]:
        """Return the values by code, and what objects say beside them by code and attribute.

        Of an object that comes without its value the first other attribute
        stands for it. Raises Refused: ``type`` where a register that counts
        or measures holds something else than a number, or states another
        unit than its own; ``layout`` where an object comes twice.
        """
        stated = tuple(map(body.scales.get, body.codes)) if body.scales else None
        rules = self._rules(body.codes, model, stated)
        values: dict[ObisCode, Value] = {}
        for code, raw, (register, scaler, unit) in zip(body.codes, body.raws, rules, strict=True):
            if isinstance(raw, bool) and register and register.unit:
                raise Refused(RefusalKind.TYPE, f"{code} holds no number")
            if isinstance(raw, int) and scaler is not None:
                scaled = scale(raw, scaler) if scaler else raw
                values[code] = Value(raw, scaled, unit, register)
            elif raw is None or isinstance(raw, int) or not register or register.unit is None:
                values[code] = Value(raw, _as_sent(raw), None, register)
            else:
                raise Refused(RefusalKind.TYPE, f"{code} holds no number")
        if len(values) != len(body.codes):
            raise Refused(RefusalKind.LAYOUT, "an object comes twice in one telegram")
        attributes: dict[tuple[ObisCode, int], Value] = {}
        for code, number, raw in body.attributes:
            value = Value(raw, _as_sent(raw), None, lookup(code))
            attributes.setdefault((code, number), value)
            values.setdefault(code, value)
        _drop_angles_without_current(values)
        return values, attributes

    def _find_rules(
        self, codes: tuple[ObisCode, ...], model: Model, stated: tuple[Scale | None, ...] | None
    ) -> list[_Rule]:
        scales = stated or (None,) * len(codes)
        return [self._rule(code, model, scale) for code, scale in zip(codes, scales, strict=True)]

    def _rule(self, code: ObisCode, model: Model, stated: Scale | None) -> _Rule:
        register = lookup(code)
        unit = register.unit if register else None
        if register and register.quantity in self._scalers:
            return _Rule(register, self._scalers[register.quantity], unit)
        if stated is not None:
            if unit and stated.unit and unit != stated.unit:
                raise Refused(RefusalKind.TYPE, f"{code} is stated in {stated.unit}, not {unit}")
            return _Rule(register, stated.scaler, stated.unit)
        if register is None or model is Model.E570:
            return _Rule(register, None, None)
        if model is Model.E360 and register.quantity is Quantity.VOLTAGE:
            return _Rule(register, -1, unit)
        return _Rule(register, register.scaler, unit)


def scale(raw: int, scaler: int) -> int | Decimal:
    """Return ``raw`` times ten to the ``scaler``, exactly."""
    return raw * 10**scaler if scaler >= 0 else Decimal(raw).scaleb(scaler)


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
    for code in [code for code in values if code.c == _ANGLES]:
        raw, _, unit, register = values[code]
        current = values.get(ObisCode(code.a, code.b, _CURRENTS.get(code.e, 0), _INSTANT, 0))
        idle = current is not None and current.raw == 0
        if isinstance(raw, int) and (raw > _FULL_CIRCLE or idle):
            values[code] = Value(raw, None, unit, register)


def meter_id(values: Mapping[ObisCode, Value]) -> str | None:
    """Return the meter's id: its logical device name, else its first or second device id."""
    for code in _METER_IDS:
        value = values.get(code)
        if value is not None and value.value is not None:
            return str(value.value)
    return None
