"""A quarter or a year, rolled up from the closes of its months."""
