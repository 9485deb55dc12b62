"""Tests of the Shelly."""
