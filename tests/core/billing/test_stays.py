"""Who was there on some of the days: lines bear those days, and the key says how many they are."""

from decimal import Decimal

from custom_components.ecom.core.billing.building import Division, divide
from custom_components.ecom.core.billing.keys import Key, KeyKind
from custom_components.ecom.core.billing.lines import Line, Words
from custom_components.ecom.core.billing.render_csv import render_csv
from custom_components.ecom.core.billing.render_html import render_html
from custom_components.ecom.core.billing.sections import Facts, section_of_member
from custom_components.ecom.core.billing.statement import Language, Section, Statement
from tests.core.billing.demo import demo, division, house
from tests.core.billing.supplies import KWH, PEAK_OFF_PEAK, d, local, row

STAY = Words(key="note_stay", values={"since": "2026-01-16", "until": "2026-01-19"})


def section(member: str, found: Division | None = None) -> Section:
    """Return the section of a member of the house."""
    return section_of_member(PEAK_OFF_PEAK, found or division(), member, Facts())


def of(language: Language, member: str = "bruno") -> Statement:
    """Return a statement of a member, who was there on some days."""
    return demo(language, sections=(section(member),), notes=(STAY,))


def page(language: Language) -> str:
    """Return the statement on paper, with plain spaces."""
    text = render_html(of(language))
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def days(line: Line) -> tuple[str, str]:
    """Return the first day of a line, and the day after its last one."""
    return line.since.isoformat(), line.until.isoformat()


def test_own_lines_are_cut_to_the_stay() -> None:
    """Bruno left on the twentieth, and Chloe came on the twenty-second; prices change between."""
    bruno, chloe = section("bruno").lines, section("chloe").lines
    assert {days(line) for line in bruno} == {("2026-01-16", "2026-01-20")}
    assert {days(line) for line in chloe} == {
        ("2026-01-22", "2026-02-01"), ("2026-02-01", "2026-02-16"),
    }  # fmt: skip
    assert (bruno[0].start, bruno[0].end) == (local("2026-01-16T00:00"), local("2026-01-20T00:00"))
    assert sum(line.quantity for line in bruno if line.component == "energy") == Decimal("70.5")


def test_common_lines_are_of_the_days_of_the_stay() -> None:
    """Four days of sixteen, of which Bruno has 330 of 1000 shares: 5.94 * 4 / 16 * 0.33."""
    common = section("bruno").common
    assert common is not None
    standing = common.lines[0]
    assert (days(standing), standing.quantity, str(standing.net)) == (
        ("2026-01-16", "2026-01-20"), 4, "0.49",
    )  # fmt: skip
    assert {days(line) for line in common.lines} == {("2026-01-16", "2026-01-20")}


def test_who_was_there_throughout_has_all_days() -> None:
    """Nothing is said of days then."""
    common = section("anna").common
    assert common is not None
    assert common.by_days is None
    assert days(common.lines[0]) == ("2026-01-16", "2026-02-01")
    assert "Key: thousandths, 420 of 1,000. The building used" in render_html(
        demo(Language.ENGLISH)
    )


def test_by_own_use_days_do_not_count() -> None:
    """The share of what is common is one of all of the period."""
    common = section("bruno", divide(house(key=Key(kind=KeyKind.CONSUMPTION)))).common
    assert common is not None
    assert common.by_days is None
    assert (days(common.lines[0]), common.lines[0].quantity) == (("2026-01-16", "2026-02-01"), 16)


def test_what_was_counted_on_other_days_keeps_them() -> None:
    """A meter that somebody is said to have had before moving in."""
    own = {"chloe": [row("2026-01-16T08:00", "peak", "100"), row("2026-02-03T08:00", "peak", "5")]}
    late = tuple(
        each if each.key != "chloe" else type(each)(key="chloe", moved_in=d("2026-02-02"))
        for each in house().residents
    )
    found = divide(house(own=own, residents=late)).own["chloe"]
    assert found.amount == 105 * KWH
    assert [days(line) for line in found.lines if line.component == "energy"] == [
        ("2026-01-16", "2026-02-01"), ("2026-02-02", "2026-02-16"),
    ]  # fmt: skip


def test_the_key_says_of_how_many_days() -> None:
    """As a lease does, and only where they are not all of them."""
    assert (
        "Key: thousandths, 330 of 1,000, for 4 of 31 days: 42.581 of 1,000. The building used"
        in page(Language.ENGLISH)
    )
    assert (
        "Clé : tantièmes, 330 sur 1 000, pour 4 des 31 jours : 42,581 sur 1 000. L&#x27;immeuble"
        in page(Language.FRENCH)
    )


def test_the_days_stand_before_the_details() -> None:
    """And are not among the notes at the end; the table has them below the period."""
    note = "Within the period, these are the days from 16 Jan 2026 to 19 Jan 2026."
    before, _, details = page(Language.ENGLISH).partition("<h2>Electricity</h2>")
    assert before.count(note) == 1
    assert note not in details
    rows = render_csv(of(Language.ENGLISH)).replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert rows[3] == f'"{note}"'


def test_a_contract_of_some_days_says_so_below_its_name() -> None:
    """Where one followed another within the period."""
    own = section("anna")
    some = type(own)(**{name: getattr(own, name) for name in own.__slots__} | {"notes": (STAY,)})
    text = render_html(demo(Language.ENGLISH, sections=(some,)))
    assert '<h2>Electricity</h2><p class="stay">Within the period' in text
    assert text.count("Within the period") == 1
