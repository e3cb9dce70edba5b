"""The key of the desk: made once, kept in a file that only its owner can read."""

from __future__ import annotations

from pathlib import Path

from reconcile.atomic import make_folder, write_text
from reconcile.people.keys import SigningKey, new_private_key, read_signing_key


def desk_key_of(file: Path) -> SigningKey:
    """The private key in a file, which is made where it is not there.

    Whoever can read this file can sign as anybody who may sign in at the desk. Raises ConfigurationError.
    """
    if not file.exists():
        make_folder(file.parent)
        write_text(file, new_private_key(), private=True)
    return read_signing_key(file, lambda: "")
