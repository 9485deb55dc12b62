"""Tests of what energy costs and who used it."""
