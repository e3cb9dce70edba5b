"""What only the server for assistants asks for."""
