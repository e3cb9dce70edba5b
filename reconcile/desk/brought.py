"""Workbooks that people brought, and the plans of them, as the desk keeps them."""

from __future__ import annotations

import json
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.desk.family import Desk
from reconcile.domain.split.split_by import file_names
from reconcile.errors import ConfigurationError
from reconcile.jobs.desk.desk_store import DeskRow
from reconcile.jobs.desk.kept_plan import BroughtIn, as_bytes, from_bytes

BROUGHT, FILE, OUTCOME, CORRECTED = "brought", "brought file", "brought outcome", "corrected file"
_KEPT_SECONDS: Final = 60 * 86_400
MOST_FILES: Final = 20
LARGEST_FILE: Final = 32 << 20
"""Bytes of a workbook at most."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sent it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Brought:
    """Workbooks that came together. key: of their page. names: of the files, safe and all different.

    about: what they are of, where a page made them of something else, such as `payment of bank.xml`.
    """

    key: str
    owner: str
    at: str
    names: tuple[str, ...]
    about: str = ""

    @property
    def title(self) -> str:
        """What people know them by."""
        return self.about[:1].upper() + self.about[1:] if self.about else ", ".join(self.names)


def keep_files(desk: Desk, key: str, owner: str, uploads: Sequence[Upload], about: str = "") -> Brought:
    """Keeps files under names that are safe. Raises ConfigurationError for none, or too much of them."""
    files = [one for one in uploads if one.name or one.content]
    if not files:
        raise ConfigurationError("Choose a workbook first.")
    if len(files) > MOST_FILES:
        raise ConfigurationError(f"These are {len(files)} files; bring {MOST_FILES} at most together.")
    for one in files:
        if len(one.content) > LARGEST_FILE:
            raise ConfigurationError(f"{one.name} is too large: {LARGEST_FILE >> 20} MB at most.")
        if not one.content:
            raise ConfigurationError(f"{one.name} is empty. Save it again, and bring it again.")
    names = file_names(_stem(one.name) for one in files)
    for number, one in enumerate(files):
        desk.rows.put(FILE, f"{key}/{number}", owner, one.content, _KEPT_SECONDS)
    desk.rows.put(BROUGHT, key, owner, json.dumps({"names": names, "about": about}).encode(), _KEPT_SECONDS)
    found = brought(desk, key)
    assert found
    return found


def _stem(name: str) -> str:
    """The name without folders and ending, whatever system it is from."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    return last[: -len(".xlsx")] if last.lower().endswith(".xlsx") else last


def brought(desk: Desk, key: str) -> Brought | None:
    """What was brought under a key."""
    row = desk.rows.get(BROUGHT, key)
    return _of_row(row) if row else None


def _of_row(row: DeskRow) -> Brought:
    told = json.loads(row.body)
    # Rows of earlier versions have the names alone.
    names, about = (told, "") if isinstance(told, list) else (told["names"], told["about"])
    return Brought(row.key, row.owner, row.at, tuple(names), about)


def all_brought(desk: Desk, owner: str) -> tuple[Brought, ...]:
    """What a person brought, newest first."""
    rows = reversed(desk.rows.every(BROUGHT, owner))
    return tuple(map(_of_row, rows))


@contextmanager
def files_of(desk: Desk, found: Brought) -> Iterator[tuple[Path, ...]]:
    """The files in a folder of their own, for as long as the block lasts. Only the reader opens them."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, name in enumerate(found.names):
            row = desk.rows.get(FILE, f"{found.key}/{number}")
            if row is None:
                raise ConfigurationError(f"{name} is not kept any more. Bring it again.")
            path = Path(folder) / name
            path.write_bytes(row.body)
            paths.append(path)
        yield tuple(paths)


def keep_outcome(desk: Desk, found: Brought, outcome: BroughtIn) -> None:
    """Keeps what came of the files."""
    desk.rows.put(OUTCOME, found.key, found.owner, as_bytes(outcome), _KEPT_SECONDS)


def keep_corrected(desk: Desk, found: Brought, files: Mapping[int, bytes]) -> None:
    """Keeps the clean copies of the files that have one, by their numbers."""
    for number, content in files.items():
        desk.rows.put(CORRECTED, f"{found.key}/{number}", found.owner, content, _KEPT_SECONDS)
    desk.rows.put(CORRECTED, found.key, found.owner, json.dumps(list(files)).encode(), _KEPT_SECONDS)


def corrected_numbers(desk: Desk, key: str) -> tuple[int, ...]:
    """The numbers of the files that have a clean copy."""
    row = desk.rows.get(CORRECTED, key)
    return tuple(json.loads(row.body)) if row else ()


def corrected_file(desk: Desk, key: str, number: int) -> bytes | None:
    """The clean copy of a file; None where none can be made."""
    row = desk.rows.get(CORRECTED, f"{key}/{number}")
    return row.body if row else None


def outcome_of(desk: Desk, key: str) -> BroughtIn | None:
    """What came of the files; None while nothing has. Its `plan` is the JSON that `apply` reads."""
    row = desk.rows.get(OUTCOME, key)
    return from_bytes(row.body) if row else None
