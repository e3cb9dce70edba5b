"""What a workbook holds: sheets, columns, names, and what a row carries."""
