"""What is true of energy: pure Python, no Home Assistant, no I/O, no clock."""
