"""What was supplied, put into lines, divided among members, and written as a statement."""
