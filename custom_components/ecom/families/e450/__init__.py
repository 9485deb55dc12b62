"""Landis+Gyr E450 smart meters, read over their customer interface."""
