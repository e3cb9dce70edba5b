"""The look and the words of the workbook, from `templates/workbook.toml` and the user's own copy of it.

The built-in file says which keys there are and of what type; a user's file may hold just what it changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from reconcile import resources
from reconcile.domain.fields import EDIT_REASON, RecordKind
from reconcile.workbook.contract.columns import COLUMNS, SHEETS
from reconcile.workbook.contract.template import META, check_template, wrong_key

__all__ = ["META", "ColumnText", "ColumnTexts", "Layout", "load_layout"]

TEMPLATE: Final = "workbook.toml"

_TYPES: Final = {str: "a text", int: "a whole number", list: "a list of texts", dict: "a table"}


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
    paper: Mapping[str, str]
    font: str
    font_size: int

    def with_reasons_told(self) -> Layout:
        """The layout whose columns of reasons say that the partner reads them in the statement."""
        told = self.hints["reason_told"]
        columns = {
            sheet: {
                name: replace(text, help=told) if name == EDIT_REASON.name else text
                for name, text in given.items()
            }
            for sheet, given in self.columns.items()
        }
        return replace(self, columns=columns)

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
    if file == own:
        return _built_in(own)
    texts = resources.layout_content(own)
    _merge(file, "", texts, resources.layout_content(file))
    check_template(file, texts)
    return _layout(texts)


@cache
def _built_in(file: Path) -> Layout:
    """The layout that comes with the program, read once: a split export writes many workbooks."""
    texts = resources.layout_content(file)
    check_template(file, texts)
    return _layout(texts)


def _merge(file: Path, prefix: str, texts: dict[str, Any], given: dict[str, Any]) -> None:
    for name, value in given.items():
        key = f"{prefix}{name}"
        # A column may get a help text that the built-in file does not give it.
        known = "" if name == "help" and prefix.startswith("columns.") else texts.get(name)
        if known is None:
            raise wrong_key(file, key, "is not known")
        if type(value) is not type(known):
            raise wrong_key(file, key, f"must be {_TYPES[type(known)]}")
        if isinstance(value, dict):
            _merge(file, f"{key}.", texts[name], value)
        else:
            texts[name] = value


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
        paper=texts["paper"],
        font=texts["fonts"]["name"],
        font_size=texts["fonts"]["size"],
    )
