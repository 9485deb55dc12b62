"""What is known of a curve in a stretch of time."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime

from .pricing import CurvePoint


class CurvePoints:
    """Points of a curve, in their order, to be asked by moment."""

    def __init__(self, points: Iterable[CurvePoint]) -> None:
        """Take points that do not overlap."""
        self._points = list(points)
        self._starts = [point.start for point in self._points]

    def at(self, moment: datetime) -> CurvePoint | None:
        """Return the point that holds at a moment, None where nothing is known."""
        index = bisect_right(self._starts, moment) - 1
        if index < 0 or self._points[index].end <= moment:
            return None
        return self._points[index]

    def edges(self) -> Iterator[datetime]:
        """Yield the moments at which a point begins or ends."""
        for point in self._points:
            yield point.start
            yield point.end


NO_POINTS = CurvePoints(())
