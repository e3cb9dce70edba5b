"""Who signed a close, and the numbers that the signatures are of."""
