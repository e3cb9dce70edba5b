"""Files that a job wrote for somebody, kept as one to download, and tables that a page shows of them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from markupsafe import Markup
from starlette.datastructures import UploadFile

from reconcile.desk.family import Desk
from reconcile.domain.pack_table import Table
from reconcile.domain.split.split_by import file_names
from reconcile.errors import ConfigurationError
from reconcile.report.pack import shown_rows

MADE: Final = "made file"
LARGEST_FILE: Final = 32 << 20
_KEPT_SECONDS: Final = 60 * 86_400


def keep_folder(desk: Desk, key: str, owner: str, folder: Path) -> None:
    """Keeps what is in a folder as a ZIP file, under the key of the work that wrote it."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                archive.write(one, one.relative_to(folder))
    desk.rows.put(MADE, key, owner, packed.getvalue(), _KEPT_SECONDS)


def kept_file(desk: Desk, key: str) -> bytes:
    """What was kept. Raises ConfigurationError where it is not there any more."""
    row = desk.rows.get(MADE, key)
    if row is None:
        raise ConfigurationError("This file is not kept any more. Make it again.")
    return row.body


def as_values(table: Table) -> dict[str, Any]:
    """A table as plain texts, so that it can be kept with the work."""
    return {
        "title": table.title,
        "columns": [
            {"text": one.header, "is_number": one.kind in _NUMBERS, "is_day": one.kind == "date"}
            for one in table.columns
        ],
        "rows": [[_plain(cell) for cell in row] for row in shown_rows(table)],
    }


def _plain(cell: str) -> str:
    """The text of a cell; a page marks what should be zero and is not."""
    return cell.striptags() if isinstance(cell, Markup) else str(cell)


_NUMBERS: Final = ("money", "rest", "number", "share")


def write_uploads(folder: Path, uploads: list[tuple[str, bytes]]) -> tuple[Path, ...]:
    """Writes files that a browser sent into a folder, under names that are safe, with their endings."""
    paths = []
    for number, (name, content) in enumerate(uploads):
        last = Path(name.replace("\\", "/")).name
        stem, suffix = Path(last).stem, Path(last).suffix[:16]
        ending = suffix.lower() if suffix[1:].isalnum() and suffix.isascii() else ""
        path = folder / (file_names([stem], ending)[0] if stem else f"file-{number}{ending}")
        if path.exists():
            path = path.with_name(f"{number}-{path.name}")
        path.write_bytes(content)
        paths.append(path)
    return tuple(paths)


async def uploads_of(sent: list[Any]) -> list[tuple[str, bytes]]:
    """The files of a form, by their names. Raises ConfigurationError for one that is too large."""
    found = []
    for one in sent:
        if not isinstance(one, UploadFile) or not one.filename:
            continue
        content = await one.read()
        if len(content) > LARGEST_FILE:
            raise ConfigurationError(f"{one.filename} is too large: {LARGEST_FILE >> 20} MB at most.")
        found.append((one.filename, content))
    return found
