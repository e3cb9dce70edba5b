"""What the sandbox holds: payouts, lines, partners and batches in SQLite, and what happens to them."""
