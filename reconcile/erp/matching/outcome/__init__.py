"""What a matching means: for the workbook, for the terminal, and for the state store."""
