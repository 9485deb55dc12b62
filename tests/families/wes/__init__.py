"""Tests of the integration, in the folders of what they test."""
