"""The manifest of a pack: its files with their SHA-256, so that a folder can be checked without the store."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from reconcile.close.frozen import Frozen

MANIFEST: Final = "manifest.json"
CLOSE_STAMP: Final = "manifest.tsr"
"""The time stamp over the manifest; not named in it with its hash, since it is made after."""


def write_manifest(folder: Path, frozen: Frozen) -> None:
    """Writes the manifest of the files in a folder."""
    files = {
        path.name: {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.name != MANIFEST
    }
    told: dict[str, Any] = {
        "version": 1,
        "close_id": frozen.close_id,
        "period": str(frozen.period),
        "files": files,
    }
    if frozen.stamped:
        told["stamp"] = CLOSE_STAMP
    (folder / MANIFEST).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
