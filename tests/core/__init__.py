"""Tests of what is true of energy."""
