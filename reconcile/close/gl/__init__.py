"""The close against the general ledger: what each account should show, what it shows, and why they differ."""
