"""Typed errors, raised at the edge and translated at Home Assistant's border.

This module is pure: clients, ``core`` and scripts raise and catch these
without Home Assistant. A message never holds a key, a password or a token.
"""

from enum import StrEnum


class EcomError(Exception):
    """Base of every error that ECOM raises on purpose."""


class CannotConnect(EcomError):
    """The device or its port cannot be reached, or does not answer in time."""


class InvalidAuth(EcomError):
    """The device refused the key, the password or the account it was given."""


class Why(StrEnum):
    """Why a command was not done, as a person is told in their language."""

    REFUSED = "refused"  # The device was reached, and is as it was.
    UNCONFIRMED = "unconfirmed"  # It cannot be told whether it was done.
    FORBIDDEN = "forbidden"  # The account or the key allows no commands.


class DeviceError(EcomError):
    """The device refused, or did not confirm, a command."""

    def __init__(self, message: str, why: Why = Why.REFUSED) -> None:
        """Keep the English message for logs, and the reason for people."""
        super().__init__(message)
        self.why = why


class Unsupported(EcomError):
    """The device is of a kind, or speaks a version, that ECOM does not know."""
