"""Checks of the setup and of a workbook, each with what to do."""
