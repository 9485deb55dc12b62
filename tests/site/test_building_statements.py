"""A month of the made-up building, brought in and stated for each flat: everything adds up."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentry

from scripts.simulators.building_book import (
    COMMON,
    EXCHANGED,
    GAPPED,
    MAIN,
    SURFACES,
    THOUSANDTHS,
    Band,
    BuildingBook,
    Fluid,
    Meter,
)
from tests.house import House, part
from tests.site.test_building import brings, sensor
from tests.site.test_ledger import runtime
from tests.subentries import id_of

SEPTEMBER = datetime(2026, 8, 31, 22, tzinfo=UTC)
DAYS = {"start": "2026-09-01", "end": "2026-10-01"}
CONTRACTS: dict[Fluid, dict[str, Any]] = {
    Fluid.ELECTRICITY: {
        "template": "regulated_peak_offpeak",
        "kva": "36",
        "windows": "22:30-06:30",
    },
    Fluid.WATER: {"template": "water", "prices": "1.90", "wastewater": "2.00", "standing": "4.20"},
    Fluid.HEAT: {"template": "heat", "prices": "0.11", "standing": "9"},
}
ROLES = {Fluid.ELECTRICITY: "sub_meter", Fluid.WATER: "water", Fluid.HEAT: "heat"}
UNITS = {Fluid.WATER: "m³", Fluid.HEAT: "kWh"}

type Json = dict[str, Any]


async def data_of(house: House, meter: Meter) -> Json:
    """Return the data of a meter, whose sensors are there."""
    name = meter.title.replace(" ", "_").lower()
    if meter.fluid is not Fluid.ELECTRICITY:
        return {"port": await sensor(house, name, UNITS[meter.fluid]), "role": ROLES[meter.fluid]}
    return {
        "port": await sensor(house, f"{name}_power", "W"),
        "energy": await sensor(house, f"{name}_energy", "kWh"),
        "role": "grid" if meter.place == MAIN else "sub_meter",
    }


class Month:
    """The building after its month was brought in."""

    def __init__(self, house: House, book: BuildingBook) -> None:
        """Take a house and the book."""
        self.house = house
        self.book = book

    @classmethod
    async def at(cls, house: House) -> Month:
        """Build it, and bring the month in: the whole of its book, and nothing else."""
        book = BuildingBook(SEPTEMBER, 30)
        await house.hass.config.async_set_time_zone("Europe/Paris")
        house.freezer.move_to(book.end + timedelta(hours=2))
        parts = [part("contract", fluid.value, **CONTRACTS[fluid]) for fluid in Fluid]
        parts += [part("meter", each.title, **await data_of(house, each)) for each in book.meters]
        site = await house.add_site(parts=parts)
        for meter in book.meters:
            if meter.place != MAIN and meter.fluid is not Fluid.ELECTRICITY:
                below = site.subentries[id_of(site, meter.title)]
                above = id_of(site, Meter(place=MAIN, fluid=meter.fluid).title)
                data = {**below.data, "parent": above}
                house.hass.config_entries.async_update_subentry(site, below, data=data)
        month = cls(house, book)
        for member in book.members:
            month._move_in(site, member)
        options = {"common_key": "thousandths", "heat_common": 30}
        house.hass.config_entries.async_update_entry(site, options=options)
        await house.hass.async_block_till_done()
        await runtime(house).books.repricing.settled()
        for meter in book.meters:
            await brings(house, meter, book.readings(meter))
        return month

    def _move_in(self, site: Any, member: Any) -> None:
        number = int(member.place.removeprefix("flat ")) - 1
        meters = [
            id_of(site, each.title) for each in self.book.meters if each.place == member.place
        ]
        data: Json = {
            "kind": "tenant",
            "meters": meters,
            "surface": SURFACES[number],
            "thousandths": THOUSANDTHS[number],
        }
        if member.since:
            data["moved_in"] = "2026-09-12"
        if member.until:
            data["moved_out"] = "2026-09-12"
        made = part("member", member.name, **data)
        self.house.hass.config_entries.async_add_subentry(site, as_subentry(made))

    async def states(self, **asked: Any) -> Json:
        """Return a statement of the month."""
        answer = await self.house.hass.services.async_call(
            "ecom", "get_statement", {**DAYS, **asked}, blocking=True, return_response=True
        )
        assert isinstance(answer, dict)
        return dict(answer)

    async def paper(self, member: str) -> str:
        """Return a member's statement on paper, with plain spaces."""
        return str((await self.states(member=member))["html"]).replace("\N{NO-BREAK SPACE}", " ")


