"""The way back: what was written is read as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.families.wes.protocol import Style, read, render
from custom_components.ecom.families.wes.protocol.document import SECTIONS, scan
from tests.families.wes.protocol.pages import NAMES, REAL_061, load

names = st.from_regex("[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True).filter(
    lambda name: name not in SECTIONS and name != "data"
)
printable = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12)
pages = st.dictionaries(
    st.sampled_from(sorted(SECTIONS)),
    st.dictionaries(names, printable.map(lambda text: text.strip(" \t\r\n")), max_size=5),
    max_size=5,
)


@given(pages, st.sampled_from(Style))
def test_what_was_written_is_read(page: dict[str, dict[str, str]], style: Style) -> None:
    """In every style, for every text that a page can hold."""
    assert scan(render(page, style=style)).sections == page


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("style", Style)
def test_a_page_written_anew_says_the_same(name: str, style: Style) -> None:
    """The report of every page survives the way there and back."""
    page = load(name)
    assert read(render(scan(page).sections, style=style)) == read(page)


def test_stock_is_the_real_layout() -> None:
    """The real page of 0.61D, byte by byte."""
    page = load(REAL_061)
    assert render(scan(page).sections) == page


def test_a_custom_script_writes_lines() -> None:
    """A prologue first, each element on a line of its own."""
    assert render({"tic1": {"PTEC": "a<b"}}, style=Style.CUSTOM) == (
        b'<?xml version="1.0" encoding="UTF-8"?>\r\n'
        b"<data><tic1>\r\n<PTEC>a&lt;b</PTEC></tic1></data>"
    )


@pytest.mark.parametrize("page", [{"tic 1": {}}, {"tic1": {"": "1"}}, {"tic1": {"A": "\0"}}])
def test_what_no_page_can_hold_is_refused(page: dict[str, dict[str, str]]) -> None:
    """Names that are none, and control characters."""
    with pytest.raises(ValueError, match="no "):
        render(page)
