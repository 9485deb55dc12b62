"""How every switch is switched: sent, read back, sent once more if it was lost, and reported.

This module is pure. A command whose answer is lost may have been done, so that
only what is read back decides.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from .errors import CannotConnect, DeviceError, InvalidAuth, Why

TRIES: Final = 2


async def switch_and_confirm(
    send: Callable[[bool], Awaitable[None]],
    read_back: Callable[[], Awaitable[bool | None]],
    on: bool,  # noqa: FBT001 - the one argument is what it does
) -> None:
    """Switch, and return once ``read_back`` says so; raise DeviceError otherwise.

    ``send`` raises CannotConnect if its answer is lost, InvalidAuth if the
    account may not, and DeviceError if the device refuses; ``read_back``
    returns None if nothing can be read, and raises nothing of ECOM's.
    """
    found: bool | None = None
    for _ in range(TRIES):
        try:
            await send(on)
        except InvalidAuth as err:
            raise DeviceError("the key or the account allows no commands", Why.FORBIDDEN) from err
        except CannotConnect:
            pass
        found = await read_back()
        if found is on:
            return
    if found is None:
        raise DeviceError("whether it was switched cannot be told", Why.UNCONFIRMED)
    raise DeviceError(f"was asked to be {'on' if on else 'off'}, and is not")
