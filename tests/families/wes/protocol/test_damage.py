"""The promise: of a damaged page, what is untouched is read as it was, or not at all."""

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Final

import pytest

from custom_components.ecom.families.wes.protocol import Report, read
from custom_components.ecom.families.wes.protocol.document import scan
from custom_components.ecom.families.wes.protocol.tags import lookup
from tests.families.wes.protocol.damage import KINDS, Damage, Edit, Kind, draw
from tests.families.wes.protocol.pages import (
    LINKY_084,
    NAMES,
    REAL_061,
    SYNTHETIC,
    Element,
    Span,
    elements,
    load,
)

# More than 10,000 in all; the short page is the quickest.
RUNS: Final = {REAL_061: 3000, LINKY_084: 5000, SYNTHETIC: 2200}
RUNS_BY_KIND: Final = 100
NOTHING: Final = object()


# Of these two spellings one may be a flag, so that the other speaks alone: then
# what is said of the point is not what is said of the element.
AMBIGUOUS: Final = frozenset({"PRODUCTEUR", "Production"})


@cache
def report(page: bytes) -> Report:
    """Return what the undamaged page says."""
    return read(page)


def wrong(page: bytes, found: list[Element], damage: Damage) -> Iterator[str]:
    """Yield what the reader says of untouched elements that they did not say."""
    damaged = damage.apply(page)
    sections = scan(damaged).sections
    values, true = read(damaged).values, report(page).values
    for element in damage.untouched(found):
        text = sections.get(element.section, {}).get(element.tag, element.text)
        if text != element.text:
            yield f"{element.section}/{element.tag}: {text!r}, not {element.text!r}, {damage}"
        known = lookup(element.section, element.tag)
        if known is None or element.tag in AMBIGUOUS or known[0] not in values:
            continue
        if values[known[0]] != true.get(known[0], NOTHING):
            yield f"{known[0]}: {values[known[0]]!r}, {damage}"


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_damaged_the_rest_is_right(name: str) -> None:
    """Damage of all kinds, one or two at once, with and without a cut."""
    page, random = load(name), Random(f"damage of {name}")
    found = elements(page)
    assert [
        line for _ in range(RUNS[name]) for line in wrong(page, found, draw(page, random))
    ] == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_damage_happens(kind: Kind) -> None:
    """No kind changes nothing, and none destroys everything always."""
    page = load(NAMES[-1])
    random, found = Random(kind.__name__), elements(page)
    left = 0
    for _ in range(RUNS_BY_KIND):
        damage = Damage(tuple(kind(page, random)[:1]))
        assert list(wrong(page, found, damage)) == []
        sections = scan(damage.apply(page)).sections
        left += sum(map(len, sections.values()))
        assert damage.apply(page) != page or kind.__name__ in {"wrong_tag", "overwriting"}
    assert left > 0.6 * RUNS_BY_KIND * len(found)


@pytest.mark.parametrize("name", NAMES)
def test_mild_damage_costs_little(name: str) -> None:
    """A few bytes lost within a leaf leave all others, but for one that it now looks like."""
    page, random = load(name), Random(f"mild damage of {name}")
    found = elements(page)
    untouched = read_as_it_was = 0
    for _ in range(300):
        struck = random.choice(found)
        start = random.randrange(struck.span.start, struck.span.end)
        damage = Damage((Edit(start, min(start + random.randint(1, 5), struck.span.end)),))
        sections = scan(damage.apply(page)).sections
        expected = list(damage.untouched(found))
        untouched += len(expected)
        read_as_it_was += sum(
            sections.get(each.section, {}).get(each.tag) == each.text for each in expected
        )
    assert read_as_it_was > 0.999 * untouched


@pytest.mark.parametrize("name", NAMES)
def test_one_lost_tag_costs_one_section_at_most(name: str) -> None:
    """All elements of all sections but the one that has lost a tag are there, for every tag."""
    page = load(name)
    found = elements(page)
    ends = {span for each in found for span in (each.opening, each.closing)}
    for span in ends:
        damage = Damage((Edit(*span),))
        sections = scan(damage.apply(page)).sections
        for element in found:
            if span not in {element.opening, element.closing}:
                assert sections[element.section][element.tag] == element.text


@pytest.mark.parametrize("name", NAMES)
def test_a_page_cut_anywhere_says_what_came_before_the_cut(name: str) -> None:
    """Every single length: all of what came is there, and nothing else."""
    page = load(name)
    found = elements(page)
    for cut in range(0, len(page), 3):
        sections = scan(page[:cut]).sections
        said = {
            (section, tag): text for section in sections for tag, text in sections[section].items()
        }
        assert said == {
            (each.section, each.tag): each.text for each in found if each.span.end <= cut
        }


@pytest.mark.parametrize("name", NAMES)
def test_two_copies_in_one_body_contradict_nothing(name: str) -> None:
    """A page sent twice says nothing that it did not say once."""
    page = load(name)
    once, twice = scan(page).sections, scan(page + page).sections
    assert twice.keys() == once.keys()
    for section, texts in twice.items():
        assert texts.items() <= once[section].items()


def test_two_stale_pieces_around_an_element_do_not_replace_it() -> None:
    """The worst that two insertions can do: the section ends and begins anew around it."""
    page = b"<data><tic1><PAP>1</PAP><BASE>200</BASE><PEJP>0</PEJP></tic1></data>"
    at = page.index(b"<BASE>")
    after = page.index(b"<PEJP>")
    edits = (Edit(at, at, b"<BASE>100</BASE></tic1>"), Edit(after, after, b"<tic1>"))
    assert scan(Damage(edits).apply(page)).sections == {"tic1": {"PAP": "1", "PEJP": "0"}}


def test_the_oracle_knows_what_is_touched() -> None:
    """The measure itself: an insertion between tags touches nothing, within them it does."""
    assert not Edit(4, 4, b"x").touches(Span(4, 9))
    assert Edit(5, 5, b"x").touches(Span(4, 9))
    assert not Edit(9, 9, b"x").touches(Span(4, 9))
    assert Edit(3, 5).touches(Span(4, 9))
    assert not Edit(9, 12).touches(Span(4, 9))
