"""Tests of contracts and prices."""