def as_subentry(made: Any) -> Any:
    """Return a part as a running site takes it."""
    return ConfigSubentry(
        data=MappingProxyType(dict(made["data"])),
        subentry_type=made["subentry_type"],
        title=made["title"],
        unique_id=None,
    )


def total(parts: list[Json], name: str) -> Decimal:
    """Return what parts of an answer hold together, exactly."""
    return sum((Decimal(str(each[name])) for each in parts), Decimal(0))


@pytest.fixture
async def month(house: House) -> Month:
    """Return the building and its September."""
    return await Month.at(house)


async def test_the_month_of_the_building(month: Month) -> None:
    """By meters and by members, to the watt-hour, the litre and the cent; gap and exchange told."""
    book = month.book
    site = await month.states(site=True)
    assert [each["contract"] for each in site["divisions"]] == [fluid.value for fluid in Fluid]
    for fluid, division in zip(Fluid, site["divisions"], strict=True):
        main = book.counted(Meter(place=MAIN, fluid=fluid))
        assert Decimal(str(division["amount"])) * 1000 == main
        by_meter = [*division["own"], *division["common"], division["losses"], division["fixed"]]
        by_member = [*division["own"], *division["shared"]]
        for parts in (by_meter, by_member):
            assert total(parts, "amount") * 1000 == main
            assert total(parts, "gross") == Decimal(str(division["gross"]))
        below = sum(
            book.counted(each) for each in book.meters if each.fluid is fluid and each.place != MAIN
        )
        assert Decimal(str(division["losses"]["amount"])) * 1000 == main - below > 0
    totals = [(await month.states(member=each.name))["totals"] for each in book.members]
    assert total(totals, "gross") == Decimal(str(site["totals"]["gross"]))


async def test_what_each_flat_used_is_in_its_book(month: Month) -> None:
    """Each tenant's own use, band by band, also of those who moved on the twelfth."""
    book = month.book
    (electricity, *_) = (await month.states(site=True))["divisions"]
    own = {each["name"]: each["amount"] for each in electricity["own"]}
    for member in book.members:
        used = book.accounts(member)
        wanted = sum(used[Fluid.ELECTRICITY, band] for band in Band)
        assert Decimal(str(own[member.name])) * 1000 == wanted, member.name
    assert {COMMON} == {
        each["name"].removeprefix("Synthetic ").removesuffix(" electricity")
        for each in electricity["common"]
    }


@pytest.mark.parametrize("member", ["Synthetic flat 1", "Synthetic tenant B"])
async def test_lines_can_be_checked_by_hand(month: Month, member: str) -> None:
    """What is charged by the unit is its quantity times its price, to the rounding of a cent."""
    flat = await month.states(member=member)
    lines = [line for section in flat["sections"] for line in section["lines"]]
    checked = [line for line in lines if line["unit"] in {"kwh", "m3"}]
    assert len(checked) == 12
    for line in checked:
        made = Decimal(str(line["quantity"])) * Decimal(str(line["unit_price"]))
        assert abs(made - Decimal(str(line["net"]))) <= Decimal("0.02"), line


async def test_heat_by_the_meters_is_not_called_own_use(month: Month) -> None:
    """It holds what was lost in the pipes: its heading and its line say how it came about."""
    heat = (await month.paper("Synthetic flat 1")).partition("<h2>Heat")[2]
    assert "<h3>Share of the 70% divided by the meters</h3>" in heat
    assert "<h3>Own use</h3>" not in heat
    assert "go by the meters: yours counted" in heat
    table = (await month.states(member="Synthetic flat 1", language="fr"))["csv"]
    assert (
        "Chaleur (Quote-part des 70\N{NARROW NO-BREAK SPACE}% répartis selon les compteurs);"
        in table
    )


