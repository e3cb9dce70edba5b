"""Costs of obtaining contracts: what is capitalised, amortised and written off."""
