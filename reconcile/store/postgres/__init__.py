"""The state of a team: a store in a PostgreSQL database."""
