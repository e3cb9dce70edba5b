"""Statements for partners: what a period's close says of one partner, and of no other."""
