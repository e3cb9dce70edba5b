"""How closes of the first version of the numbers are made: kept so that they still come out the same."""
