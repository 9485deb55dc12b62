"""What counts each power of an E450, and at which rates."""

from collections.abc import Collection, Mapping

from ...ports import Counters
from .models import MeterState


def counters_of(
    uid: str, net: str, state: MeterState, ports: Collection[str]
) -> Mapping[str, Counters]:
    """Return what counts each power port: that of key ``net``, and each direction of it."""

    def named(name: str) -> str | None:
        """Return the key of the port of a register, None while there is none."""
        return next((key for key, _ in registers(name)), None)

    def registers(name: str) -> list[tuple[str, int | None]]:
        """Return the ports of the registers of a name, each with its rate."""
        return [
            (key, track.register.tariff)
            for code, track in state.tracks.items()
            if track.register is not None
            and track.register.name == name
            and (key := f"{uid}/{code}") in ports
        ]

    drawn, fed = named("energy_import"), named("energy_export")
    rates = {key: str(rate) for key, rate in registers("energy_import_tariff")}
    if len(rates) == 1:
        rates = {}  # One alone divides nothing.
    found: dict[str, Counters] = {}
    if net in ports:
        found[net] = Counters(imported=drawn, exported=fed, registers=rates)
    for name, counter in (("power_import", drawn), ("power_export", fed)):
        if power := named(name):
            found[power] = Counters(imported=counter)
    return found
