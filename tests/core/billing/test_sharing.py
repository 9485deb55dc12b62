"""How a contract is divided, on the statement of the whole site: who bears what, to the cent."""

import csv
import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from io import StringIO

from custom_components.ecom.core.billing.building import Division, divide
from custom_components.ecom.core.billing.codec import dump
from custom_components.ecom.core.billing.figures import figures
from custom_components.ecom.core.billing.html_sharing import borne_rows, common_rows
from custom_components.ecom.core.billing.keys import Key, KeyKind, Member
from custom_components.ecom.core.billing.render_csv import MARK, render_csv
from custom_components.ecom.core.billing.render_html import render_html, wording_of
from custom_components.ecom.core.billing.sections import Facts, section_of_bill
from custom_components.ecom.core.billing.sharing import Share, Sharing, Whose, sharing_of
from custom_components.ecom.core.billing.snapshot import canonical, from_snapshot, snapshot
from custom_components.ecom.core.billing.statement import Language, Statement
from custom_components.ecom.core.tariffs.model import Fluid
from tests.core.billing.demo import demo, division, house
from tests.core.billing.supplies import PEAK_OFF_PEAK, row

NAMES = {"anna": "Anna", "bruno": "Bruno", "chloe": "<b>Chloé</b>", "dan": "=Dan", "eve": "Eve"}
METERS = {"stairs": "Escalier"}


def sharing(found: Division | None = None) -> Sharing:
    """Return how the house divides its bill."""
    return sharing_of(found or division(), NAMES, METERS)


def site(language: Language, divided: Sharing | None = None) -> Statement:
    """Return the statement of the house."""
    section = section_of_bill(PEAK_OFF_PEAK, division().bill, Facts())
    section = replace(section, sharing=divided or sharing())
    return demo(language, sections=(section,), provisions=())


def total(shares: Iterable[Share], name: str) -> Decimal:
    """Return what shares hold together."""
    return sum((getattr(each, name) for each in shares), Decimal(0))


def plain(text: str) -> str:
    """Return a text with plain spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_shares_add_up_to_the_bill_and_the_common_ones_to_what_is_common() -> None:
    """Nobody's comes last; whoever has nothing is left out."""
    eve = Member(key="eve", meters=frozenset({"9"}))
    found = divide(house(residents=(*house().residents, eve)))
    divided = sharing(found)
    assert [(each.whose, each.name) for each in divided.borne] == [
        (Whose.MEMBER, "Anna"), (Whose.MEMBER, "Bruno"), (Whose.MEMBER, "<b>Chloé</b>"),
        (Whose.MEMBER, "=Dan"), (Whose.VACANT, ""),
    ]  # fmt: skip
    assert [each.whose for each in divided.common] == [Whose.COMMON, Whose.LOSSES, Whose.FIXED]
    assert total(divided.borne, "gross") == found.bill.gross
    assert total(divided.borne, "common") == total(divided.common, "own")
    quantities = total(divided.borne, "quantity") + total(divided.common, "quantity")
    assert quantities == Decimal(870)


def test_without_losses_and_common_meters_there_are_standing_charges_alone() -> None:
    """No line of nothing."""
    own = {"anna": [row("2026-01-16T08:00", "peak", "300"),
                    row("2026-01-25T23:00", "off_peak", "150"),
                    row("2026-02-01T08:00", "peak", "280"),
                    row("2026-02-14T23:00", "off_peak", "140")]}  # fmt: skip
    divided = sharing(divide(house(own=own, common={})))
    assert [each.whose for each in divided.common] == [Whose.FIXED]
    by_use = divide(house(own=own, common={}, key=Key(kind=KeyKind.CONSUMPTION)))
    assert [each.name for each in sharing(by_use).borne] == ["Anna"]


