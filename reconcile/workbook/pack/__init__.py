"""Tables with a cover: the workbook of a close, and plain tables."""
