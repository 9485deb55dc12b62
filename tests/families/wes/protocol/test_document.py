"""The reader's rules, one by one, on pages of a few tags."""

import pytest

from custom_components.ecom.families.wes.protocol.document import LARGEST, Document, leaves, scan

SOUND = b"<data><tic1><PAP>1</PAP><BASE>2</BASE></tic1><temp> <SONDE1>3.0</SONDE1></temp></data>"


def sections(body: str | bytes) -> dict[str, dict[str, str]]:
    """Return what a body says."""
    found = scan(body if isinstance(body, bytes) else body.encode()).sections
    return {name: dict(texts) for name, texts in found.items()}


def texts(inner: str | bytes) -> dict[str, str]:
    """Return what the first section says, of which this is the inner part."""
    octets = inner if isinstance(inner, bytes) else inner.encode()
    return sections(b"<data><tic1>" + octets + b"</tic1></data>").get("tic1", {})


def test_a_sound_page_is_read_as_it_is() -> None:
    """Sections, leaves and their texts, without the blanks around them."""
    assert sections(SOUND) == {"tic1": {"PAP": "1", "BASE": "2"}, "temp": {"SONDE1": "3.0"}}
    assert list(leaves(scan(SOUND))) == [
        ("tic1", "PAP", "1"),
        ("tic1", "BASE", "2"),
        ("temp", "SONDE1", "3.0"),
    ]


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b'<?xml version="1.0" encoding="UTF-8"?>',
        b'\xef\xbb\xbf\r\n<?xml version="1.0"?>\r\n',
        b"HTTP/1.0 200 OK\r\n\r\n",
    ],
)
def test_what_comes_first_does_not_matter(start: bytes) -> None:
    """A prologue, a byte order mark, a stray header: nothing of them is in a section."""
    assert sections(start + SOUND) == sections(SOUND)


@pytest.mark.parametrize(
    "body", [b"", b" ", b"<", b">", b"<data>", b"<html>no page</html>", b"\x00"]
)
def test_what_is_no_page_says_nothing(body: bytes) -> None:
    """Nothing raises, nothing is found."""
    assert scan(body) == Document(sections={})


# --- Texts -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (b" H. Pleines\r\n", "H. Pleines"),
        (b"", ""),
        (b"a&amp;b&lt;c&gt;d&quot;e&apos;f", "a&b<c>d\"e'f"),
        (b"&#233;&#xE9;&#xe9;", "ééé"),
        (b"&amp;lt;", "&lt;"),  # decoded once
        (b"R & D &nbsp; &lol; &;", "R & D &nbsp; &lol; &;"),  # a bare & is text
        (b"&#38;#60;", "&#60;"),
        ("Été".encode(), "Été"),
        ("Été".encode("latin-1"), "Été"),
    ],
)
def test_a_text_is_decoded(text: bytes, meaning: str) -> None:
    """UTF-8 or else Latin-1; the five entities and numbers, once."""
    assert texts(b"<NAME>" + text + b"</NAME>") == {"NAME": meaning}


def test_each_leaf_has_its_own_encoding() -> None:
    """A page mixes them: a name in Latin-1 spoils no other."""
    inner = "<A>é</A>".encode() + "<B>é</B>".encode("latin-1")
    assert texts(inner) == {"A": "é", "B": "é"}


@pytest.mark.parametrize(
    "text", [b"1\x002", b"1\x1b", b"\x7f", b"\x80", b"&#0;", b"&#xD800;", b"&#x110000;", b"1>2"]
)
def test_a_text_with_what_no_text_has_is_damaged(text: bytes) -> None:
    """Control characters, no characters, and the end of a tag that has lost its start."""
    assert texts(b"<A>" + text + b"</A><B>2</B>") == {"B": "2"}


# --- Leaves ------------------------------------------------------------------


@pytest.mark.parametrize(
    "torn",
    [
        "<A>1",
        "1</A>",
        "<A>1</B>",
        "<A>1</a>",
        "<A 1</A>",
        "<A>1</A",
        "<A>1<B/></A>",
        "<A>1<x y='1'/></A>",
        "<A x='1'>1</A>",
        "<A>1<!-- --></A>",
        "<A><![CDATA[1]]></A>",
        "<!-- <A>1</A> -->",
        "<![CDATA[<A>1</A>]]>",
        "<?php <A>1</A> ?>",
        "<A>1</A><A>1",
        "<A>1</A></A>",
        "<A>1</A><A>2</A>",
        "<A>1</A><A>2</A><A>1</A>",
    ],
)
def test_a_torn_leaf_costs_itself(torn: str) -> None:
    """Its own tags stand around its text and nothing else, once, or it does not count."""
    assert texts(f"<C>3</C>{torn}<D>4</D>") == {"C": "3", "D": "4"}


