"""Whether a new line was made before: what is like it, and the question to a person."""
