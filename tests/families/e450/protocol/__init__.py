"""Tests of the protocol of the customer interface."""