def test_the_paper_shows_it() -> None:
    """Names are no markup; sums stand in the last rows."""
    page = plain(render_html(site(Language.FRENCH)))
    divided = page.partition("<h3>Répartition</h3>")[2].partition("<section")[0]
    for wanted in (
        "<td>Anna</td>", "&lt;b&gt;Chloé&lt;/b&gt;", "<td>À personne : à la charge du propriétaire",
        '<td>Abonnements et puissance</td><td class="n"></td>',
        "<td>Escalier</td>", "<td>Pertes</td>", "<td>Abonnements et puissance</td>",
        "<td>Réparti selon la clé</td>",
    ):  # fmt: skip
        assert wanted in divided
    assert '<td class="n">182,94 €</td></tr></tbody>' in divided.partition("<td>Total</td>")[2]
    assert "Répartition" not in render_html(demo(Language.FRENCH))


def test_heat_names_the_part_that_is_common_from_the_start() -> None:
    """Which is with the standing charges: no meter counted it."""
    found = divide(house(coefficient=Decimal("0.3")))
    rows = dict(common_rows(wording_of(demo(Language.ENGLISH)), sharing(found)))
    assert "Standing charges, and 30% of what was used" in rows
    assert rows["Losses (within all of these parts)"].own == 0
    assert found.bill.fluid is Fluid.ELECTRICITY


def test_the_table_for_spreadsheets_has_it_below_the_sums() -> None:
    """Whose lines add up to the total; a name is no formula."""
    rows = list(csv.reader(StringIO(render_csv(site(Language.ENGLISH)).removeprefix(MARK))))
    first = rows.index(["How it is divided", "Electricity"])
    assert rows[first + 1] == [
        "Who", "Own use", "Unit", "By the meters", "Share of what is common", "Amount with taxes",
    ]  # fmt: skip
    borne = rows[first + 2 : first + 7]
    assert [each[0] for each in borne] == [
        "Anna", "Bruno", "<b>Chloé</b>", "'=Dan", "Nobody's: borne by the owner",
    ]  # fmt: skip
    assert sum(Decimal(each[5]) for each in borne) == Decimal("182.94")
    assert rows[first + 7][0::5] == ["Total", "182.94"]
    assert rows[-1][0] == "Divided by the key"
    assert rows[-1][3] == rows[first + 7][4]
    assert rows[-2][:3] == ["Standing charges and capacity", "", ""]
    assert "How it is divided" not in render_csv(demo(Language.ENGLISH))


def test_it_is_in_the_snapshot_and_one_without_it_is_read_still() -> None:
    """Issued before there was such a table."""
    issued = site(Language.FRENCH)
    again = from_snapshot(json.loads(canonical(issued)))
    assert again == issued
    assert render_html(again) == render_html(issued)
    older = snapshot(demo(Language.FRENCH))
    for section in older["statement"]["sections"]:
        del section["sharing"]
        del section["by_meters"]
        if section["common"]:
            del section["common"]["by_days"]
    assert from_snapshot(older) == demo(Language.FRENCH)


def test_another_division_is_another_statement_and_other_names_are_not() -> None:
    """Though all of it comes to the same."""
    other = sharing(divide(house(key=Key(kind=KeyKind.EQUAL))))
    renamed = sharing_of(division(), dict.fromkeys(NAMES, "Someone"), METERS)
    before = figures(site(Language.FRENCH))
    assert figures(site(Language.FRENCH, other)) != before
    assert figures(site(Language.FRENCH, renamed)) == before
    assert dump(other) != dump(sharing())


def test_rows_end_with_their_sum() -> None:
    """In either table."""
    wording = wording_of(demo(Language.ENGLISH))
    *borne, (name, whole) = borne_rows(wording, sharing())
    assert (name, whole.gross) == ("Total", total([each for _, each in borne], "gross"))
    *common, (name, all_common) = common_rows(wording, sharing())
    assert (name, all_common.own) == (
        "Divided by the key", total([each for _, each in common], "own"),
    )  # fmt: skip
