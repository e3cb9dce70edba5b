"""What the text of a cell means: a number that a person typed, or what a program made of a value."""
