"""What a person can ask for, one file per job: plain arguments in, values out."""
