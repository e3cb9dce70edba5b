"""The months with their state: closed, open, tried, reopened, and stale by how much."""
