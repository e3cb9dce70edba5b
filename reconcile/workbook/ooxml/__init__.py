"""The Open XML file format: packages, parts, rows and texts in and out. Knows no payout."""
