"""Shelly devices of the second generation and later, by their own push."""
