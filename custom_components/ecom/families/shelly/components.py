"""Which components of a Shelly are channels, and what each of them says.

A status is a mapping of components, such as ``switch:0``, to their fields. Whatever
stands there was sent by a device and may be anything. Source of the fields: Shelly's
documentation of the components, whose names the code uses.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ...plugs import Channel, ChannelKind, Quantity, Values, clean
from .identity import words

type Json = Mapping[str, object]

PHASES: Final = "abc"
MOST_CHANNELS: Final = 32
MOST_UNKNOWN: Final = 40

_COMPONENT: Final = re.compile(r"([a-z0-9_]{1,30}):(0|[1-9][0-9]{0,2})")
_SHOWN: Final = re.compile(r"[a-z0-9_]{1,30}(:[0-9]{1,3})?")

HOUSEKEEPING: Final = frozenset(
    """
    ble bthome cloud eth knx matter modbus mqtt plugm_ui plugs_ui powerstrip_ui sys ui wifi ws
    zigbee
    """.split()  # noqa: SIM905 - names read better as text
)
"""Components that every device has and that measure nothing: nobody misses them."""

DATA: Final = frozenset({"emdata", "em1data"})
"""Counters of another component, read along with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A channel, and in which fields of which components its values stand.

    ``fields`` holds paths such as ``("switch:0", "aenergy", "total")``. A ``gross`` counter
    counts what passes in both directions, of which what was fed in is told beside it.
    """

    channel: Channel
    fields: Mapping[Quantity, tuple[str, ...]]
    gross: bool = False

    def values(self, status: Json) -> Values:
        """Return the values that are stated now, None where one cannot be right."""
        found: dict[Quantity, float | bool | None] = {}
        for quantity, path in self.fields.items():
            stated, value = _at(status, path)
            if stated:
                found[quantity] = _value(quantity, value)
        if self.gross and {Quantity.ENERGY, Quantity.RETURNED} <= found.keys():
            found[Quantity.ENERGY] = _net(found[Quantity.ENERGY], found[Quantity.RETURNED])
        return found


def parts(status: Json, config: Json) -> Iterator[Part]:
    """Yield the channels of a device, by kind of component and number."""
    for kind, number in _components(status):
        name = f"{kind}:{number}"
        settings = config.get(name)
        given = words(settings.get("name")) if isinstance(settings, Mapping) else None
        match kind:
            case "switch":
                yield _single(name, f"switch{number}", ChannelKind.OUTLET, number, given)
            case "pm1":
                yield _single(name, f"meter{number}", ChannelKind.METER, number, given)
            case "em1":
                yield _clamp(number, given)
            case "em":
                yield _total(number, given)
                for phase in PHASES:
                    yield _phase(number, phase)


def _components(status: Json) -> list[tuple[str, int]]:
    """Return the kinds and numbers of the components that say anything."""
    names = (name for name, part in status.items() if isinstance(part, Mapping))
    matches = (_COMPONENT.fullmatch(name) for name in names)
    return sorted((match[1], int(match[2])) for match in matches if match is not None)


def passed_over(status: Json) -> tuple[str, ...]:
    """Return the names of the components that are no channel, as far as they can be shown."""
    known = {"switch", "pm1", "em1", "em", *DATA, *HOUSEKEEPING}
    found = (name for name in sorted(status) if _SHOWN.fullmatch(name))
    return tuple(name for name in found if name.partition(":")[0] not in known)[:MOST_UNKNOWN]


def output_of(key: str) -> int:
    """Return which output a channel's key names; raises ValueError for one that is none."""
    return int(key.removeprefix("switch"))


def _single(name: str, key: str, kind: ChannelKind, number: int, given: str | None) -> Part:
    """Return an output or an input that measures, which says everything of itself.

    Its ``aenergy`` counts both directions: Home Assistant's own integration takes
    ``ret_aenergy`` off to tell what was consumed.
    """
    fields = {
        Quantity.POWER: (name, "apower"),
        Quantity.VOLTAGE: (name, "voltage"),
        Quantity.CURRENT: (name, "current"),
        Quantity.ENERGY: (name, "aenergy", "total"),
        Quantity.RETURNED: (name, "ret_aenergy", "total"),
    }
    if kind is ChannelKind.OUTLET:
        fields = {Quantity.STATE: (name, "output"), **fields}
    channel = Channel(key=key, kind=kind, number=number + 1, name=given)
    return Part(channel=channel, fields=fields, gross=True)


def _clamp(number: int, given: str | None) -> Part:
    """Return a single clamp, whose counters are a component of their own."""
    return Part(
        channel=Channel(
            key=f"clamp{number}", kind=ChannelKind.METER, number=number + 1, name=given
        ),
        fields={
            Quantity.POWER: (f"em1:{number}", "act_power"),
            Quantity.VOLTAGE: (f"em1:{number}", "voltage"),
            Quantity.CURRENT: (f"em1:{number}", "current"),
            Quantity.ENERGY: (f"em1data:{number}", "total_act_energy"),
            Quantity.RETURNED: (f"em1data:{number}", "total_act_ret_energy"),
        },
    )


def _total(number: int, given: str | None) -> Part:
    """Return what the phases of a three-phase meter make together."""
    return Part(
        channel=Channel(key=f"em{number}", kind=ChannelKind.TOTAL, number=number + 1, name=given),
        fields={
            Quantity.POWER: (f"em:{number}", "total_act_power"),
            Quantity.CURRENT: (f"em:{number}", "total_current"),
            Quantity.ENERGY: (f"emdata:{number}", "total_act"),
            Quantity.RETURNED: (f"emdata:{number}", "total_act_ret"),
        },
    )


def _phase(number: int, phase: str) -> Part:
    """Return one phase of a three-phase meter; those of a second meter go on counting."""
    place = PHASES.index(phase) + 1 + len(PHASES) * number
    return Part(
        channel=Channel(key=f"em{number}{phase}", kind=ChannelKind.PHASE, number=place),
        fields={
            Quantity.POWER: (f"em:{number}", f"{phase}_act_power"),
            Quantity.VOLTAGE: (f"em:{number}", f"{phase}_voltage"),
            Quantity.CURRENT: (f"em:{number}", f"{phase}_current"),
            Quantity.ENERGY: (f"emdata:{number}", f"{phase}_total_act_energy"),
            Quantity.RETURNED: (f"emdata:{number}", f"{phase}_total_act_ret_energy"),
        },
    )


def _at(status: Json, path: tuple[str, ...]) -> tuple[bool, object]:
    """Return whether something is stated at a path, and what."""
    found: object = status
    for step in path:
        if not isinstance(found, Mapping) or step not in found:
            return False, None
        found = found[step]
    return True, found


def _net(gross: float | None, fed: float | None) -> float | None:
    """Return what was drawn, of what passed and what was fed in; None if either is not known."""
    if gross is None or fed is None:
        return None
    return round(max(gross - fed, 0.0), 3)


def _value(quantity: Quantity, value: object) -> float | bool | None:
    if quantity is Quantity.STATE:
        return value if isinstance(value, bool) else None
    return clean(quantity, value)