async def test_lines_of_who_moved_in_bear_the_days_since(month: Month) -> None:
    """Tenant B came on the twelfth, to what was flat 2 with 90 thousandths, for 19 of 30 days."""
    tenant = await month.states(member="Synthetic tenant B")
    lines = [line for section in tenant["sections"] for line in section["lines"]]
    assert {(line["start"], line["end"]) for line in lines} == {("2026-09-12", "2026-10-01")}
    assert {line["quantity"] for line in lines if line["unit"] == "day"} == {19}
    paper = await month.paper("Synthetic tenant B")
    assert "Key: thousandths, 90 of 1,000, for 19 of 30 days: 57 of 1,000." in paper


async def test_water_is_called_water(month: Month) -> None:
    """And no energy of all hours, on paper and in the table."""
    for language, names in (("fr", ["Eau", "Assainissement"]), ("en", ["Water", "Wastewater"])):
        flat = await month.states(member="Synthetic flat 4", language=language)
        fluid, separator = ("Eau froide", ";") if language == "fr" else ("Cold water", ",")
        rows = [each.split(separator) for each in flat["csv"].splitlines()]
        assert [each[1] for each in rows if each[0] == fluid][:2] == names
        for word in ("all hours", "toutes heures"):
            assert word not in flat["csv"] + flat["html"]


async def test_sources_are_french_in_french(month: Month) -> None:
    """On paper and in the table."""
    flat = await month.states(member="Synthetic flat 4", language="fr")
    for form in ("html", "csv"):
        for word in ("derived from", "row of", "open data", "implied"):
            assert word not in flat[form]
        assert "données ouvertes de la CRE, Option_HPHC.csv, ligne du 01/08/2026" in flat[form]


async def test_the_paper_of_the_site_shows_who_bears_what(month: Month) -> None:
    """Members, common meters and losses of each contract, in either form and once issued too."""
    site = await month.states(site=True, issue=True)
    tables = site["csv"].split("How it is divided,")[1:]
    assert [each.splitlines()[0] for each in tables] == [
        f"{fluid} \N{EN DASH} {contract}"
        for fluid, contract in zip(("Electricity", "Cold water", "Heat"), Fluid, strict=True)
    ]
    for table, section in zip(tables, site["sections"], strict=True):
        rows = [each.split(",") for each in table.splitlines()[2:]]
        named = {each[0]: each for each in rows if each[0]}
        assert {each.name for each in month.book.members} <= named.keys()
        borne = rows[: rows.index(named["Total"])]
        assert sum(Decimal(each[5]) for each in borne) == Decimal(str(section["gross"]))
        assert named["Total"][4] == named["Divided by the key"][3]
        assert any(name.startswith("Losses") for name in named)
    for wanted in ("Synthetic tenant A", "Synthetic common electricity", "Losses"):
        assert f"<td>{wanted}</td>" in site["html"]
    assert "How it is divided" not in await month.paper("Synthetic flat 1")


async def test_gap_exchange_and_move_are_told(month: Month) -> None:
    """On the paper of whom they concern, and of nobody else."""
    exchanged = await month.paper(f"Synthetic {EXCHANGED}")
    told = "meter exchanged on 16 Sep 2026 10:15, closed at 2,3"
    assert told in exchanged
    assert "No reading of" not in exchanged
    gapped = await month.paper(f"Synthetic {GAPPED}")
    gap = f"{GAPPED} electricity from 21 Sep 2026 12:00 to 21 Sep 2026 18:00"
    assert gap in gapped
    assert gapped.count("No reading of") == 1
    assert "Estimated" in gapped
    assert "exchanged" not in gapped
    moved = await month.paper("Synthetic tenant B")
    assert "12 Sep 2026" in moved
