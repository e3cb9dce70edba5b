"""What only the desk asks for: what it keeps in the state store."""
