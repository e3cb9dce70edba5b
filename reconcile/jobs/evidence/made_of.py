"""What a plan was made of, as evidence keeps it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reconcile.domain.snapshot import Snapshot
from reconcile.plan.build import Circumstances
from reconcile.plan.sources import OwnWork


@dataclass(frozen=True, slots=True)
class FileAsRead:
    """A workbook when it was read. name: in the plan. sha256, size: of its bytes then."""

    path: Path
    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class MadeOf:
    """What a plan was made of. undoes: the run that it sets back; empty for a plan of workbooks."""

    live: Snapshot
    given: Circumstances
    files: tuple[FileAsRead, ...] = ()
    own: tuple[OwnWork, ...] = ()
    kept: tuple[bool, ...] = ()
    undoes: str = ""


def file_as_read(path: Path) -> FileAsRead:
    """The hash of a workbook before it is read. One that cannot be read has none: reading says why."""
    with suppress(OSError):
        # A pipe would be waited for.
        if path.is_file():
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return FileAsRead(path, path.name, digest, path.stat().st_size)
    return FileAsRead(path, path.name, "", 0)
