"""What a new server proposes to the Site."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_NAME

from ....ports import Role
from ..protocol import COUNTERS_OF, Contract, Kind, Point, Quantity
from ..settings import Medium
from ..visit import Found
from .forms import CONF_ROLE, NO_ROLE

SHOWN: Final = (
    (Kind.TELEINFO, Quantity.METER_ID, "Téléinfo"),
    (Kind.CLAMP, Quantity.IMPORT, "Pince"),
    (Kind.COUNTER, Quantity.INDEX, "Impulsion"),
    (Kind.PROBE, Quantity.VALUE, "Sonde"),
)
"""What a person can compare with the server's own pages, in their words."""

ROLES: Final[Mapping[str, Role]] = {
    "water": Role.WATER,
    "gas": Role.GAS,
    "heat": Role.HEAT,
    "electricity": Role.SUB_METER,
}


def role_of(found: Found, number: int) -> str:
    """Return what a meter on a Téléinfo input probably measures."""
    return Role.SOLAR if _is_producer(found, number) else Role.GRID


def summary(found: Found) -> str:
    """Return the inputs that something is wired to, as lines."""
    lines = []
    for kind, quantity, word in SHOWN:
        for number in found.numbers(kind, quantity):
            value = found.value(kind, number, quantity)
            lines.append(f"- {word} {number}: {value}{' Wh' if kind is Kind.CLAMP else ''}")
    relays = sum(point.kind is Kind.RELAY for point in found.report.values)
    lines.append(f"- Relais: {relays} ({'admin' if found.admin else 'lecture seule'})")
    return "\n".join(lines)


def proposals(
    found: Found, uid: str, user_input: Mapping[str, Any], media: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the meters for the Site: those of the Téléinfo and of the counters."""
    name = user_input[CONF_NAME]
    meters = []
    for number in found.numbers(Kind.TELEINFO, Quantity.METER_ID):
        role = user_input[f"{CONF_ROLE}_{number}"]
        if role != NO_ROLE and _has_power(found, number):
            meters.append(
                {
                    "port": f"{uid}/{Point(Kind.TELEINFO, number, Quantity.POWER)}",
                    "role": Role(role).value,
                    "title": f"{name} Téléinfo {number}",
                    "inverted": role == Role.SOLAR and _is_producer(found, number),
                    "phases": ["1", "2", "3"] if _has_second_phase(found, number) else ["1"],
                }
            )
    return [*meters, *(_counter(uid, name, number, medium) for number, medium in media.items())]


def _counter(uid: str, name: str, number: str, medium: str) -> dict[str, Any]:
    role = ROLES[Medium(medium).partition("_")[0]]
    quantity = Quantity.POWER if role is Role.SUB_METER else Quantity.INDEX
    return {
        "port": f"{uid}/{Point(Kind.COUNTER, int(number), quantity)}",
        "role": role.value,
        "title": f"{name} Impulsion {number}",
    }


def _has_power(found: Found, number: int) -> bool:
    """Return whether the counters tell a power: those of a contract, or what is fed in."""
    contract = found.value(Kind.TELEINFO, number, Quantity.CONTRACT)
    return contract in COUNTERS_OF or _is_producer(found, number)


def _is_producer(found: Found, number: int) -> bool:
    """Return whether a meter counts what panels produce, and nothing that is drawn."""
    return found.value(Kind.TELEINFO, number, Quantity.CONTRACT) is Contract.PRODUCER


def _has_second_phase(found: Found, number: int) -> bool:
    return any(
        found.value(Kind.TELEINFO, number, quantity)
        for quantity in (Quantity.CURRENT_2, Quantity.VOLTAGE_2)
    )
