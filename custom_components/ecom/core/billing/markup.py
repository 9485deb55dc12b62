"""HTML that is put together from elements: what is no ``Markup`` is escaped."""

from collections.abc import Iterable
from html import escape


class Markup(str):
    """Text that is HTML already; only this module and the styles make it."""

    __slots__ = ()


def el(name: str, *content: str, **attributes: str) -> Markup:
    """Return an element. ``class_`` is its class; texts and attributes are escaped."""
    named = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value
    )
    return Markup(f"<{name}{named}>{joined(content)}</{name}>")


def joined(content: Iterable[str]) -> Markup:
    """Return contents one after the other."""
    return Markup("".join(each if isinstance(each, Markup) else escape(each) for each in content))


def table(head: Iterable[str], rows: Iterable[Iterable[str]], numbers: int, class_: str) -> Markup:
    """Return a table whose last ``numbers`` columns are set to the right."""
    titles = list(head)
    first = len(titles) - numbers
    return el(
        "table",
        el("thead", _row("th", titles, first)),
        el("tbody", *(_row("td", list(cells), first) for cells in rows)),
        class_=class_,
    )


def _row(name: str, cells: list[str], first: int) -> Markup:
    return el(
        "tr", *(el(name, cell, class_="n" if at >= first else "") for at, cell in enumerate(cells))
    )
