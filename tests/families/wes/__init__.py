"""Tests of the WES family."""
