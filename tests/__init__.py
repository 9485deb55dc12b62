"""Tests of ECOM."""
