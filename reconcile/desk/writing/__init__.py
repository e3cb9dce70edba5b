"""How the pages write numbers, days and moments. The only place of the desk where a value becomes a text."""
