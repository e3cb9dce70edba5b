"""Round-trips Introw payouts through an Excel workbook and applies the edits exactly once."""

__version__ = "0.1.0"
