"""Runs: plans carried out, finished, set aside, undone and looked at."""
