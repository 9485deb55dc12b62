"""The DLMS connection: telegrams out of the octets of a customer interface.

How it works
============

A meter of this family talks without being asked. What it pushes is wrapped
five times, and each wrapping has a module of its own, which neither reads nor
waits but turns octets into the next thing inwards:

    octets ── hdlc ──► frames ── gbt ──► units ── security ──► notifications
           ── axdr ──► items ── layouts ──► raw values ── scaling ──► a telegram

1. ``hdlc`` finds frames. Their length field alone says where they end, since
   the flag 7E may stand anywhere inside. A header that fails its check is
   left at once, without waiting for what it claims to follow; a frame that
   fails its check is left right behind its flag, so that a sound frame within
   the octets that it swallowed is found.
2. ``gbt`` puts together what the meter had to cut into blocks. Blocks carry
   numbers and nothing else tells which telegram they belong to; so a wrong
   number refuses the whole telegram, and all that still comes of it. The end
   of a telegram is its last block: meters pause for seconds in the middle,
   and there is no clock in here.
3. ``security`` opens what is ciphered. The encryption key alone decrypts;
   with the authentication key the tag is verified too. A wrong key gives
   random octets, which is how it is told from a damaged telegram.
4. ``axdr`` reads the notification's body, every value with its own type.
5. ``layouts`` says which value belongs to which object: utilities configure
   the same meter in six ways, some without any names, for which ``profiles``
   has the columns.
6. ``scaling`` turns raw numbers into units, as the model demands.

Below the decoder a fault is an exception, ``Refused``, with the kind that is
counted and the sentence that is shown. The decoder turns it into a
``Refusal`` event, so that none leaves it. Each telegram is refused at most
once, for the first thing wrong with it, and never published in part. What a
16-bit check sequence lets through by chance is beyond this layer: one damaged
frame in 65,536 looks sound, and only who knows the values before can object.

All is driven by ``Decoder.receive``. It gives the same events however the
octets are cut into pieces. It holds one frame (2 KiB) and one telegram (64 KiB)
at most, and remembers the last few lists of objects, of at most 512 each.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from . import apdu
from .clock import parse_date_time
from .gbt import BLOCK_TAG, MAX_TELEGRAM, Block, BlockAssembler, read_block
from .hdlc import Frame, FrameReader
from .layouts import recognise
from .obis import ObisCode
from .profiles import CLOCK
from .scaling import Scalers, Scaling, detect_model, meter_id
from .security import Keys, Opener
from .values import MeterTime, Refusal, RefusalKind, Refused, Telegram, Value

type Event = Telegram | Refusal

type _Addresses = tuple[bytes, bytes]
"""Destination and source of a frame, as sent."""

_NO_KEYS = Keys()


class Decoder:
    """Turns octets into telegrams and refusals, whatever the octets.

    ``profile`` is the key of the profile that bare layouts must have;
    ``scalers`` overrides the exponents of ten by quantity. ``frames`` counts
    intact frames, ``telegrams`` good telegrams, ``refusals`` the rest by kind.
    """

    def __init__(
        self,
        *,
        keys: Keys = _NO_KEYS,
        profile: str | None = None,
        scalers: Scalers | None = None,
    ) -> None:
        """Start at the beginning of a stream."""
        self.frames = 0
        self.telegrams = 0
        self.refusals: Counter[RefusalKind] = Counter()
        self._opener = Opener(keys)
        self._profile = profile
        self._scaling = Scaling(scalers or {})
        self._reader = FrameReader()
        self._blocks = BlockAssembler()
        self._segments = b""
        self._addresses: _Addresses = (b"", b"")
        self._events: list[Event] = []

    @property
    def junk(self) -> int:
        """Return how many octets belonged to no frame."""
        return self._reader.junk

    def receive(self, data: bytes) -> list[Event]:
        """Take the next octets; return what they complete. Never raises."""
        self._read(self._reader.receive(data))
        return self._take_events()

    def finish(self) -> list[Event]:
        """Say that the input ends; return what that completes or cuts off. Never raises.

        The decoder then stands at the beginning of a new stream.
        """
        self._read(self._reader.finish())
        self._interrupt()
        return self._take_events()

    def _take_events(self) -> list[Event]:
        events, self._events = self._events, []
        for event in events:
            if isinstance(event, Refusal):
                self.refusals[event.kind] += 1
            else:
                self.telegrams += 1
        return events

    def _read(self, outcomes: Iterator[Frame | Refused]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Frame):
                self.frames += 1
                self._read_frame(outcome)
                continue
            self._refuse(outcome, self._blocks.head)
            # A header that fails may be noise between two blocks. A frame that
            # was real has taken its part of the telegram with it.
            if outcome.kind in {RefusalKind.FCS, RefusalKind.TRUNCATED}:
                self._blocks.abandon()
                self._segments = b""
            else:
                self._blocks.spoil()

    def _read_frame(self, frame: Frame) -> None:
        if not frame.segmented and not self._segments:
            self._read_units(frame.info, frame[:2])
            return
        data = self._segments + frame.info
        self._segments = b""
        if len(data) > MAX_TELEGRAM:
            self._refuse(Refused(RefusalKind.OVERSIZE, "a segmented telegram never ends"), data)
        elif frame.segmented:
            self._segments = data
        else:
            self._read_units(data, frame[:2])

    def _read_units(self, data: bytes, addresses: _Addresses, *, nested: bool = False) -> None:
        """Read the units of one frame, or those that blocks were put together to."""
        at = 0
        while at < len(data):
            if data.startswith(apdu.LLC, at):
                at += len(apdu.LLC)
            try:
                if data.startswith(BLOCK_TAG, at) and not nested:
                    block, at = read_block(data, at)
                    _check_end(data, at)
                    self._read_block(block, addresses)
                else:
                    if not nested:
                        self._interrupt()
                    telegram, at = self._telegram(data, at, addresses[0])
                    self._events.append(telegram)
            except Refused as refused:
                if not nested:
                    self._blocks.abandon()
                self._refuse(refused, data[at:])
                return
            except Exception as err:  # noqa: BLE001 - the last resort: no input may raise
                self._blocks.abandon()
                what = f"the telegram cannot be read: {type(err).__name__}"
                self._refuse(Refused(RefusalKind.TYPE, what), data[at:])
                return

    def _read_block(self, block: Block, addresses: _Addresses) -> None:
        if block.number == 1:
            self._interrupt()
            self._addresses = addresses
        elif self._blocks.under_way and addresses != self._addresses:
            # It says nothing of the telegram under way, which another meter sends.
            self._refuse(Refused(RefusalKind.GBT, "a block has other addresses"), b"")
            return
        try:
            telegram = self._blocks.add(block)
        except Refused as refused:
            self._refuse(refused, self._blocks.head)
            return
        if telegram is not None:
            self._read_units(telegram, addresses, nested=True)

    def _interrupt(self) -> None:
        try:
            self._blocks.interrupt()
        except Refused as refused:
            self._refuse(refused, self._blocks.head)

    def _refuse(self, refused: Refused, head: bytes) -> None:
        """Add the event for a telegram of which ``head`` is the start."""
        title = apdu.peek_title(head)
        self._events.append(
            Refusal(
                kind=refused.kind,
                detail=refused.detail,
                system_title=title.hex() if title else None,
                encrypted=head.startswith(apdu.CIPHER_TAG),
            )
        )

    def _telegram(self, data: bytes, at: int, destination: bytes) -> tuple[Telegram, int]:
        if not data.startswith(apdu.CIPHER_TAG, at):
            notification, end = _notification(data, at)
            _check_end(data, end)
            return self._build(notification, destination), end
        sealed, end = apdu.read_sealed(data, at)
        _check_end(data, end)
        plain, verified = self._opener.open(sealed, apdu.is_notification)
        notification, plain_end = _notification(plain, 0)
        if plain_end != len(plain):
            raise _surplus(len(plain) - plain_end)
        return self._build(notification, destination, sealed, verified=verified), end

    def _build(
        self,
        notification: apdu.Notification,
        destination: bytes,
        sealed: apdu.Sealed | None = None,
        *,
        verified: bool = False,
    ) -> Telegram:
        body = recognise(notification.body, self._profile)
        model = detect_model(destination, body)
        values, attributes = self._scaling.interpret(body, model)
        return Telegram(
            layout=body.layout,
            profile=body.profile,
            model=model,
            meter_id=meter_id(values),
            system_title=sealed.system_title.hex() if sealed else None,
            invocation_counter=sealed.counter if sealed else None,
            security=sealed.security if sealed else None,
            verified=verified,
            invoke_id=notification.invoke_id,
            header_time=parse_date_time(notification.time, header=True),
            clock=_clock(values),
            values=values,
            attributes=attributes,
        )


def _notification(data: bytes, at: int) -> tuple[apdu.Notification, int]:
    if data.startswith(apdu.NOTIFICATION_TAG, at):
        return apdu.read_notification(data, at)
    tag = data[at : at + 1].hex()
    what = f"unit 0x{tag}" if tag else "nothing"
    raise Refused(RefusalKind.TYPE, f"{what} stands where a telegram should")


def _clock(values: Mapping[ObisCode, Value]) -> MeterTime | None:
    value = values.get(CLOCK)
    return value.raw if value and isinstance(value.raw, MeterTime) else None


def _check_end(data: bytes, at: int) -> None:
    """Raise Refused (``length``) unless data ends at ``at`` or a next unit begins there."""
    if at < len(data) and not data.startswith(apdu.LLC, at):
        raise _surplus(len(data) - at)


def _surplus(octets: int) -> Refused:
    return Refused(RefusalKind.LENGTH, f"{octets} octets follow the end of the telegram")
