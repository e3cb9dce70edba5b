"""What a template of the workbook must keep to, so that Excel opens what comes of it without a repair."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from reconcile.errors import ConfigurationError
from reconcile.workbook.ooxml import HINT_TITLE_LIMIT, SHEET_NAME_LIMIT, UNWRITABLE

META: Final = "_meta"
"""The name of the sheet that identifies a workbook; readers look for it, so it is not for restyling."""
MATCHES_MARK: Final = "matches:"
"""Begins the hidden header over the tokens of matches; the label of the column Accept follows it."""

PAPERS: Final = {"A4": 9, "Letter": 1}
"""The paper sizes that a template may name (ECMA-376 part 1, 18.3.1.63 pageSetup)."""

# Limits of Excel: sheet names; the hints of a cell and their titles (ECMA-376 part 1, 18.3.1.32); fonts;
# widths; and a header, which Excel allows 255 characters, but no eye.
_LABEL_LIMIT: Final = 100
_HINT_LIMIT: Final = 255
_TEXT_LIMIT: Final = 2_000
_FONT_SIZES: Final = range(6, 31)
_WIDTHS: Final = range(1, 256)
# What XML cannot carry, and what looks like the escape that stands for it.
_UNPRINTABLE: Final = re.compile(rf"{UNWRITABLE.pattern}|\r|_x[0-9A-Fa-f]{{4}}_")


def wrong_key(file: Path, key: str, problem: str) -> ConfigurationError:
    """The error that names a template, a key in it, and what is wrong with it."""
    return ConfigurationError(f"In the template {file} the key {key} {problem}.")


def check_template(file: Path, texts: Mapping[str, Any]) -> None:
    """Raise ConfigurationError, naming file and key, where the complete template cannot be used."""
    if not all(isinstance(step, str) for step in texts["start"]["steps"]):
        raise wrong_key(file, "start.steps", "must be a list of texts")
    for key, text in _texts("", texts):
        _check_length(file, key, text, _TEXT_LIMIT)
        if _UNPRINTABLE.search(text):
            raise wrong_key(file, key, "holds a character that a workbook cannot, or text such as _x0041_")
    _check_look(file, texts)
    for name, hint in texts["hints"].items():
        _check_length(
            file, f"hints.{name}", hint, HINT_TITLE_LIMIT if name.endswith("title") else _HINT_LIMIT
        )
    for name, sheet in texts["sheets"].items():
        _check_sheet_name(file, f"sheets.{name}", sheet)
    _check_distinct(file, "sheets", texts["sheets"] | {META: META})
    for sheet, columns in texts["columns"].items():
        for name, column in columns.items():
            _check_column(file, f"columns.{sheet}.{name}", column)
        _check_distinct(file, f"columns.{sheet}", {name: column["label"] for name, column in columns.items()})


def _texts(prefix: str, value: object) -> Iterator[tuple[str, str]]:
    """Every text of the template with its key."""
    if isinstance(value, str):
        yield prefix, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(f"{prefix}.{name}" if prefix else name, part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(prefix, part)


def _check_look(file: Path, texts: Mapping[str, Any]) -> None:
    for name, colour in texts["colours"].items():
        if not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour):
            raise wrong_key(file, f"colours.{name}", "must be a colour such as #1F4E5F")
    if texts["fonts"]["size"] not in _FONT_SIZES:
        raise wrong_key(file, "fonts.size", f"must be from {_FONT_SIZES[0]} to {_FONT_SIZES[-1]}")
    if not texts["fonts"]["name"].strip() or len(texts["fonts"]["name"]) > SHEET_NAME_LIMIT:
        raise wrong_key(file, "fonts.name", f"must be a name of 1 to {SHEET_NAME_LIMIT} characters")
    if texts["paper"]["size"] not in PAPERS:
        raise wrong_key(file, "paper.size", f"must be {' or '.join(PAPERS)}")
    _check_length(file, "paper.page", texts["paper"]["page"], _LABEL_LIMIT)


def _check_length(file: Path, key: str, text: str, limit: int) -> None:
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2  # as Excel counts
    if length > limit:
        raise wrong_key(file, key, f"has {length} characters; Excel allows {limit}")


def _check_sheet_name(file: Path, key: str, name: str) -> None:
    _check_length(file, key, name, SHEET_NAME_LIMIT)
    if not name.strip() or re.search(r"[\[\]:*?/\\\n\t]|^'|'$", name):
        raise wrong_key(file, key, "is not a sheet name: it is blank, or holds one of [ ] : * ? / \\ '")
    if name.casefold() == "history":
        raise wrong_key(file, key, "is History, a name that Excel keeps for itself")


def _check_column(file: Path, key: str, column: Mapping[str, Any]) -> None:
    _check_length(file, f"{key}.label", column["label"], _LABEL_LIMIT)
    _check_length(file, f"{key}.help", column.get("help", ""), _HINT_LIMIT)
    if not column["label"] or column["label"] != " ".join(column["label"].split()):
        raise wrong_key(
            file, f"{key}.label", "is blank, or starts or ends with a space, or has two or a line break"
        )
    if column["width"] not in _WIDTHS:
        raise wrong_key(file, f"{key}.width", f"must be from {_WIDTHS[0]} to {_WIDTHS[-1]}")


def _check_distinct(file: Path, prefix: str, labels: Mapping[str, str]) -> None:
    seen: dict[str, str] = {}
    for name, label in labels.items():
        first = seen.setdefault(label.casefold(), name)
        if first != name:
            raise wrong_key(file, f"{prefix}.{name}", f"has the same text as {prefix}.{first}")
