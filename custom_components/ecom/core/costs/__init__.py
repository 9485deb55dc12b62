"""What energy costs, and who used it."""
