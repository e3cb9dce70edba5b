"""The way to the finance system: bills out, payments in, and which payment paid which payout."""
