"""Writes the workbook of an export."""
