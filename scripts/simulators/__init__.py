"""Simulated devices: real sockets and ptys on loopback, built on the families' protocols."""
