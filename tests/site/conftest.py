"""Fixtures of the Site's tests."""

from tests.families.e450.conftest import meter

__all__ = ["meter"]
