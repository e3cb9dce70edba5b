"""Workbooks that arrive in a folder: checked, their plan prepared, people told. Never applied."""
