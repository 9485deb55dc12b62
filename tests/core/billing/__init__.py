"""Tests of bills, of what members bear, and of statements."""
