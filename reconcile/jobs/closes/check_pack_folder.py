"""Checks the folder of a close pack against its manifest and its time stamp, without the store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconcile.errors import ConfigurationError
from reconcile.jobs.closes.pack_manifest import CLOSE_STAMP, MANIFEST, sha256_of
from reconcile.jobs.evidence.stamps import (
    StampFound,
    check_stamp,
    no_stamp,
    read_roots,
    trusted_roots,
)
from reconcile.jobs.session import Session
from reconcile.stamp.token import Roots


@dataclass(frozen=True, slots=True)
class FolderCheck:
    """A folder compared with its manifest.

    differing: files of other content. missing: files that are gone. others: files that are not of the pack.
    stamp: what its time stamp proves.
    """

    period: str
    close_id: str
    count: int
    differing: tuple[str, ...]
    missing: tuple[str, ...]
    others: tuple[str, ...]
    stamp: StampFound = field(default_factory=StampFound)

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
        yield from self.stamp.proved
        yield from (f"Not proved: {one}" for one in self.stamp.open)


def check_pack_folder(session: Session, folder: Path, roots: Path | None = None) -> FolderCheck:
    """Checks a folder. roots: a file of root certificates; without it the one that the settings name."""
    return check_folder(folder, read_roots(roots) if roots else trusted_roots(session.settings))


def check_folder(folder: Path, roots: Roots | None = None) -> FolderCheck:
    """Compares a folder with its manifest, and checks its time stamp. roots: that are trusted, if any.

    Raises ConfigurationError where it has no manifest that can be read.
    """
    path = folder / MANIFEST
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        sums: Mapping[str, str] = {name: str(file["sha256"]) for name, file in told["files"].items()}
        stamps = {CLOSE_STAMP} if told.get("stamp") == CLOSE_STAMP else set()
        period, close_id = str(told["period"]), str(told["close_id"])
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{path} is not the manifest of a close pack.") from error
    there = {one.name for one in folder.iterdir() if one.is_file()} - {MANIFEST}
    named, stamp = sums.keys() | stamps, StampFound() if stamps else no_stamp(roots)
    if stamps & there:
        content = (folder / CLOSE_STAMP).read_bytes()
        stamp = check_stamp(content, path.read_bytes(), roots, CLOSE_STAMP, MANIFEST)
    return FolderCheck(
        period,
        close_id,
        len(sums),
        tuple(sorted(name for name in sums.keys() & there if sha256_of(folder / name) != sums[name])),
        tuple(sorted(named - there)),
        tuple(sorted(there - named)),
        stamp,
    )
