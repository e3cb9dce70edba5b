"""The readers: one file per format, each from the bytes of a file to payments with their places."""
