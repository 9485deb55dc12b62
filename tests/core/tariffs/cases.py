"""Contracts twice: as the product has them, and in the oracle's plain form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from custom_components.ecom.core.tariffs.french_bands import EJP, EJP_DAY_START, TEMPO
from custom_components.ecom.core.tariffs.model import (
    Adder,
    Contract,
    Dynamic,
    Energy,
    Fluid,
    Rule,
    Schedule,
    Season,
    Tax,
    Version,
    Versions,
    When,
    Window,
)
from custom_components.ecom.core.tariffs.pricing import NOTHING_KNOWN, CurvePoint, Known
from tests.core.tariffs.second_by_second import PlainContract, PlainCurve, PlainRule

ALWAYS_SINCE = "0001-01-01"


def at(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def seconds(text: str) -> int:
    """Return a moment as seconds since 1970."""
    return int(at(text).timestamp())


def one(value: str) -> Versions:
    """Return a series that never changes."""
    return (Version(value=Decimal(value)),)


def series(*steps: tuple[str, str]) -> Versions:
    """Return a series from days and values; the first holds from the beginning if so marked."""
    days = [None if day == ALWAYS_SINCE else date.fromisoformat(day) for day, _ in steps]
    return tuple(
        Version(value=Decimal(value), since=since, until=until)
        for (_, value), since, until in zip(steps, days, [*days[1:], None], strict=True)
    )


def window(start: str, end: str) -> Window:
    """Return a window from times as ``"22:30"``."""
    return Window(start=_minute(start), end=_minute(end))


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


@dataclass(frozen=True, kw_only=True)
class Steps:
    """A curve made of steps; a step without a value is a hole."""

    points_by_start: Sequence[tuple[int, str | None]]
    provisional: bool = False

    def points(self, start: datetime, end: datetime) -> Iterator[CurvePoint]:
        """Yield what is known of a time."""
        begins = [begin for begin, _ in self.points_by_start]
        for (begin, value), until in zip(
            self.points_by_start, [*begins[1:], begins[-1] + 86400], strict=True
        ):
            since, ends = datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(until, UTC)
            if value is not None and since < end and ends > start:
                yield CurvePoint(
                    start=since, end=ends, value=Decimal(value), provisional=self.provisional
                )


@dataclass(frozen=True, kw_only=True)
class Case:
    """One contract in both forms."""

    contract: Contract
    plain: PlainContract
    known: Known = NOTHING_KNOWN


def power_contract(  # noqa: PLR0913 - each is a part of a contract
    prices: Mapping[str, Versions] | None,
    schedule: Schedule,
    *,
    zone: str = "Europe/Paris",
    added: Versions = (),
    vat: Versions = (),
    day_start: time = time(0),
    dynamic: Dynamic | None = None,
    price_change_at: time = time(0),
) -> Contract:
    """Return a contract for electricity."""
    components = [
        *([] if prices is None else [Energy(key="energy", prices=prices)]),
        *([Adder(key="excise", series=added)] if added else []),
        *([] if dynamic is None else [dynamic]),
    ]
    keys = tuple(each.key for each in components)
    return Contract(
        key="test",
        fluid=Fluid.ELECTRICITY,
        zone=zone,
        components=tuple(components),
        schedules={"main": schedule},
        taxes=(Tax(key="vat_20", series=vat, of=keys),) if vat else (),
        day_start=day_start,
        price_change_at=price_change_at,
    )


PEAK = ((ALWAYS_SINCE, "0.1412"), ("2026-08-01", "0.1479"))
OFF_PEAK = ((ALWAYS_SINCE, "0.1007"), ("2026-08-01", "0.1018"))
EXCISE = ((ALWAYS_SINCE, "0.03085"), ("2026-08-01", "0.03061"))
VAT = ((ALWAYS_SINCE, "0.2"),)


def off_peak(*hours: tuple[str, str], zone: str = "Europe/Paris") -> Case:
    """Return peak and off-peak with these hours of off-peak."""
    windows = tuple(window(*each) for each in hours)
    return Case(
        contract=power_contract(
            {"peak": series(*PEAK), "off_peak": series(*OFF_PEAK)},
            Schedule(rules=(Rule(band="off_peak", when=When(windows=windows)), Rule(band="peak"))),
            zone=zone,
            added=series(*EXCISE),
            vat=series(*VAT),
        ),
        plain=PlainContract(
            zone=zone,
            rules=(PlainRule(band="off_peak", hours=hours), PlainRule(band="peak")),
            prices={"peak": PEAK, "off_peak": OFF_PEAK},
            added=EXCISE,
            vat=VAT,
        ),
    )


TEMPO_PRICES = {
    "blue_off_peak": ((ALWAYS_SINCE, "0.0727"), ("2026-02-01", "0.0796")),
    "blue_peak": ((ALWAYS_SINCE, "0.0945"), ("2026-02-01", "0.1035")),
    "white_off_peak": ((ALWAYS_SINCE, "0.0859"), ("2026-02-01", "0.0941")),
    "white_peak": ((ALWAYS_SINCE, "0.1142"), ("2026-02-01", "0.1251")),
    "red_off_peak": ((ALWAYS_SINCE, "0.0917"), ("2026-02-01", "0.1004")),
    "red_peak": ((ALWAYS_SINCE, "0.5090"), ("2026-02-01", "0.5575")),
}
NIGHT = (("22:00", "06:00"),)


def tempo(colours: Mapping[str, str], price_change_at: str = "00:00") -> Case:
    """Return Tempo with the colours of some days."""
    return Case(
        contract=power_contract(
            {band: series(*steps) for band, steps in TEMPO_PRICES.items()},
            TEMPO,
            day_start=time(6),
            vat=series(*VAT),
            price_change_at=time.fromisoformat(price_change_at),
        ),
        plain=PlainContract(
            zone="Europe/Paris",
            rules=[
                PlainRule(band=f"{colour}_{band}", colour=colour, hours=hours)
                for colour in ("blue", "white", "red")
                for band, hours in (("off_peak", NIGHT), ("peak", ()))
            ],
            prices=TEMPO_PRICES,
            vat=VAT,
            day_start="06:00",
            price_change_at=price_change_at,
            colours=colours,
            all_colours=("blue", "white", "red"),
        ),
        known=Known(
            colours={date.fromisoformat(day): colour for day, colour in colours.items()},
            curves={},
        ),
    )


def ejp(colours: Mapping[str, str]) -> Case:
    """Return EJP with what is known of some days."""
    return Case(
        contract=power_contract(
            {"ejp_normal": one("0.15"), "ejp_peak": one("0.30")}, EJP, day_start=EJP_DAY_START
        ),
        plain=PlainContract(
            zone="Europe/Paris",
            rules=(
                PlainRule(
                    band="ejp_peak",
                    colour="ejp",
                    season=("11-01", "03-31"),
                    hours=(("07:00", "01:00"),),
                ),
                PlainRule(band="ejp_normal"),
            ),
            prices={
                "ejp_normal": ((ALWAYS_SINCE, "0.15"),),
                "ejp_peak": ((ALWAYS_SINCE, "0.30"),),
            },
            day_start="01:00",
            colours=colours,
            all_colours=("ejp", "normal"),
        ),
        known=Known(
            colours={date.fromisoformat(day): colour for day, colour in colours.items()},
            curves={},
        ),
    )


def seasonal() -> Case:
    """Return hours that differ by season, weekday and date, such as the French reform brings."""
    summer, winter = Season(first=(4, 1), last=(10, 31)), Season(first=(11, 1), last=(3, 31))
    reform = date(2026, 12, 1)
    rules = (
        Rule(band="off_peak", when=When(weekdays=frozenset({5, 6}), since=reform)),
        Rule(
            band="off_peak",
            when=When(windows=(window("22:24", "06:24"),), until=reform),
        ),
        Rule(
            band="off_peak",
            when=When(season=summer, windows=(window("11:38", "14:38"),), since=reform),
        ),
        Rule(
            band="off_peak",
            when=When(season=winter, windows=(window("23:08", "07:00"),), since=reform),
        ),
        Rule(band="peak"),
    )
    plain = (
        PlainRule(band="off_peak", weekdays="56", since="2026-12-01"),
        PlainRule(band="off_peak", hours=(("22:24", "06:24"),), until="2026-12-01"),
        PlainRule(
            band="off_peak",
            season=("04-01", "10-31"),
            hours=(("11:38", "14:38"),),
            since="2026-12-01",
        ),
        PlainRule(
            band="off_peak",
            season=("11-01", "03-31"),
            hours=(("23:08", "07:00"),),
            since="2026-12-01",
        ),
        PlainRule(band="peak"),
    )
    return Case(
        contract=power_contract(
            {"peak": series(*PEAK), "off_peak": series(*OFF_PEAK)},
            Schedule(rules=rules),
            added=series(*EXCISE),
            vat=series(*VAT),
        ),
        plain=PlainContract(
            zone="Europe/Paris",
            rules=plain,
            prices={"peak": PEAK, "off_peak": OFF_PEAK},
            added=EXCISE,
            vat=VAT,
        ),
    )


def curve(steps: Sequence[tuple[int, str | None]], *, provisional: bool = False) -> Case:
    """Return a price that follows a curve, with a floor, a cap, an excise and tax."""
    return Case(
        contract=power_contract(
            None,
            Schedule(),
            added=one("0.03"),
            vat=series(*VAT),
            dynamic=Dynamic(
                key="spot",
                curve="spot",
                factor=Decimal("1.05"),
                offset=Decimal("0.01"),
                floor=Decimal(0),
                cap=Decimal("0.5"),
            ),
        ),
        plain=PlainContract(
            zone="Europe/Paris",
            rules=(PlainRule(band="all"),),
            added=((ALWAYS_SINCE, "0.03"),),
            vat=VAT,
            curve=PlainCurve(steps=steps, factor="1.05", offset="0.01", floor="0", cap="0.5"),
        ),
        known=Known(
            colours={}, curves={"spot": Steps(points_by_start=steps, provisional=provisional)}
        ),
    )
