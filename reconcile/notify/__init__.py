"""Notices on their way to people: texts in each target's markup, and the sending of them."""
