"""Statements of approval, as the state store keeps them."""
