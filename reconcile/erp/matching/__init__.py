"""Matches payments with payouts."""
