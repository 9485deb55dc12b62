"""The relays, inputs and virtual switches of a simulated WES, and the commands to them."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from scripts.simulators.wes_faults import FLIPS_AFTER, LATE, Fault
from scripts.simulators.wes_page import Firmware, Page, Section

ON_BOARD: Final = (1, 2)
CARD: Final = range(101, 109)
ALL_ON_BOARD: Final = 9
_CARD_SIZE: Final = 10
_ALL_OF_CARD: Final = 9

_RELAY: Final = re.compile(r"rl(\d+)=(on|off)")
_TOGGLE: Final = re.compile(r"frl=(\d+)")
_SWITCH: Final = re.compile(r"(?:vs|sw)(\d+)=(on|off)")
_SWITCH_TOGGLE: Final = re.compile(r"f(?:vs|sw)=(\d+)")


@dataclass(slots=True)
class Outputs:
    """What is on and off; tests may change the dictionaries as they like."""

    relays: dict[int, bool]
    switches: dict[int, bool]
    inputs: dict[int, bool]
    _later: list[tuple[datetime, int, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, firmware: Firmware) -> Outputs:
        """Return those of a firmware, all off."""
        cards = CARD if firmware is Firmware.FULL else ()
        switches = 8 if firmware is Firmware.V061 else 24
        return cls(
            relays=dict.fromkeys((*ON_BOARD, *cards), False),
            switches=dict.fromkeys(range(1, switches + 1), False),
            inputs=dict.fromkeys((1, 2), False),
        )

    def settle(self, now: datetime) -> None:
        """Let happen what is due by now."""
        for due, number, on in [each for each in self._later if each[0] <= now]:
            self._later.remove((due, number, on))
            self.relays[number] = on

    def command(self, query: str, faults: Collection[Fault], now: datetime) -> None:
        """Do what a query says; nothing happens to what is not there, as on the device."""
        query = query.lower()
        if found := _RELAY.search(query):
            for number in self._meant(int(found[1])):
                self._switch(number, found[2] == "on", faults, now)
        elif (found := _TOGGLE.search(query)) and (number := int(found[1])) in self.relays:
            self._switch(number, not self.relays[number], faults, now)
        elif (found := _SWITCH.search(query)) and (number := int(found[1])) in self.switches:
            self.switches[number] = found[2] == "on"
        elif (found := _SWITCH_TOGGLE.search(query)) and (number := int(found[1])) in self.switches:
            self.switches[number] = not self.switches[number]

    def relay_sections(self) -> Page:
        """Return the sections that state the relays, which a command also answers."""
        cards = {number: on for number, on in self.relays.items() if number >= CARD[0]}
        found = {"relais": _words("RELAIS", {n: self.relays[n] for n in ON_BOARD})}
        return found | ({"relais1W": _words("RELAIS", cards)} if cards else {})

    def input_section(self) -> Section:
        """Return the inputs."""
        return _digits("ENTREE", self.inputs)

    def switch_section(self) -> Section:
        """Return the virtual switches."""
        return _digits("SWITCH", self.switches)

    def _meant(self, number: int) -> Iterable[int]:
        """Return the relays that a number stands for: one, both, or a whole card."""
        if number == ALL_ON_BOARD:
            return ON_BOARD
        first, place = divmod(number, _CARD_SIZE)
        if number > CARD[0] and place == _ALL_OF_CARD:
            return [each for each in self.relays if each // _CARD_SIZE == first]
        return [number] if number in self.relays else []

    def _switch(self, number: int, on: bool, faults: Collection[Fault], now: datetime) -> None:  # noqa: FBT001 - private
        if Fault.RELAY_REFUSES in faults:
            return
        if Fault.RELAY_LATE in faults:
            self._later.append((now + LATE, number, on))
            return
        self.relays[number] = on
        if Fault.RELAY_FLIPS in faults:
            self._later.append((now + FLIPS_AFTER, number, not on))


def _words(tag: str, states: Mapping[int, bool]) -> Section:
    return {f"{tag}{number}": "ON" if on else "OFF" for number, on in states.items()}


def _digits(tag: str, states: Mapping[int, bool]) -> Section:
    return {f"{tag}{number}": str(int(on)) for number, on in states.items()}
