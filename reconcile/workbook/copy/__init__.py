"""What is written into a copy of a person's workbook: results, review marks, comments."""
