"""Which sensors each meter, contract and member of the Site has."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from ..const import DOMAIN, SITE_UID
from ..core.tariffs.model import Contract
from ..entity import EntitySpec
from ..ports import Reading, Role
from .contract_preview import UNITS
from .contracts import UNBILLED
from .figures import ContractFigures, Figures, MemberFigures, MeterFigures
from .members import SUBENTRY_MEMBER, MemberConfig
from .meter_billing import SUBENTRY_CONTRACT
from .meters import SUBENTRY_METER, MeterConfig
from .publisher import Publisher
from .tables import (
    COMPENSATION,
    CONTRACT,
    COST,
    ENERGY,
    MEMBER,
    MEMBER_COST,
    MEMBER_TEMPERATURES,
    REST,
    RETURNED,
    ObjectSensorDescription,
    meter_sensor,
)

KINDS = (SUBENTRY_METER, SUBENTRY_CONTRACT, SUBENTRY_MEMBER)


class ObjectSpecs:
    """Makes the specs of the parts of the Site."""

    def __init__(self, hass: HomeAssistant, publisher: Publisher) -> None:
        """Take what the sensors follow."""
        self._currency = hass.config.currency
        self._publisher = publisher

    def of(
        self, part: ConfigSubentry, contract: Contract | None = None, *, has_below: bool = False
    ) -> Iterator[EntitySpec]:
        """Yield the sensors of a part.

        Those of a contract need what it says; what is left of a meter needs meters below it.
        """
        match part.subentry_type:
            case "meter":
                yield from self._meter(part, has_below=has_below)
            case "contract" if contract is not None:
                unit = f"{contract.currency}/{UNITS[contract.fluid]}"
                for each in CONTRACT:
                    priced = each.key in ("price", "next_price")
                    with_unit = replace(each, native_unit_of_measurement=unit) if priced else each
                    yield self._spec(part, with_unit, "contracts", ContractFigures())
            case "member":
                measured = MEMBER_TEMPERATURES if MemberConfig.of(part).temperatures else ()
                for described in (*MEMBER, *measured):
                    mine = self._of_member(described)
                    yield self._spec(part, mine, "members", MemberFigures())
            case _:
                return

    def _meter(self, part: ConfigSubentry, *, has_below: bool) -> Iterator[EntitySpec]:
        role = MeterConfig.of(part).role
        wanted: list[ObjectSensorDescription[Any]] = [ENERGY]
        if role not in UNBILLED:
            wanted.append(COST)
        if has_below and role not in UNBILLED:
            wanted.append(REST)
        if role in (Role.GRID, Role.BATTERY):
            wanted.append(RETURNED)
        if role is Role.GRID:
            wanted.append(COMPENSATION)
        for each in wanted:
            description = meter_sensor(each, role, self._currency)
            yield self._spec(part, description, "meters", MeterFigures())

    def _of_member(self, description: ObjectSensorDescription[Any]) -> ObjectSensorDescription[Any]:
        if description is MEMBER_COST:
            return replace(description, native_unit_of_measurement=self._currency)
        return description

    def _spec(
        self,
        part: ConfigSubentry,
        description: ObjectSensorDescription[Any],
        kind: str,
        nothing: object,
    ) -> EntitySpec:
        reading = partial(_reading, description, kind, part.subentry_id, nothing)
        attributes = None
        if (details := description.details) is not None:
            attributes = partial(_details, details, kind, part.subentry_id, nothing)
        return EntitySpec(
            platform=Platform.SENSOR,
            key=f"{SITE_UID}/{part.subentry_id}/{description.key}",
            coordinator=self._publisher,
            description=replace(description, reading=reading, attributes=attributes),
            device=DeviceInfo(
                identifiers={(DOMAIN, part.subentry_id)},
                name=part.title,
                manufacturer="ECOM",
                entry_type=DeviceEntryType.SERVICE,
            ),
            subentry_id=part.subentry_id,
        )


def _reading(
    description: ObjectSensorDescription[Any],
    kind: str,
    part_id: str,
    nothing: object,
    figures: Figures,
) -> Reading[Any]:
    """Return what a sensor shows of the figures of its part."""
    mine = getattr(figures, kind).get(part_id, nothing)
    return figures.reading(description.figure(mine))


def _details(
    details: Callable[[Any], Mapping[str, Any]],
    kind: str,
    part_id: str,
    nothing: object,
    figures: Figures,
) -> Mapping[str, Any]:
    """Return what else a sensor tells of the figures of its part."""
    return details(getattr(figures, kind).get(part_id, nothing))
