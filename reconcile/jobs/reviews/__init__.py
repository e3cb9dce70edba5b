"""Review workbooks: a plan beside the edits that it was made of."""
