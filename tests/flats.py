"""A building of two flats with stairs, whose ledger is written by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import Context
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.core.costs.exchange import Exchange, IndexMark
from custom_components.ecom.core.costs.rows import HOUR_MS, MINUTE_MS, NO_FLAG, Flag, Row, RowKey
from custom_components.ecom.core.quarters import Mark, Quarter
from custom_components.ecom.core.timeline import QUARTER_MS, to_ms
from custom_components.ecom.site.books import Books
from custom_components.ecom.site.ledger_store import LedgerBatch
from custom_components.ecom.site.quarter_store import Batch, QuarterStore, Segment
from custom_components.ecom.site.runtime import SiteRuntime
from tests.house import House

PARIS = ZoneInfo("Europe/Paris")
NOW = "2026-11-03T12:00:00+00:00"
"""So that the last month is an October in which clocks change."""

POWER = {
    "template": "peak_offpeak",
    "prices": "0.20 0.10",
    "windows": "22:00-06:00",
    "standing": "12",
    "standing_per": "month",
}
PRICES = {"peak": Decimal("0.20"), "off_peak": Decimal("0.10")}

type Json = dict[str, Any]
type Counted = Mapping[tuple[str, str], str | float]
"""kWh, or m³, by the local time at which a row begins, and by band."""

USED: dict[str, Counted] = {
    "grid": {("2026-10-05T08:00", "peak"): 100, ("2026-10-20T23:00", "off_peak"): 50},
    "anna": {("2026-10-05T08:00", "peak"): 40, ("2026-10-20T23:00", "off_peak"): 10.000001},
    "bruno": {("2026-10-05T08:00", "peak"): 30.5, ("2026-10-20T23:00", "off_peak"): 20},
    "stairs": {("2026-10-05T08:00", "peak"): 20, ("2026-10-20T23:00", "off_peak"): 15},
}


def _part(kind: str, key: str, data: Mapping[str, Any]) -> ConfigSubentryData:
    made = {
        "data": dict(data),
        "subentry_type": kind,
        "title": key.title(),
        "unique_id": None,
        "subentry_id": f"M{key}" if kind == "member" else key,
    }
    return cast("ConfigSubentryData", made)


def meter(key: str, role: str = "sub_meter", **data: Any) -> ConfigSubentryData:
    """Return a meter whose id is its name in small letters."""
    return _part("meter", key, {"port": f"entity:{key}", "role": role, **data})


def contract(key: str, **data: Any) -> ConfigSubentryData:
    """Return a contract, whose id is its name in small letters."""
    return _part("contract", key, data)


def member(key: str, *meters: str, **data: Any) -> ConfigSubentryData:
    """Return a member; the id is the name in small letters with an M before it."""
    return _part("member", key, {"kind": "flat", "meters": [*meters], **data})


USUAL = (
    meter("grid", "grid"),
    meter("anna"),
    meter("bruno"),
    meter("stairs"),
    contract("power", **POWER),
    member("anna", "anna", surface=60, thousandths=600, occupants=1),
    member("bruno", "bruno", surface=40, thousandths=300, occupants=3),
)


def ms(local: str) -> int:
    """Return a moment, told in the time of Paris."""
    return to_ms(datetime.fromisoformat(local).replace(tzinfo=PARIS).astimezone(UTC))


def priced(amounts: Counted, flags: Flag = NO_FLAG, **more: int) -> dict[RowKey, Row]:
    """Return rows at the prices of their bands; what has no price of those has none."""
    found = {}
    for (at, band), kwh in amounts.items():
        amount = int(Decimal(str(kwh)) * 1_000_000)
        price = PRICES.get(band)
        found[ms(at) // MINUTE_MS, band] = Row(
            amount=amount,
            money=0 if price is None else int(amount * price * 1_000_000),
            unpriced=amount if price is None else 0,
            flags=flags,
            **more,
        )
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Flats:
    """The building, and what a test does with it."""

    house: House
    entry: MockConfigEntry

    @classmethod
    async def at(cls, house: House, *parts: ConfigSubentryData, **options: Any) -> Flats:
        """Add the building to a house in Paris, at noon of 3 November 2026."""
        await house.hass.config.async_set_time_zone("Europe/Paris")
        house.freezer.move_to(NOW)
        entry = await house.add_site(parts=parts or USUAL)
        flats = cls(house=house, entry=entry)
        await flats.options(**options)
        await flats.books.repricing.settled()
        return flats

    async def options(self, **options: Any) -> None:
        """Choose the options of the Site."""
        self.house.hass.config_entries.async_update_entry(self.entry, options=options)
        await self.house.hass.async_block_till_done()

    @property
    def books(self) -> Books:
        """Return what the Site has written down."""
        runtime = self.entry.runtime_data
        assert isinstance(runtime, SiteRuntime)
        return runtime.books

    @property
    def store(self) -> QuarterStore:
        """Return the file."""
        return self.books.store

    def writes(self, amounts: Mapping[str, Counted], direction: str = "drawn", **more: Any) -> None:
        """Add to what meters have counted, by their ids."""
        rows = {
            f"entity:{key}#{direction}": priced(counted, **more) for key, counted in amounts.items()
        }
        self.store.write([], ledger=LedgerBatch(rows=rows))

    def quarters(
        self, key: str, amounts: Mapping[str, float], direction: str = "drawn", **more: Any
    ) -> None:
        """Write quarter-hours of a meter, in kWh by the local time at which they begin."""
        series = f"series:{key}#{direction}"
        held = {
            ms(at) // QUARTER_MS: Quarter(
                amount=int(kwh * 1_000_000), covered_ms=QUARTER_MS, **more
            )
            for at, kwh in amounts.items()
        }
        batch = Batch(key=series, mark=Mark(at=0, index=0), quarters=held)
        self.counts(key, series, direction)
        self.store.write([batch])

    def counts(self, key: str, series: str, direction: str = "drawn") -> None:
        """Say what counts a meter."""
        known = self.books.quarters.pasts._known.setdefault(f"entity:{key}", {})
        known[direction] = [Segment(key=series)]

    def indexes(self, key: str, indexes: Mapping[str, float], **more: Any) -> None:
        """Write where a meter stood, in kWh by local time."""
        series = f"series:{key}#drawn"
        self.counts(key, series)
        marks = {
            ms(at) // HOUR_MS: IndexMark(index=int(kwh * 1_000_000), **more)
            for at, kwh in indexes.items()
        }
        self.store.write([Batch(key=series, mark=Mark(at=0, index=0), quarters={}, marks=marks)])

    def exchanged(self, key: str, at: str, closing: float, opening: float) -> None:
        """Write that a meter was exchanged."""
        stated = Exchange(
            at=ms(at), closing=int(closing * 1_000_000), opening=int(opening * 1_000_000)
        )
        self.store.ledger.add_exchange(f"series:{key}#drawn", stated)

    async def ask(self, action: str, user: MockUser | None = None, **data: Any) -> Json:
        """Call an action, as a user or as an automation."""
        answer = await self.house.hass.services.async_call(
            DOMAIN,
            action,
            data,
            blocking=True,
            return_response=True,
            context=Context(user_id=None if user is None else user.id),
        )
        assert isinstance(answer, dict)
        return dict(answer)

    async def statement(self, user: MockUser | None = None, **data: Any) -> Json:
        """Return a statement."""
        return await self.ask("get_statement", user, **data)

    async def costs(self, user: MockUser | None = None, **data: Any) -> list[Json]:
        """Return costs, of October unless told otherwise."""
        days = {"start": "2026-10-01 00:00:00", "end": "2026-11-01 00:00:00"}
        found: list[Json] = (await self.ask("get_costs", user, **{**days, **data}))["costs"]
        return found

    def user(self, name: str, *, admin: bool = False) -> MockUser:
        """Add a user of Home Assistant."""
        user = MockUser(id=name, name=name, is_owner=admin)
        user.add_to_hass(self.house.hass)
        return user


def hours(first: str, count: int) -> list[str]:
    """Return local times an hour apart."""
    start = datetime.fromisoformat(first)
    return [(start + timedelta(hours=n)).isoformat() for n in range(count)]
