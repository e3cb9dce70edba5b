"""The first setup, the API key, and which configuration files are trusted."""
