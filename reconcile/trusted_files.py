"""Remembers which configuration files of working folders a person trusts, by path and content.

A `reconcile.toml` may come with a folder that somebody sent. It could name another host for the key, another
file as the key, and looser limits. So it is used only after the person who runs the tool said so once.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from platformdirs import user_state_path

from reconcile.atomic import write_text

_APP: Final = "reconcile"
_NAME: Final = "trusted.json"


def is_trusted(file: Path, content: bytes) -> bool:
    """Whether this file was trusted with exactly this content."""
    return _known().get(str(file.resolve())) == _hash(content)


def was_trusted(file: Path) -> bool:
    """Whether this file was trusted, perhaps with other content."""
    return str(file.resolve()) in _known()


def remember(file: Path, content: bytes) -> None:
    """Trusts a file with this content. Raises ConfigurationError where that cannot be written down."""
    known = _known() | {str(file.resolve()): _hash(content)}
    folder = user_state_path(_APP)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_text(folder / _NAME, json.dumps(known, indent=1, sort_keys=True), private=True)


def _known() -> dict[str, str]:
    """The hashes by path. A record that cannot be read trusts nothing."""
    try:
        found = json.loads((user_state_path(_APP) / _NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
