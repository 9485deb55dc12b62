"""The site in Home Assistant: what its meters say together."""
