"""Runs that the desk starts: each the same command as on a terminal, in a process of its own."""
