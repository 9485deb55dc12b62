"""The made-up building of the demo (SYNTHETIC): its sensors, contracts, members and last month.

Its meters are template sensors of Home Assistant, which go on evenly where the book of the
month ended; ECOM takes them up as it takes up those of any other integration. It has a
connection and a contract of its own, beside those of the house with the E450.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from scripts.simulators.building_book import (
    MAIN,
    OPENING,
    SURFACES,
    THOUSANDTHS,
    ZONE,
    BuildingBook,
    Fluid,
    Member,
    Meter,
    Reading,
)
from scripts.tools.ha_api import Api, ApiError, Json

SUBENTRIES: Final = "/api/config/config_entries/subentries/flow"
OPTION_FLOWS: Final = "/api/config/config_entries/options/flow"
TEMPLATES: Final = "templates.yaml"
BEGUN: Final = "building.json"
UNITS: Final = {Fluid.ELECTRICITY: "kWh", Fluid.WATER: "m³", Fluid.HEAT: "kWh"}
CLASSES: Final = {Fluid.ELECTRICITY: "energy", Fluid.WATER: "water", Fluid.HEAT: "energy"}
ROLES: Final = {Fluid.ELECTRICITY: "sub_meter", Fluid.WATER: "water", Fluid.HEAT: "heat"}
HOUSE: Final = ("Synthetic house contract", "Grid meter")
"""What the house with the E450 is billed by."""

OPTIONS: Final[Mapping[str, Json]] = {
    "init": {"next_step_id": "site_init"},
    "site_init": {
        "common_key": "thousandths",
        "heat_common": 30,
        "issuer": "Synthetic building\n1 Synthetic street",
    },
}
"""What the building's site is set to, by the step that asks."""

RATES: Final = {Fluid.ELECTRICITY: 240, Fluid.WATER: 9, Fluid.HEAT: 560}
"""What goes on in a flat after the month: W, or litres an hour."""

CONTRACTS: Final[Mapping[Fluid, Json]] = {
    Fluid.ELECTRICITY: {
        "template": "regulated_peak_offpeak",
        "terms": {"kva": "36", "windows": "22:30-06:30", "more": {}},
    },
    Fluid.WATER: {
        "template": "water",
        "terms": {"prices": "1.90", "wastewater": "2.00", "standing": "4.20", "more": {}},
    },
    Fluid.HEAT: {"template": "heat", "terms": {"prices": "0.11", "standing": "9", "more": {}}},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Building:
    """The building: its book of the last month before it was built, and the moment of that."""

    book: BuildingBook
    begun: datetime

    @classmethod
    def of(cls, folder: Path) -> Building:
        """Return the building of a folder, built now if it is not there yet."""
        path = folder / BEGUN
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(datetime.now(UTC).isoformat()))
        begun = datetime.fromisoformat(json.loads(path.read_text()))
        until = begun.astimezone(ZONE).date().replace(day=1)
        since = (until - timedelta(days=1)).replace(day=1)
        return cls(book=BuildingBook(_midnight(since), (until - since).days), begun=begun)

    def templates(self) -> str:
        """Return the sensors of all meters, as Home Assistant's configuration describes them."""
        sensors = [sensor for meter in self.book.meters for sensor in self._sensors(meter)]
        return json.dumps([{"sensor": sensors}], indent=1, ensure_ascii=False)

    def readings(self, meter: Meter) -> list[Json]:
        """Return the month of a meter, and what followed up to the moment it was built."""
        after = [
            Reading(at=moment, index=self._index(meter, moment))
            for moment in self._since_the_book()
        ]
        return [_stated(each) for each in (*self.book.readings(meter), *after)]

    def _since_the_book(self) -> Iterator[datetime]:
        at = self.book.end + timedelta(minutes=15)
        while at < self.begun:
            yield at
            at += timedelta(minutes=15)
        yield self.begun

    def _rate(self, meter: Meter) -> int:
        """Return what a meter goes on to count, in Wh or litres an hour."""
        rate = RATES[meter.fluid]
        if meter.place != MAIN:
            return rate
        below = len([each for each in self.book.meters if each.fluid is meter.fluid]) - 1
        return rate * below * 102 // 100

    def _index(self, meter: Meter, moment: datetime) -> int:
        hours = (moment - self.book.end) / timedelta(hours=1)
        return int(self.book.index(meter, self.book.minutes) + self._rate(meter) * hours)

    def _sensors(self, meter: Meter) -> Iterator[Json]:
        ended, rate = self.book.end.timestamp(), self._rate(meter)
        base = self.book.index(meter, self.book.minutes)
        hours = f"((as_timestamp(now()) - {ended}) / 3600)"
        power = meter.fluid is Fluid.ELECTRICITY
        yield {
            "name": f"{meter.title} energy" if power else meter.title,
            "unique_id": f"{_slug(meter)}_energy" if power else _slug(meter),
            "unit_of_measurement": UNITS[meter.fluid],
            "device_class": CLASSES[meter.fluid],
            "state_class": "total_increasing",
            "state": f"{{{{ ({base} + {rate} * {hours}) | int / 1000 }}}}",
        }
        if power:
            yield {
                "name": meter.title,
                "unique_id": _slug(meter),
                "unit_of_measurement": "W",
                "device_class": "power",
                "state_class": "measurement",
                "state": f"{{{{ {rate} }}}}",
            }


