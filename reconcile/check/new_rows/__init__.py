"""The rules for rows that stand for a record to be made."""
