"""The server for assistants: tools that read, propose and ask. None writes to Introw, and none approves."""
