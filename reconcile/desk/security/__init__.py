"""Who is let in, for how long, and what a request must carry."""
