"""Validates a workbook that came back: schemas per column, rules across fields, identity of rows."""
