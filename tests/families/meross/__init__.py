"""Tests of the Meross family."""
