"""How a contract is divided among everybody, on the paper of the whole site."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from .markup import Markup, el, table
from .sharing import Share, Sharing, Whose
from .statement import Section
from .texts import HARD, Wording


def sharing(wording: Wording, section: Section) -> Iterator[Markup]:
    """Yield a table of those who bear it, and one of what is common; none where none do."""
    if (divided := section.sharing) is None:
        return
    yield el("h3", wording.text("sharing"))
    head = ("sharing_who", "own_use", "sharing_own", "sharing_common", "sharing_gross")
    rows = (
        [
            name,
            _quantity(wording, section, each),
            *(wording.money(money) for money in (each.own, each.common, each.gross)),
        ]
        for name, each in borne_rows(wording, divided)
    )
    yield table([wording.text(key) for key in head], rows, 4, "sharing")
    heads = [wording.text(key) for key in ("sharing_what", "quantity", "sharing_gross")]
    shares = (
        [name, _quantity(wording, section, each), wording.money(each.own)]
        for name, each in common_rows(wording, divided)
    )
    yield table(heads, shares, 2, "sharing")


def borne_rows(wording: Wording, divided: Sharing) -> Iterator[tuple[str, Share]]:
    """Yield who bears a contract, and all of it."""
    yield from ((share_name(wording, divided, each), each) for each in divided.borne)
    yield wording.text("sharing_total"), _added(divided.borne)


def common_rows(wording: Wording, divided: Sharing) -> Iterator[tuple[str, Share]]:
    """Yield what is common, and all of it: what everybody's shares of it come to."""
    yield from ((share_name(wording, divided, each), each) for each in divided.common)
    yield wording.text("sharing_common_total"), _added(divided.common)


def share_name(wording: Wording, divided: Sharing, share: Share) -> str:
    """Return whose a share is, or what it is."""
    match share.whose:
        case Whose.MEMBER | Whose.COMMON:
            return share.name
        case Whose.LOSSES if divided.coefficient is not None:
            return wording.text("sharing_losses_within")
        case Whose.FIXED if divided.coefficient is not None:
            return wording.text("sharing_fixed_part", share=divided.coefficient)
        case whose:
            return wording.text(f"sharing_{whose}")


def _added(shares: Iterable[Share]) -> Share:
    kept = list(shares)
    return Share(
        whose=Whose.MEMBER,
        name="",
        quantity=sum((each.quantity for each in kept), Decimal(0)),
        own=sum((each.own for each in kept), Decimal("0.00")),
        common=sum((each.common for each in kept), Decimal("0.00")),
    )


def _quantity(wording: Wording, section: Section, share: Share) -> str:
    if share.whose is Whose.FIXED:
        return ""
    return f"{wording.number(share.quantity)}{HARD}{wording.unit(section.unit)}"
