"""What a run takes, before it begins: what it reads and when, counted in calls and seconds."""
