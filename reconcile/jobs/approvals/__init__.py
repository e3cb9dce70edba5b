"""Approval by a second person: asked for, given, refused, listed and used."""
