"""The sub-ledger of a close: dated entries, what is open, and what moved between two closes."""
