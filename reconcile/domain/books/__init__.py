"""What the finance system has booked, as far as a close compares itself with it."""
