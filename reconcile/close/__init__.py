"""Month end: checks, roll-forward, accruals, aging, flux, and the pack that keeps the evidence."""
