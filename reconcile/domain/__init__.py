"""The words of the trade as frozen values and small pure functions."""
