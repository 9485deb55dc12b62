"""What ``scripts/demo --check`` prints."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, order=True, slots=True)
class Row:
    """One entity."""

    source: str
    entity: str
    state: str
    unit: str
    updated: str

    @classmethod
    def of(cls, source: str, state: dict[str, Any]) -> Self:
        """Return the row of a state as Home Assistant's REST API gives it."""
        return cls(
            source=source,
            entity=state["entity_id"],
            state=state["state"],
            unit=state["attributes"].get("unit_of_measurement") or "",
            updated=state["last_reported"][:19],
        )

    @property
    def is_measured(self) -> bool:
        """Return whether it shows a number with a unit."""
        with suppress(ValueError):
            float(self.state)
            return bool(self.unit)
        return False


def measured(rows: Iterable[Row]) -> set[str]:
    """Return the sources that have delivered at least one measured value."""
    return {row.source for row in rows if row.is_measured}


def table(rows: Iterable[Row]) -> str:
    """Return the rows as columns under their names."""
    lines = [("source", "entity", "state", "unit", "last update")]
    lines += [(row.source, row.entity, row.state, row.unit, row.updated) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
