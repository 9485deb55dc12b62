"""What switches a meter, switching it, and noticing a hand on it."""

import asyncio
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial

from homeassistant.core import callback

from ..errors import DeviceError
from ..ports import Kind, Reading, SwitchPort, Unsubscribe
from ..runtime import EcomConfigEntry
from .directory import PortDirectory
from .limit_state import LimitState
from .meters import MeterConfig

type Touched = Callable[[str], None]
"""Is told the id of a meter that somebody has switched on."""


class LimitSwitches:
    """Switches meters off and on; the user's hand wins."""

    def __init__(self, entry: EcomConfigEntry, directory: PortDirectory, touched: Touched) -> None:
        """Find ports in a directory, and remember whom to tell of a hand."""
        self._entry = entry
        self._directory = directory
        self._touched = touched
        self._watched: dict[str, Unsubscribe] = {}

    async def settle(self, state: LimitState) -> list[str]:
        """Switch what is due and owed, as far as it can be now; return what was switched off.

        What is off already is not ours, and what is on already is owed no more. What cannot
        be reached waits for the next time.
        """
        done = await asyncio.gather(*(self._switch_off(state, each) for each in sorted(state.due)))
        await asyncio.gather(*(self._switch_on(state, each) for each in sorted(state.owed)))
        return [each for each in done if each is not None]

    @callback
    def watch(self, meters: Collection[str]) -> None:
        """Notice whoever switches these on, and no others."""
        for meter_id in self._watched.keys() - set(meters):
            self._watched.pop(meter_id)()
        for meter_id in set(meters) - self._watched.keys():
            port = self._port(meter_id)
            if port is None or meter_id in self._watched:
                continue
            heard = partial(self._heard, meter_id)
            self._watched[meter_id] = port.subscribe(heard)
            heard(port.read())

    @callback
    def unwatch(self) -> None:
        """Watch nothing: ports have come or gone."""
        self.watch(())

    def title(self, meter_id: str) -> str:
        """Return what a meter is called."""
        return self._entry.subentries[meter_id].title

    async def _switch_off(self, state: LimitState, meter_id: str) -> str | None:
        port = self._port(meter_id)
        on = None if port is None else port.read().value
        if on is False:
            state.due.discard(meter_id)
        if port is None or not on or not await _command(port, on=False):
            return None
        if meter_id in state.due:
            state.due.discard(meter_id)
            state.off.add(meter_id)
        else:  # The limit was taken back meanwhile.
            state.owed.add(meter_id)
        return meter_id

    async def _switch_on(self, state: LimitState, meter_id: str) -> None:
        if meter_id not in self._entry.subentries:
            state.owed.discard(meter_id)
            return
        port = self._port(meter_id)
        on = None if port is None else port.read().value
        if on or (port is not None and on is False and await _command(port, on=True)):
            state.owed.discard(meter_id)

    def _port(self, meter_id: str) -> SwitchPort | None:
        """Return the port that switches a meter, None while there is none."""
        if (subentry := self._entry.subentries.get(meter_id)) is None:
            return None
        config = MeterConfig.of(subentry)
        key = config.switch or self._directory.switch_beside(config.port)
        if key is None:
            return None
        port = self._directory.resolve(key, Kind.SWITCH, timedelta.max)
        return port if isinstance(port, SwitchPort) else None

    @callback
    def _heard(self, meter_id: str, reading: Reading[bool]) -> None:
        if reading.value:
            self._touched(meter_id)


async def _command(port: SwitchPort, *, on: bool) -> bool:
    """Return whether it was switched; a device that refuses is asked again the next time."""
    try:
        await port.command(on)
    except DeviceError:
        return False
    return True
