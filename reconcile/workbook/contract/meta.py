"""The very hidden sheet `_meta`: what this workbook is, as plain text cells, since those survive editors.

Three columns: a section, a key, a value. Sections: `export` (the identity), `sheet` and `header:<sheet>`
(the names in this file of sheets and columns), `unread`, `count` and `total`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from reconcile.domain.edited import SCHEMA_VERSION, Export
from reconcile.domain.fields import RecordKind
from reconcile.domain.period import UTC_DAYS, Period, check_zone
from reconcile.domain.snapshot import Environment, Scope
from reconcile.errors import ReconcileError, WorkbookError
from reconcile.workbook.contract.columns import SHEETS
from reconcile.workbook.ooxml import whole

MAGIC: Final = "reconcile workbook"
"""The text of the sheet's first cell."""

# A number of a length that somebody meant; Python refuses to read thousands of digits.
_SHORT: Final = re.compile(r"[0-9]{1,9}")
Unshown = Mapping[RecordKind, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Meta:
    """What `_meta` says.

    sheets: the names of our sheets by their keys. headers: column id by header, per sheet key. unread: the
    fields without a baseline in at least one row. counts: the rows of each data sheet at export, by its key.
    """

    export: Export
    sheets: Mapping[str, str]
    headers: Mapping[str, Mapping[str, str]]
    unread: Unshown
    counts: Mapping[str, int]


def read_meta(file: str, rows: Iterable[tuple[str, str, str]]) -> Meta:
    """The meaning of the rows of `_meta`.

    Raises WorkbookError where the sheet is damaged or was written by a newer version of this tool.
    """
    sections: dict[str, dict[str, str]] = {}
    for section, key, value in rows:
        sections.setdefault(section, {})[key] = value
    _check_version(file, sections.get("export", {}).get("schema_version", ""))
    try:
        export = _export(sections["export"])
    except (KeyError, TypeError, ValueError, RecursionError, ReconcileError) as error:
        raise WorkbookError(
            f"{file} has a damaged sheet _meta ({error}), so it cannot be tied to its export. "
            "Use an earlier copy of the file, or export again."
        ) from error
    counts = {key: int(text) for key, text in sections.get("count", {}).items() if _SHORT.fullmatch(text)}
    unread = _unread(sections.get("unread", {}))
    return Meta(export, sections.get("sheet", {}), _headers(sections), unread, counts)


def _check_version(file: str, version: str) -> None:
    if _SHORT.fullmatch(version) and int(version) > SCHEMA_VERSION:
        raise WorkbookError(
            f"{file} was made by a newer version of reconcile (its layout is version {version}, "
            f"this one reads up to {SCHEMA_VERSION}). Install the newer version."
        )


def _export(values: Mapping[str, str]) -> Export:
    return Export(
        workbook_id=values["workbook_id"],
        schema_version=whole(values["schema_version"]),
        tool_version=values["tool_version"],
        environment=Environment(values["origin"], values["profile"]),
        scope=_scope(json.loads(values["scope"])),
        exported_at=datetime.fromisoformat(values["exported_at"]),
        exported_by=values.get("exported_by", ""),
        fingerprint=values["fingerprint"],
    )


def _scope(lists: Mapping[str, Any]) -> Scope:
    return Scope(
        stages=tuple(lists["stages"]),
        partners=tuple(lists["partners"]),
        periods=tuple(Period.parse(text) for text in lists["periods"]),
        batches=tuple(lists["batches"]),
        only=lists.get("only", ""),
        within=_range(lists.get("within", ())),
        zone=_zone(lists.get("zone", UTC_DAYS.zone)),
    )


def _zone(name: str) -> str:
    check_zone(name, "scope")
    return name


def _range(bounds: Sequence[str]) -> tuple[str, str]:
    first, before = bounds or ("", "")
    return first, before


def _headers(sections: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {
        key: {label: column for column, label in sections.get(f"header:{key}", {}).items()}
        for key in SHEETS.values()
    }


def _unread(values: Mapping[str, str]) -> Unshown:
    return {kind: frozenset(filter(None, values.get(key, "").split(","))) for kind, key in SHEETS.items()}
