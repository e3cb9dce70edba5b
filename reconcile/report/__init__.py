"""What a plan or a run says to a person: one report value, several renderings."""