@pytest.mark.parametrize(
    "junk", ["<", ">", "<>", "</>", "< A>", "<1>", "&", "text", "<x>", "</x>", "<!-- ", "-->", "<?"]
)
def test_junk_between_leaves_costs_nothing(junk: str) -> None:
    """Every start of a tag is a new start."""
    assert texts(f"<A>1</A>{junk}<B>2</B>") == {"A": "1", "B": "2"}


def test_the_same_leaf_twice_with_the_same_text_counts_once() -> None:
    """As one firmware's own script sends INJECTION."""
    assert texts("<A>1</A><B>2</B><A> 1</A>") == {"A": "1", "B": "2"}


def test_a_document_type_is_damage_and_expands_nothing() -> None:
    """Entities of one's own stay what they are: text."""
    bomb = '<!DOCTYPE data [<!ENTITY a "<BASE>9</BASE>"><!ENTITY b "&a;&a;">]>'
    assert sections(bomb.encode() + SOUND) == sections(SOUND)
    assert sections(f"{bomb}<data><tic1><BASE>&b;</BASE></tic1></data>") == {
        "tic1": {"BASE": "&b;"}
    }


# --- Sections ----------------------------------------------------------------


def test_other_sections_are_passed_over() -> None:
    """Their leaves belong to nobody, whatever their names."""
    assert sections("<data><modbus><BASE>7</BASE></modbus><tic1><BASE>2</BASE></tic1></data>") == {
        "tic1": {"BASE": "2"}
    }
    assert sections("<data><TIC1><BASE>7</BASE></TIC1></data>") == {}


@pytest.mark.parametrize(
    "body",
    [
        "<tic1><A>1</A><tic2><A>2</A></tic2>",  # not closed
        "<tic1><A>1</A></data>",
        "<A>1</A></tic1>",  # not opened
        "<tic1><A>1</A></tic2>",
        "<tic1><A>1</A><tic1><A>1</A></tic1>",
        "<tic1><A>1</A></tic1></tic1>",
        "<tic1><A>1</A><data></tic1>",
        "<tic1><A>1</A></tic1><tic1><A>1</A></data>",  # one sound, one not
        "<tic1><pince></pince><A>1</A></tic1>",
    ],
)
def test_a_section_that_is_not_its_own_tags_alone_does_not_count(body: str) -> None:
    """Nor does any other copy of it; the sections around it do."""
    found = sections(f"<data><info><B>1</B></info>{body}<temp><C>2</C></temp></data>")
    assert "tic1" not in found
    assert found["info"] == {"B": "1"}
    assert found["temp"] == {"C": "2"}


def test_a_section_twice_counts_where_both_agree() -> None:
    """What only one of them says counts too."""
    body = "<tic1><A>1</A><B>2</B></tic1><tic1><A>1</A><B>3</B><C>4</C></tic1>"
    assert sections(body) == {"tic1": {"A": "1", "C": "4"}}


def test_a_section_around_something_does_not_count_for_it() -> None:
    """A leaf that stands between two copies may be the section's own, torn out of it."""
    assert sections("<tic1><A>1</A><B>2</B></tic1> <A>3</A> <tic1></tic1>") == {"tic1": {"B": "2"}}
    body = "<tic1><A>1</A><B>2</B></tic1><temp><A>3</A></temp><tic1></tic1>"
    assert sections(body) == {"tic1": {"B": "2"}, "temp": {"A": "3"}}


# --- The cut -----------------------------------------------------------------


@pytest.mark.parametrize(
    "end", ["", "<", "</", "<C", "</B", "<C>", "<C>3", "<C>3<", "<C>3</", "<C>3</C", "  "]
)
def test_a_cut_section_counts_up_to_the_cut(end: str) -> None:
    """The torn last leaf is the cut itself."""
    assert sections(f"<data><tic1><A>1</A> <B>2</B>{end}") == {"tic1": {"A": "1", "B": "2"}}


@pytest.mark.parametrize(
    "inner",
    [
        "<A>1<B>2</B>",
        "<B>2</B></A>",
        "<A>1<</A>",
        "x<A>1</A>",
        "<A>1</A>x",
        "<A>\0</A>",
        "<A>1</A><x y>",
    ],
)
def test_a_cut_section_with_damage_does_not_count(inner: str) -> None:
    """Two damages at once: nothing says any more where things belong."""
    assert sections(f"<data><info><C>1</C></info><tic1>{inner}<D>4</D>") == {"info": {"C": "1"}}
    assert sections(f"<data><info><C>1</C></info><tic1>{inner}") == {"info": {"C": "1"}}


def test_a_section_behind_the_end_is_no_cut_one() -> None:
    """The end has come, so what follows is not the page."""
    assert sections(SOUND + b"<entree><ENTREE1>1</ENTREE1>") == sections(SOUND)


def test_a_huge_body_is_a_cut_one() -> None:
    """Beyond a quarter of a mebibyte nothing is looked at."""
    body = b"<data><tic1><A>1</A>" + b" " * LARGEST + b"<B>2</B></tic1><temp><C>3</C></temp>"
    assert sections(body) == {"tic1": {"A": "1"}}
