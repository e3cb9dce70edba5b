"""What no single record shows: conflicts and rules across records, workbooks and live."""
