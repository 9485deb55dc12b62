"""Tests of the page of a WES."""
