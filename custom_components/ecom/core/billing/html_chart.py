"""The months of a history as a bar chart, drawn in the page itself."""

from decimal import Decimal
from typing import Final

from .markup import Markup, el, joined
from .statement import History, Month
from .texts import Wording

_WIDTH: Final = 720
_HEIGHT: Final = 120
_TOP: Final = 16
_BOTTOM: Final = 20
_FILLED: Final = Decimal("0.62")


def chart(wording: Wording, history: History) -> Markup:
    """Return a bar for each month, with its amount above and its name below.

    One alone is in the summary.
    """
    if len(history.months) < 2:  # noqa: PLR2004 - two can be compared
        return Markup()
    most = max(*(month.quantity for month in history.months), Decimal(0)) or Decimal(1)
    step = Decimal(_WIDTH) / len(history.months)
    base = str(_HEIGHT - _BOTTOM)
    bars = [
        _bar(wording, month, step * at, step, month.quantity / most)
        for at, month in enumerate(history.months)
    ]
    axis = el("line", x1="0", x2=str(_WIDTH), y1=base, y2=base, class_="axis")
    title = wording.text("history", fluid=history.fluid, unit=history.unit)
    picture = el(
        "svg", axis, *bars, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img", aria_label=title
    )
    return joined([el("h3", title), picture])


def _bar(wording: Wording, month: Month, left: Decimal, step: Decimal, share: Decimal) -> Markup:
    room = _HEIGHT - _TOP - _BOTTOM
    height = max(share, Decimal(0)) * room
    top = _HEIGHT - _BOTTOM - height
    middle = _px(left + step / 2)
    rect = el(
        "rect",
        x=_px(left + step * (1 - _FILLED) / 2),
        y=_px(top),
        width=_px(step * _FILLED),
        height=_px(height),
        class_="bar",
    )
    above = el("text", wording.number(month.quantity, 0), x=middle, y=_px(top - 4),
               text_anchor="middle")  # fmt: skip
    below = el("text", wording.month(month.first), x=middle, y=_px(Decimal(_HEIGHT - 6)),
               text_anchor="middle")  # fmt: skip
    return joined([rect, above, below])


def _px(value: Decimal) -> str:
    return format(value, ".1f")
