"""What people are told, to whom, and what they were told already."""
