"""A first visit to a server: that it is one, which account opens it, and what it has."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, override

from ...errors import CannotConnect, InvalidAuth
from .client import Address, WesClient
from .protocol import Kind, Point, Quantity, Report
from .protocol.page import read


class Account(NamedTuple):
    """A user name and a password; its text shows neither."""

    username: str | None
    password: str | None

    @override
    def __repr__(self) -> str:
        """Return nothing secret."""
        return "Account(…)"


NOBODY = Account(None, None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a server says of itself."""

    report: Report
    account: Account = field(repr=False)
    admin: bool
    mac: str | None

    @property
    def meter_ids(self) -> list[str]:
        """Return the numbers (ADCO) of the meters on its Téléinfo inputs, in their order."""
        return [
            str(value)
            for point, value in sorted(self.report.values.items())
            if point.quantity is Quantity.METER_ID
        ]

    @property
    def uid(self) -> str | None:
        """Return its unique id: of its MAC, else of its first meter; None without either."""
        name = self.mac or next(iter(self.meter_ids), None)
        return None if name is None else f"wes:{name}"

    def numbers(self, kind: Kind, quantity: Quantity) -> list[int]:
        """Return the inputs of a kind whose quantity is there and not zero."""
        return sorted(
            point.number
            for point, value in self.report.values.items()
            if (point.kind, point.quantity) == (kind, quantity) and value
        )

    def value(self, kind: Kind, number: int, quantity: Quantity) -> object:
        """Return one value, None where it is not stated."""
        return self.report.values.get(Point(kind, number, quantity))


async def visit(address: Address, accounts: Sequence[Account]) -> Found:
    """Return what a server says to the first account that opens it.

    Raises Unsupported if it is no WES, InvalidAuth if no account opens it,
    CannotConnect if it cannot be reached or says nothing that can be read.
    """
    stranger = WesClient(address)
    try:
        await stranger.identify()
    finally:
        await stranger.close()
    for account in (*accounts, NOBODY):
        client = WesClient(address, *account)
        try:
            return await _look(client, account)
        except InvalidAuth:
            continue
        finally:
            await client.close()
    raise InvalidAuth("no account was accepted")


async def _look(client: WesClient, account: Account) -> Found:
    """Read the page, the account's rights and the MAC."""
    report = read(await client.page())
    if not report.values:
        raise CannotConnect("the page holds nothing that can be read")
    return Found(
        report=report, account=account, admin=await client.is_admin(), mac=await client.mac()
    )
