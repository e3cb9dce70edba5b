"""Secrets of the desk: made here, and kept only as hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_secret() -> str:
    """A secret that is not guessed: 256 bits."""
    return secrets.token_urlsafe(32)


def key_of(secret: str) -> str:
    """The hash under which a secret is kept. Fast on purpose: what is hashed cannot be guessed."""
    return hashlib.sha256(f"kept:{secret}".encode()).hexdigest() if secret else ""


def write_token(secret: str) -> str:
    """What a page's forms carry, so that no other site can write: it follows from the cookie, one way."""
    return hashlib.sha256(f"write:{secret}".encode()).hexdigest() if secret else ""


def is_same(given: str, wanted: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing."""
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())
