"""Payments in: the files of banks and finance systems."""
