"""Checks and helpers of this repository; none of it is shipped."""
