"""A member of the site: a user, a tenant or a flat, with what is theirs and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry

from ..core.timeline import midnight, to_ms

SUBENTRY_MEMBER: Final = "member"

CONF_ADDRESS: Final = "address"
CONF_FIXED: Final = "fixed"
CONF_KIND: Final = "kind"
CONF_METERS: Final = "meters"
CONF_MOVED_IN: Final = "moved_in"
CONF_MOVED_OUT: Final = "moved_out"
CONF_NOTIFY: Final = "notify"
CONF_OCCUPANTS: Final = "occupants"
CONF_PERSON: Final = "person"
CONF_PROVISION: Final = "provision"
CONF_SURFACE: Final = "surface"
CONF_TEMPERATURES: Final = "temperatures"
CONF_THOUSANDTHS: Final = "thousandths"
CONF_USER: Final = "user"


class MemberKind(StrEnum):
    """What a member is called."""

    USER = "user"
    TENANT = "tenant"
    FLAT = "flat"


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberConfig:
    """A member as its subentry describes it.

    ``meters`` are the ids of meter subentries, plugs and outlets among them. They are the
    member's on the days ``[moved_in, moved_out)``. The weights, of whatever keys divide
    what is common, are a surface in m², thousandths of the building, occupants and a fixed
    share in percent. ``provision`` is what is paid in advance each month.
    """

    kind: MemberKind
    meters: tuple[str, ...]
    moved_in: date | None = None
    moved_out: date | None = None
    weights: Mapping[str, Decimal]
    person: str | None = None
    user: str | None = None
    notify: tuple[str, ...] = ()
    temperatures: tuple[str, ...] = ()
    provision: Decimal = Decimal(0)
    address: str = ""

    @classmethod
    def of(cls, subentry: ConfigSubentry) -> MemberConfig:
        """Return the member that a subentry describes."""
        data: Mapping[str, Any] = subentry.data
        return cls(
            kind=MemberKind(data[CONF_KIND]),
            meters=tuple(data.get(CONF_METERS, ())),
            moved_in=_day(data.get(CONF_MOVED_IN)),
            moved_out=_day(data.get(CONF_MOVED_OUT)),
            weights={key: Decimal(str(data[key])) for key in WEIGHTS if key in data},
            person=data.get(CONF_PERSON),
            user=data.get(CONF_USER),
            notify=tuple(data.get(CONF_NOTIFY, ())),
            temperatures=tuple(data.get(CONF_TEMPERATURES, ())),
            provision=Decimal(str(data.get(CONF_PROVISION, 0))),
            address=data.get(CONF_ADDRESS, ""),
        )

    def lives_on(self, day: date) -> bool:
        """Return whether a day is one of the member's, ``[moved_in, moved_out)``."""
        begun = self.moved_in is None or self.moved_in <= day
        return begun and (self.moved_out is None or day < self.moved_out)

    def stay(self, zone: tzinfo) -> tuple[int, int | None]:
        """Return the member's time in ms, by the midnights of a zone; None is endless."""
        first = 0 if self.moved_in is None else to_ms(midnight(self.moved_in, zone))
        last = None if self.moved_out is None else to_ms(midnight(self.moved_out, zone))
        return first, last


WEIGHTS: Final = (CONF_THOUSANDTHS, CONF_SURFACE, CONF_OCCUPANTS, CONF_FIXED)


def _day(stated: str | None) -> date | None:
    return None if stated is None else date.fromisoformat(stated)
