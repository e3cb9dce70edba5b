"""Lines on a terminal, and findings as such lines."""
