"""What lies in a folder that others fill: which files are workbooks, and which are there as a whole.

Folders that a program syncs have files that still arrive, lock files of Excel and LibreOffice, and copies
of files that two people saved at once.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.errors import ConfigurationError

_ENDINGS: Final = (".xlsx", ".xlsm")
# What Excel, LibreOffice and the programs that sync put beside a file while it is open or arrives.
_BESIDE: Final = ("~$", ".~lock.", "~", ".")
_MOST: Final = 5_000
# How Dropbox, Syncthing, Nextcloud and others call the file that lost; OneDrive appends the computer's name,
# Google Drive a number.
_CONFLICT: Final = re.compile(
    r"conflicted copy|sync-conflict|\(conflict|-conflict-|-(desktop|laptop|pc)-\w+|\([0-9]+\)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """A file as it was seen. Two equal sights, some seconds apart, show a file at rest."""

    size: int
    changed: int
    number: int


def look(folder: Path) -> dict[Path, Sight]:
    """The workbooks in a folder, by name; links, devices and files of no content yet are left out.

    Raises ConfigurationError where it cannot be read, or has too many files.
    """
    try:
        with os.scandir(folder) as entries:
            names = [one.name for one, _ in zip(entries, range(_MOST + 1), strict=False)]
    except OSError as error:
        raise ConfigurationError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    if len(names) > _MOST:
        raise ConfigurationError(f"The folder {folder} has more than {_MOST:,} files. Watch a smaller one.")
    found = {folder / name: _sight(folder / name) for name in sorted(names) if is_workbook(name)}
    return {file: sight for file, sight in found.items() if sight}


def at_rest(before: Mapping[Path, Sight], after: Mapping[Path, Sight]) -> list[Path]:
    """The files that did not change between two looks."""
    return [file for file, sight in after.items() if before.get(file) == sight]


def is_workbook(name: str) -> bool:
    """Whether a name is that of a workbook that somebody put there."""
    return name.lower().endswith(_ENDINGS) and not name.startswith(_BESIDE)


def is_conflict_copy(name: str) -> bool:
    """Whether a program that syncs seems to have made this copy, since two people saved the same file."""
    return _CONFLICT.search(Path(name).stem) is not None


def _sight(file: Path) -> Sight | None:
    try:
        found = file.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode) or found.st_size == 0:
        return None
    return Sight(found.st_size, found.st_mtime_ns, found.st_ino)
