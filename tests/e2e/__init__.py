"""End to end: a real Home Assistant 2026.11 in a process of its own."""
