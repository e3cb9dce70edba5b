"""The manifest of a pack: its files with their SHA-256, so that a folder can be checked without the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.close.frozen import Frozen
from reconcile.errors import ConfigurationError

MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class FolderCheck:
    """A folder compared with its manifest.

    differing: files of other content. missing: files that are gone. others: files that are not of the pack.
    """

    period: str
    close_id: str
    count: int
    differing: tuple[str, ...]
    missing: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every file of the pack is there as it was written."""
        return not self.differing and not self.missing

    def as_text(self) -> Iterator[str]:
        """What was found, a line each."""
        for words, names in (
            ("differs", self.differing),
            ("is missing", self.missing),
            ("is not of the pack", self.others),
        ):
            yield from (f"{name} {words}" for name in names)
        state = f"all {self.count} files are as they were written" if self.is_whole else "it was changed"
        yield f"{self.period}  {self.close_id}  {state}"


def write_manifest(folder: Path, frozen: Frozen) -> None:
    """Writes the manifest of the files in a folder."""
    files = {
        path.name: {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.name != MANIFEST
    }
    told = {"version": 1, "close_id": frozen.close_id, "period": str(frozen.period), "files": files}
    (folder / MANIFEST).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def check_folder(folder: Path) -> FolderCheck:
    """Compares a folder with its manifest. Raises ConfigurationError where it has none that can be read."""
    path = folder / MANIFEST
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        sums: Mapping[str, str] = {name: str(file["sha256"]) for name, file in told["files"].items()}
        period, close_id = str(told["period"]), str(told["close_id"])
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{path} is not the manifest of a close pack.") from error
    there = {one.name for one in folder.iterdir() if one.is_file()} - {MANIFEST}
    return FolderCheck(
        period,
        close_id,
        len(sums),
        tuple(sorted(name for name in sums.keys() & there if sha256_of(folder / name) != sums[name])),
        tuple(sorted(sums.keys() - there)),
        tuple(sorted(there - sums.keys())),
    )


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
