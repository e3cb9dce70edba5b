"""The files of a close pack: the workbook, the page, the journals, and what it was all made of."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from reconcile.atomic import replacing
from reconcile.close.close import Close
from reconcile.close.frozen import to_json
from reconcile.close.journal import JournalLine
from reconcile.close.pack import pack_of
from reconcile.domain.table import Pack, value_of
from reconcile.erp.journals import JournalRow, journal_files, load_journal_layout
from reconcile.errors import ConfigurationError
from reconcile.report.pack import write_page
from reconcile.resources import template
from reconcile.workbook.pack import write_pack

NUMBERS = "numbers.json"
"""The tables as plain values: what stays the same whatever templates and tool do."""


def pack_files(close: Close, templates: Path | None) -> dict[str, bytes]:
    """Every file of the pack by name. The same close gives the same bytes."""
    frozen, pack = close.frozen, pack_of(close)
    name = f"close-{frozen.period}"
    files = {
        f"{name}.xlsx": _workbook(pack, frozen.at),
        f"{name}.html": _page(pack, templates),
        NUMBERS: _numbers(pack),
        "inputs.json": to_json(frozen).encode(),
    }
    for layout in frozen.journals:
        files |= journal_of(close.journal, layout, templates)
    return files


def journal_of(lines: Sequence[JournalLine], layout: str, templates: Path | None) -> dict[str, bytes]:
    """The journal in one layout. Raises ConfigurationError where there is no such layout."""
    found = load_journal_layout(template(f"erp/journal-{layout}.toml", templates))
    rows = [
        JournalRow(
            one.journal,
            one.date,
            one.account,
            one.description,
            one.currency,
            one.amount,
            None if one.is_reversal else one.date + timedelta(days=1),
        )
        for one in lines
    ]
    return journal_files(rows, found)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes the files, each whole or not at all. Raises ConfigurationError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    for name, content in files.items():
        with replacing(folder / name) as stream:
            stream.write(content)


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of every file."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def _workbook(pack: Pack, made_at: datetime) -> bytes:
    stream = io.BytesIO()
    write_pack(stream, pack, made_at)
    return stream.getvalue()


def _page(pack: Pack, templates: Path | None) -> bytes:
    stream = io.BytesIO()
    write_page(stream, pack, templates)
    return stream.getvalue()


def _numbers(pack: Pack) -> bytes:
    tables = {
        table.key: {
            "columns": [column.key for column in table.columns],
            "rows": [[_json(value_of(cell)) for cell in row] for row in table.rows],
        }
        for table in pack.tables
    }
    said = {"version": 1, "title": pack.title, "facts": dict(pack.facts), "verdict": pack.verdict}
    return (
        json.dumps({**said, "sound": pack.sound, "tables": tables}, indent=1, ensure_ascii=False) + "\n"
    ).encode()


def _json(value: object) -> object:
    return value if value is None or isinstance(value, int | str) else str(value)
