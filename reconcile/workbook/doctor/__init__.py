"""Examines and repairs a workbook."""
