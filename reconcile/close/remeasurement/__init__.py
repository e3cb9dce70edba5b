"""Open balances in other currencies, measured in the currency of the books."""
