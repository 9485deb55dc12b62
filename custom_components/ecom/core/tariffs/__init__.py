"""What energy costs and when: contracts as data, and the prices that follow from them."""
