"""Which series count a meter, and the account that each of them feeds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..core.quarters import Mark
from ..ports import AnyPort, Kind
from .accounts import Source
from .directory import PortDirectory
from .meters import KINDS, MeterConfig
from .pasts import DRAWN, FED, OPPOSITE, SIGNS, Pasts, account_key, account_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Counting:
    """A series of a meter: its port, the ``sign`` if it is made of power, and what it feeds."""

    key: str
    port: AnyPort
    kind: Kind
    sign: int = 0
    source: Source | None = None


type Stood = Callable[[str], Mark | None]
"""Says where a counter was read last."""


def counting(
    directory: PortDirectory,
    pasts: Pasts,
    config: MeterConfig,
    bands: Mapping[str, str],
    stood: Stood,
) -> Iterator[Counting]:
    """Yield each series of a meter whose port is there, and note that it counts.

    Registers of ``bands``, by port, feed the account of what is drawn instead of the counter
    of the total, from where that ``stood`` last.
    """
    kind = KINDS[config.role]
    power = directory.resolve(config.port, kind, config.valid_for)
    if power is None or power.kind is not kind:
        return
    keys = _keys(directory, config)
    made = {direction: f"{config.port}#{direction}" for direction in SIGNS}
    pasts.note(config.port, keys or made)
    registered = account_of(config, DRAWN) if bands else None

    def source(key: str, direction: str) -> Source | None:
        account = account_key(config.port, direction)
        since = pasts.since(config.port, direction)
        if account == registered:
            return None
        return Source(key=key, account=account, made=not keys, since=since)

    for direction, key in keys.items():
        counts = kind if key == config.port else Kind.ENERGY
        port = directory.resolve(key, counts, config.valid_for)
        if port is not None and port.kind is counts:
            yield Counting(key=key, port=port, kind=counts, source=source(key, direction))
    for direction, key in made.items() if not keys else ():
        yield Counting(
            key=key,
            port=power,
            kind=Kind.ENERGY,
            sign=SIGNS[direction],
            source=source(key, direction),
        )
    account = account_of(config, DRAWN)
    total = stood(keys.get(account.rpartition("#")[2], ""))
    now = None if total is None else total.at
    # What they counted before they were named has been counted by the total.
    pasts.note(account, {key: key for key in bands}, before=False, now=now)
    yield from _registers(directory, pasts, config, bands)


def _registers(
    directory: PortDirectory, pasts: Pasts, config: MeterConfig, bands: Mapping[str, str]
) -> Iterator[Counting]:
    """Yield the registers of a meter that are there."""
    account = account_of(config, DRAWN)
    for key, band in bands.items():
        port = directory.resolve(key, Kind.ENERGY, config.valid_for)
        if port is not None and port.kind is Kind.ENERGY:
            since = pasts.since(account, key)
            source = Source(key=key, account=account, band=band, since=since)
            yield Counting(key=key, port=port, kind=Kind.ENERGY, source=source)


def _keys(directory: PortDirectory, config: MeterConfig) -> dict[str, str]:
    """Return what counts a meter by direction, as its port has it, whichever way it is."""
    counters = config.counters(directory)
    counted = {DRAWN: counters.imported, FED: counters.exported}
    return {
        OPPOSITE[direction] if config.inverted else direction: key
        for direction, key in counted.items()
        if key is not None
    }
