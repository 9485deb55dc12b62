"""The Site at one moment, as costs and statements are made from it, in any thread."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..core.billing.lines import Unit
from ..core.tariffs.model import Fluid
from ..core.tariffs.tariff import Tariff
from ..core.timeline import midnight
from ..core.topology import Node
from ..ports import Kind, Role
from ..runtime import EcomConfigEntry
from .books import Books
from .contracts import FLUIDS
from .members import SUBENTRY_MEMBER, MemberConfig
from .meter_billing import nodes_of
from .meters import KINDS, MeterConfig
from .options import SiteOptions
from .pasts import DRAWN, FED, account_of
from .quarter_store import Segment


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """A counter of an account: of all of it, or of one band."""

    key: str
    band: str | None
    segments: tuple[Segment, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """One direction of a meter: its account, and what has counted it when."""

    account: str
    segments: tuple[Segment, ...]
    registers: tuple[Register, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Meter:
    """A meter, where it hangs, and the contracts that it is billed and paid by."""

    key: str
    name: str
    node: Node
    port: str
    drawn: Flow
    fed: Flow
    billed: str | None = None
    paid: str | None = None

    @property
    def role(self) -> Role:
        """Return what it measures."""
        return self.node.role

    @property
    def fluid(self) -> Fluid:
        """Return what it is billed for."""
        return FLUIDS[self.role]

    @property
    def is_volume(self) -> bool:
        """Return whether it counts m³, and not kWh."""
        return KINDS[self.role] is Kind.VOLUME

    @property
    def unit(self) -> Unit:
        """Return in what it counts, as statements tell it."""
        return Unit.M3 if self.is_volume else Unit.KWH


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A member and its name."""

    key: str
    name: str
    config: MemberConfig

    def lives(self, since: date, until: date) -> bool:
        """Return whether any of the days ``[since, until)`` is one of theirs."""
        first, last = self.config.moved_in or since, self.config.moved_out or until
        return max(first, since) < min(last, until)

    def days(self, since: date, until: date) -> tuple[date, date]:
        """Return which of the days are theirs; none if the second is not after the first."""
        return (
            max(self.config.moved_in or since, since),
            min(self.config.moved_out or until, until),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """All of it; ids are those of subentries."""

    title: str
    zone: tzinfo
    currency: str
    now: datetime
    options: SiteOptions
    meters: Mapping[str, Meter]
    members: Mapping[str, Person]
    contracts: Mapping[str, Tariff]
    names: Mapping[str, str]

    @property
    def has_sun(self) -> bool:
        """Return whether the site produces something itself."""
        return any(meter.role is Role.SOLAR for meter in self.meters.values())

    def of_role(self, *roles: Role) -> list[Meter]:
        """Return the meters that have one of these roles."""
        return [meter for meter in self.meters.values() if meter.role in roles]

    def start(self, day: date) -> datetime:
        """Return the first moment of a day, in UTC."""
        return midnight(day, self.zone)

    def holders(self, meter_id: str) -> list[Person]:
        """Return whose meter it is: of those that name it, or the next one above that has any."""
        at: str | None = meter_id
        while at is not None:
            if found := [each for each in self.members.values() if at in each.config.meters]:
                return found
            at = self.meters[at].node.parent
        return []

    def tops(self, meter_ids: Iterable[str]) -> list[Meter]:
        """Return those of some meters that hang below none of the others."""
        wanted = [each for each in dict.fromkeys(meter_ids) if each in self.meters]
        return [
            self.meters[each] for each in wanted if not any(a in wanted for a in self._above(each))
        ]

    def _above(self, meter_id: str) -> Iterable[str]:
        at = self.meters[meter_id].node.parent
        while at is not None:
            yield at
            at = self.meters[at].node.parent


@callback
def picture_of(
    hass: HomeAssistant, entry: EcomConfigEntry, books: Books, day: date | None = None
) -> Picture:
    """Return the Site as it is now, with the contracts of now or of a day."""
    billing, meters = books.billing, {}
    contracts = billing.assigned if day is None else billing.assigned_on(day)
    for node in nodes_of(entry):
        subentry = entry.subentries[node.key]
        billed, paid = contracts.get(node.key, (None, None))
        config = MeterConfig.of(subentry)
        meters[node.key] = Meter(
            key=node.key,
            name=subentry.title,
            node=node,
            port=config.port,
            drawn=_flow(books, config, DRAWN),
            fed=_flow(books, config, FED),
            billed=billed,
            paid=paid,
        )
    return Picture(
        title=entry.title,
        zone=dt_util.get_default_time_zone(),
        currency=hass.config.currency,
        now=dt_util.utcnow(),
        options=SiteOptions.of(hass, entry.options),
        meters=meters,
        members={
            each.subentry_id: Person(
                key=each.subentry_id, name=each.title, config=MemberConfig.of(each)
            )
            for each in entry.get_subentries_of_type(SUBENTRY_MEMBER)
        },
        contracts=dict(billing.tariffs),
        names=billing.titles,
    )


def _flow(books: Books, config: MeterConfig, direction: str) -> Flow:
    """Return one direction of a meter; registers that count its bands feed its account."""
    account, pasts = account_of(config, direction), books.quarters.pasts
    bands = {each.key: each.band for each in books.ledger.accounts.sources(account)}
    return Flow(
        account=account,
        segments=tuple(pasts.of_account(account)),
        registers=tuple(
            Register(key=key, band=bands.get(key), segments=tuple(times))
            for key, times in pasts.registers(account).items()
        ),
    )
