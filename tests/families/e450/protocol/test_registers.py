"""The table of registers: complete, sourced, and right about what it names."""

from collections import Counter

import pytest

from custom_components.ecom.families.e450.protocol import REGISTERS, ObisCode, Quantity, lookup
from custom_components.ecom.families.e450.protocol.registers import Source


def test_the_sourced_codes_are_all_there() -> None:
    """108 full codes, 72 of them distinct in C.D.E, by their sources."""
    codes = {
        code: source
        for register in REGISTERS
        for code, source in register.codes.items()
        if source is not Source.STANDARD
    }
    assert len(codes) == 108
    assert len({code.cde for code in codes}) == 72
    assert Counter(codes.values()) == {
        Source.CAPTURE: 55,
        Source.EBL: 11,
        Source.CIP: 12,
        Source.SCS: 30,
    }


def test_each_code_finds_its_own_register() -> None:
    """No two rows stand for one code."""
    for register in REGISTERS:
        for code in register.codes:
            assert lookup(code) is register


@pytest.mark.parametrize(
    ("code", "name", "unit", "scaler", "phase", "tariff"),
    [
        ("1-0:1.7.0", "power_import", "W", 0, None, None),
        ("1-1:1.8.0", "energy_import", "Wh", 0, None, None),
        ("1-0:2.8.2", "energy_export_tariff", "Wh", 0, None, 2),
        ("1-1:5.8.0", "reactive_energy_q1", "varh", 0, None, None),
        ("1-0:31.7.0", "current_phase", "A", -2, 1, None),
        ("1-0:72.7.0", "voltage_phase", "V", 0, 3, None),
        ("1-0:13.7.0", "power_factor", "", -3, None, None),
        ("1-0:14.7.0", "frequency", "Hz", 0, None, None),
        ("1-0:36.7.0", None, None, None, None, None),
        ("1-0:41.7.0", "power_import_phase", "W", 0, 2, None),
        ("1-4:62.7.0", "power_export_phase", "W", 0, 3, None),
        ("1-4:23.7.0", "reactive_power_import_phase", "var", 0, 1, None),
        ("1-0:81.7.62", "angle_phase", "°", 0, 3, None),
        ("0-3:24.2.1", "sub_meter", "m³", None, None, None),
        ("0-5:24.2.1", None, None, None, None, None),
        ("0-0:24.2.1", None, None, None, None, None),
        ("0-0:96.3.10", "breaker_state", None, None, None, None),
        ("0-1:96.1.0", "device_id", None, None, None, None),
        ("0-9:25.9.0", "push_setup", None, None, None, None),
        ("1-0:9.8.0", "apparent_energy_import", "VAh", 0, None, None),
        ("1-0:1.8.0.1", None, None, None, None, None),
        ("0-0:1.7.0", None, None, None, None, None),
        ("1-0:1.0.0", None, None, None, None, None),
    ],
)
def test_lookup(  # noqa: PLR0913, PLR0917 - a row of a table
    code: str,
    name: str | None,
    unit: str | None,
    scaler: int | None,
    phase: int | None,
    tariff: int | None,
) -> None:
    """By C.D.E, on the channels where it can be."""
    register = lookup(ObisCode.parse(code))
    if register is None:
        assert name is None
        return
    found = (register.name, register.unit, register.scaler, register.phase, register.tariff)
    assert found == (name, unit, scaler, phase, tariff)


def test_a_name_stands_for_one_quantity_and_unit() -> None:
    """Phases and tariffs are its placeholders, and nothing else differs."""
    meanings: dict[str, set[tuple[Quantity, str | None]]] = {}
    for register in REGISTERS:
        meanings.setdefault(register.name, set()).add((register.quantity, register.unit))
        assert ("phase" in register.name) == (register.phase is not None)
        assert ("tariff" in register.name) == (
            register.tariff is not None or register.quantity is Quantity.TARIFF
        )
    assert all(len(meaning) == 1 for meaning in meanings.values())
