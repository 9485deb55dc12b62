"""Cartelectronic WES servers, one house or a building of many."""
