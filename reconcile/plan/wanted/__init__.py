"""What people want of a plan: changes, and the rows for new lines and payouts."""
