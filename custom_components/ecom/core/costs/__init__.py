"""What was used when, by band, and what it costs."""
