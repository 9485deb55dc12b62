"""Meross plugs, strips and meters, over the local network alone."""