async def build(api: Api, building: Building) -> None:
    """Add the building to the Site, with its last month, unless it is there already."""
    site = await site_entry(api)
    there = {each["title"]: each["subentry_id"] for each in await subentries(api, site)}
    meters, book = building.book.meters, building.book
    if f"Synthetic {Fluid.ELECTRICITY} contract" in there:
        return
    await _bill_the_house(api, site)
    for fluid in Fluid:
        await _add_contract(api, site, f"Synthetic {fluid} contract", CONTRACTS[fluid])
        contract = await _id_of(api, site, f"Synthetic {fluid} contract")
        main = Meter(place=MAIN, fluid=fluid)
        await _add_meter(api, site, main, {"contract": contract})
        below = {"parent": await _id_of(api, site, main.title)}
        for meter in meters:
            if meter.fluid is fluid and meter != main:
                await _add_meter(api, site, meter, below)
    await _answered(api, OPTION_FLOWS, {"handler": site}, OPTIONS)
    ids = {each["title"]: each["subentry_id"] for each in await subentries(api, site)}
    for member in book.members:
        await _add_member(api, site, building, member, ids)
    for meter in meters:
        data = {"meter": meter.title, "readings": building.readings(meter), "replace": True}
        await api.post("/api/services/ecom/import_readings", data)


async def site_entry(api: Api) -> str:
    """Return the id of the Site's entry, which is called as Home Assistant is."""
    name = (await api.get("/api/config"))["location_name"]
    return str(next(each["entry_id"] for each in await api.entries() if each["title"] == name))


async def subentries(api: Api, entry_id: str) -> list[Json]:
    """Return the parts of an entry."""
    found: list[Json] = await api.call("config_entries/subentries/list", entry_id=entry_id)
    return found


async def run_subflow(
    api: Api, entry_id: str, kind: str, answers: Mapping[str, Json], **context: str
) -> None:
    """Add a part to an entry, or change one; ``answers`` go to the steps that ask for them."""
    await _answered(api, SUBENTRIES, {"handler": [entry_id, kind], **context}, answers)


async def _answered(api: Api, flows: str, begun: Json, answers: Mapping[str, Json]) -> None:
    """Begin a flow, and answer its steps until it ends."""
    result = await api.post(flows, begun)
    while result["type"] in ("form", "menu"):
        if result.get("errors"):
            raise ApiError(f"{result['step_id']}: {result['errors']}")
        result = await api.post(f"{flows}/{result['flow_id']}", answers[result["step_id"]])


async def _id_of(api: Api, site: str, title: str) -> str:
    return str(
        next(each["subentry_id"] for each in await subentries(api, site) if each["title"] == title)
    )


async def _bill_the_house(api: Api, site: str) -> None:
    """Give the meter of the house a contract, so that the building's is not taken for it."""
    title, meter = HOUSE
    terms = {"kva": "9", "more": {}}
    await _add_contract(api, site, title, {"template": "regulated_base", "terms": terms})
    details = {"inverted": False, "phases": ["1", "2", "3"], "valid_for": 300}
    billing = {"contract": await _id_of(api, site, title), "rates": "as_named"}
    answer = {"role": "grid", "details": details, "billing": billing}
    meter_id = await _id_of(api, site, meter)
    await run_subflow(api, site, "meter", {"reconfigure": answer}, subentry_id=meter_id)


async def _add_contract(api: Api, site: str, title: str, contract: Json) -> None:
    answers = {
        "user": {"name": title, "template": contract["template"]},
        "terms": contract["terms"],
        "preview": {"next_step_id": "save"},
    }
    await run_subflow(api, site, "contract", answers)


async def _add_meter(api: Api, site: str, meter: Meter, billing: Json) -> None:
    entity = f"sensor.{_slug(meter)}"
    details: dict[str, Any] = {"inverted": False, "phases": ["1"], "valid_for": 300}
    power = meter.fluid is Fluid.ELECTRICITY
    if power:
        details["energy"] = f"{entity}_energy"
    answer = {
        "entity": entity,
        "role": "grid" if (meter.place, power) == (MAIN, True) else ROLES[meter.fluid],
        "details": details,
        "billing": {**billing, "rates": "as_named"},
    }
    await run_subflow(api, site, "meter", {"user": answer})


async def _add_member(
    api: Api, site: str, building: Building, member: Member, ids: Mapping[str, str]
) -> None:
    book, number = building.book, building.book.places.index(member.place)
    mine = [ids[meter.title] for meter in book.meters if meter.place == member.place]
    home: Json = {"surface": SURFACES[number], "thousandths": THOUSANDTHS[number]}
    if member.since:
        home["moved_in"] = _day(book, member.since)
    if member.until is not None:
        home["moved_out"] = _day(book, member.until)
    answer = {"name": member.name, "kind": "flat", "meters": mine, "home": home, "contact": {}}
    await run_subflow(api, site, "member", {"user": answer})


def _day(book: BuildingBook, minute: int) -> str:
    return (book.start + timedelta(minutes=minute)).astimezone(ZONE).date().isoformat()


def _stated(reading: Reading) -> Json:
    found: Json = {"at": reading.at.isoformat(), "index": reading.index / 1000}
    if reading.closing is not None:
        found["exchange"] = {"closing": reading.closing / 1000, "opening": OPENING / 1000}
    return found


def _slug(meter: Meter) -> str:
    return meter.title.replace(" ", "_").lower()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
