"""Typed errors, raised at the edge and translated at Home Assistant's border.

This module is pure: clients, ``core`` and scripts raise and catch these
without Home Assistant. A message never holds a key, a password or a token.
"""


class EcomError(Exception):
    """Base of every error that ECOM raises on purpose."""


class CannotConnect(EcomError):
    """The device or its port cannot be reached, or does not answer in time."""


class InvalidAuth(EcomError):
    """The device refused the key, the password or the account it was given."""


class DeviceError(EcomError):
    """The device was reached and refused, or did not confirm, a command."""


class Unsupported(EcomError):
    """The device is of a kind, or speaks a version, that ECOM does not know."""
