"""How an export is split into workbooks, and who gets which."""
