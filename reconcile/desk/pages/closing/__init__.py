"""The close at the desk: made, reviewed, and what comes after it."""
