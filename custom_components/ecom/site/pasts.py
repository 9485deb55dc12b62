"""What has counted each meter, and when."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from homeassistant.util import dt as dt_util

from ..core.timeline import to_ms
from .meters import MeterConfig
from .quarter_store import Segment, Segments

DRAWN, FED = "drawn", "fed"
SIGNS: Final = {DRAWN: 1, FED: -1}
OPPOSITE: Final = {DRAWN: FED, FED: DRAWN}


def account_key(port: str, direction: str) -> str:
    """Return the key of a meter's account, by the direction that its port has."""
    return f"{port}#{direction}"


def account_of(config: MeterConfig, direction: str) -> str:
    """Return the key of a meter's account, by the direction in the site's sign."""
    return account_key(config.port, OPPOSITE[direction] if config.inverted else direction)


def is_made(series: str) -> bool:
    """Return whether a series is made of power, and of no counter."""
    return series.endswith(tuple(f"#{direction}" for direction in SIGNS))


class Pasts:
    """The times of all meters, by the name of their port."""

    def __init__(self, known: dict[str, Segments]) -> None:
        """Take what is stored."""
        self._known = known
        self._changed: set[str] = set()

    def of(self, config: MeterConfig) -> Segments:
        """Return what has counted a meter and when, by ``drawn`` and ``fed``.

        A meter that is turned round has its past turned round as well.
        """
        known = self._known.get(config.port, {})
        if not config.inverted:
            return known
        return {OPPOSITE[direction]: times for direction, times in known.items()}

    def of_account(self, key: str) -> list[Segment]:
        """Return what has counted for an account and when."""
        name, _, direction = key.rpartition("#")
        return self._known.get(name, {}).get(direction, [])

    def registers(self, account: str) -> Segments:
        """Return when each register has counted for an account, by the register's port."""
        return self._known.get(account, {})

    def moved(self, old: str, new: str) -> None:
        """Let what counted a meter go on as its past, now that it reads another port."""
        if not self._known.get(new) and (past := self._known.pop(old, None)) is not None:
            self._known[new] = past
            self._changed |= {old, new}

    def note(
        self, name: str, keys: Mapping[str, str], *, before: bool = True, now: int | None = None
    ) -> None:
        """Note what counts a meter from now on, if that is something else than before.

        What counts it first has counted it ``before`` as well, if it counted at all. ``now``
        is another moment than this one, in ms.
        """
        known = self._known.setdefault(name, {})
        now = to_ms(dt_util.utcnow()) if now is None else now
        for direction in dict.fromkeys([*known, *keys]):
            times = known.setdefault(direction, [])
            current = times[-1].key if times and times[-1].until is None else None
            if current == keys.get(direction):
                continue
            if current is not None:
                times[-1] = replace(times[-1], until=now)
            if direction in keys:
                since = 0 if before and not times else now
                times.append(Segment(key=keys[direction], since=since))
            self._changed.add(name)

    def since(self, name: str, direction: str) -> int:
        """Return since when a direction of a meter is counted by what counts it now, in ms."""
        return self._known[name][direction][-1].since

    def drain(self) -> dict[str, Segments]:
        """Return the times of the meters that have changed, to be stored."""
        changed, self._changed = self._changed, set()
        return {name: self._known.get(name, {}) for name in changed}

    def put_back(self, names: Mapping[str, Segments]) -> None:
        """Take back what could not be stored."""
        self._changed |= set(names)
