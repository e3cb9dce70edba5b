"""Exported workbooks after they went out."""
