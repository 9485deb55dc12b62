"""Tests of the repository's own checks: each one must fail on a bad copy."""
