"""Closes of a period: made, listed, checked again, and what moved since."""
