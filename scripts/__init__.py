"""Development scripts of this repository; none of it is shipped."""
