"""Exports of the general ledger: trial balances and account transactions, as finance systems write them."""
