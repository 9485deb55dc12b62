"""Device families: one folder each, registered in ``registry.py``."""
