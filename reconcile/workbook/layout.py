"""The look and the words of the workbook, from `templates/workbook.toml` and the user's own copy of it.

The built-in file says which keys there are and of what type; a user's file may hold just what it changes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reconcile import resources
from reconcile.domain.fields import RecordKind
from reconcile.errors import ConfigurationError
from reconcile.workbook.columns import COLUMNS, SHEETS

TEMPLATE: Final = "workbook.toml"
META: Final = "_meta"
"""The name of the sheet that identifies a workbook; readers look for it, so it is not for restyling."""

_TYPES: Final = {str: "a text", int: "a whole number", list: "a list of texts", dict: "a table"}
_SHEET_NAME_LIMIT: Final = 31
_LABEL_LIMIT: Final = 100
# Limits of Excel for the hints of a cell (ECMA-376 part 1, 18.3.1.32 dataValidation: prompt, promptTitle).
_HINT_LIMIT: Final = 255
_TITLE_LIMIT: Final = 32


@dataclass(frozen=True, slots=True)
class ColumnText:
    """A column's header, its width in characters, and the hint shown at its cells (empty for none)."""

    label: str
    width: int
    help: str = ""


ColumnTexts = Mapping[str, ColumnText]


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole template: texts by the keys of the file, columns by sheet and column id."""

    sheets: Mapping[str, str]
    columns: Mapping[str, ColumnTexts]
    colours: Mapping[str, str]
    hints: Mapping[str, str]
    start: Mapping[str, str]
    steps: tuple[str, ...]
    font: str
    font_size: int

    def labels(self, kind: RecordKind) -> dict[str, str]:
        """The header of each visible column of a data sheet by column id, in order."""
        texts = self.columns[SHEETS[kind]]
        return {column.id: texts[column.id].label for column in COLUMNS[kind] if not column.hidden}


def load_layout(templates: Path | None = None) -> Layout:
    """The built-in layout, with what the file in the folder `templates` (`--templates DIR`) changes.

    Raises ConfigurationError, naming file and key, where a file cannot be used.
    """
    own = resources.template(TEMPLATE)
    file = resources.template(TEMPLATE, templates)
    texts = _parsed(own)
    if file != own:
        _merge(file, "", texts, _parsed(file))
    _check(file, texts)
    return _layout(texts)


def _parsed(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The template {file} cannot be read: {error}.") from error


def _wrong(file: Path, key: str, problem: str) -> ConfigurationError:
    return ConfigurationError(f"In the template {file} the key {key} {problem}.")


def _merge(file: Path, prefix: str, texts: dict[str, Any], given: dict[str, Any]) -> None:
    for name, value in given.items():
        key = f"{prefix}{name}"
        # A column may get a help text that the built-in file does not give it.
        known = "" if name == "help" and prefix.startswith("columns.") else texts.get(name)
        if known is None:
            raise _wrong(file, key, "is not known")
        if type(value) is not type(known):
            raise _wrong(file, key, f"must be {_TYPES[type(known)]}")
        if isinstance(value, dict):
            _merge(file, f"{key}.", texts[name], value)
        else:
            texts[name] = value


def _check(file: Path, texts: dict[str, Any]) -> None:
    if not all(isinstance(step, str) for step in texts["start"]["steps"]):
        raise _wrong(file, "start.steps", "must be a list of texts")
    for name, colour in texts["colours"].items():
        if not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour):
            raise _wrong(file, f"colours.{name}", "must be a colour such as #1F4E5F")
    for name, hint in texts["hints"].items():
        _check_length(file, f"hints.{name}", hint, _TITLE_LIMIT if name.endswith("title") else _HINT_LIMIT)
    for name, sheet in texts["sheets"].items():
        _check_sheet_name(file, f"sheets.{name}", sheet)
    _check_distinct(file, "sheets", texts["sheets"] | {META: META})
    for sheet, columns in texts["columns"].items():
        for name, column in columns.items():
            _check_column(file, f"columns.{sheet}.{name}", column)
        _check_distinct(file, f"columns.{sheet}", {name: column["label"] for name, column in columns.items()})


def _check_length(file: Path, key: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise _wrong(file, key, f"has {len(text)} characters; Excel allows {limit}")


def _check_sheet_name(file: Path, key: str, name: str) -> None:
    _check_length(file, key, name, _SHEET_NAME_LIMIT)
    if not name.strip() or re.search(r"[\[\]:*?/\\]|^'|'$", name):
        raise _wrong(file, key, "is not a sheet name: it is blank, or holds one of [ ] : * ? / \\")


def _check_column(file: Path, key: str, column: Mapping[str, Any]) -> None:
    _check_length(file, f"{key}.label", column["label"], _LABEL_LIMIT)
    _check_length(file, f"{key}.help", column.get("help", ""), _HINT_LIMIT)
    if not column["label"] or column["label"] != column["label"].strip():
        raise _wrong(file, f"{key}.label", "is blank, or starts or ends with a space")


def _check_distinct(file: Path, prefix: str, labels: Mapping[str, str]) -> None:
    seen: dict[str, str] = {}
    for name, label in labels.items():
        first = seen.setdefault(label.casefold(), name)
        if first != name:
            raise _wrong(file, f"{prefix}.{name}", f"has the same text as {prefix}.{first}")


def _layout(texts: Mapping[str, Any]) -> Layout:
    columns = {
        sheet: {name: ColumnText(**column) for name, column in given.items()}
        for sheet, given in texts["columns"].items()
    }
    start = {name: text for name, text in texts["start"].items() if name != "steps"}
    return Layout(
        sheets=texts["sheets"],
        columns=columns,
        colours=texts["colours"],
        hints=texts["hints"],
        start=start,
        steps=tuple(texts["start"]["steps"]),
        font=texts["fonts"]["name"],
        font_size=texts["fonts"]["size"],
    )
