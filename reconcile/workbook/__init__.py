"""The workbook: the only room that knows xlsx. It writes exports and reads them back."""
