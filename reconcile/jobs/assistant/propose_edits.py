"""Writes edits that somebody proposes into a new copy of an exported workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.domain.fields import EDIT_REASON, FIELDS, NEW_KINDS
from reconcile.domain.money import is_digits
from reconcile.domain.unseen import hidden_in, number
from reconcile.errors import ConfigurationError
from reconcile.jobs.readings import Reading, read
from reconcile.jobs.session import Session
from reconcile.workbook.contract import NEW_ROWS, SHEETS, load_layout
from reconcile.workbook.copy import Keystroke, type_into

MOST_EDITS: Final = 500
LONGEST_VALUE: Final = 4_000
_NEW_ROWS: Final = range(2, NEW_ROWS + 2)


@dataclass(frozen=True, slots=True)
class Edit:
    """A value for a cell. sheet: its name. row: the record's id, or on `New lines` the row's number."""

    sheet: str
    row: str
    column: str
    value: str


def propose(session: Session, source: Path, target: Path, edits: Sequence[Edit]) -> Reading:
    """Writes the copy, and reads it back as if it had come from a person. The source is not touched.

    Raises ConfigurationError where a cell is not one to edit, or the target is there; WorkbookError.
    """
    if not 0 < len(edits) <= MOST_EDITS:
        raise ConfigurationError(f"There are {len(edits):,} edits; a proposal has 1 to {MOST_EDITS}.")
    editable = _editable()
    keystrokes = [_keystroke(one, editable) for one in edits]
    if target.exists():
        raise ConfigurationError("The copy is there already, and is never replaced.")
    with session.store(create=False) as store:
        read(session, store, source)
        try:
            type_into(source, target, keystrokes)
        except KeyError as error:
            raise ConfigurationError(
                "A row or a column of the edits is not in the workbook. A row is named by its record's id."
            ) from error
        return read(session, store, target)


def _editable() -> dict[str, frozenset[str]]:
    """The columns that may be edited, by sheet, in the words of the built-in layout."""
    layout = load_layout()
    found = {}
    for kind, key in SHEETS.items():
        names = {field.name for field in FIELDS[kind]} | {EDIT_REASON.name}
        texts = layout.columns[key]
        found[layout.sheets[key]] = frozenset(texts[name].label for name in names if name in texts)
    return found


def _keystroke(edit: Edit, editable: dict[str, frozenset[str]]) -> Keystroke:
    columns = editable.get(edit.sheet)
    if columns is None:
        raise ConfigurationError(f"There is no sheet to edit of that name; there are: {', '.join(editable)}.")
    if edit.column not in columns:
        raise ConfigurationError(
            f"That is no column to edit on {edit.sheet}; there are: {', '.join(sorted(columns))}."
        )
    if len(edit.value) > LONGEST_VALUE:
        raise ConfigurationError(f"A value has at most {LONGEST_VALUE:,} characters.")
    if edit.value.startswith("="):
        raise ConfigurationError("A value that begins with = would be a formula, and none is proposed.")
    if hidden := next(hidden_in(edit.value), ""):
        raise ConfigurationError(f"A value holds a character that nobody sees ({number(hidden)}).")
    layout = load_layout()
    if edit.sheet not in {layout.sheets[SHEETS[kind]] for kind in NEW_KINDS}:
        return Keystroke(edit.sheet, edit.row, edit.column, edit.value or None)
    if not (is_digits(edit.row) and len(edit.row) < 4 and int(edit.row) in _NEW_ROWS):
        raise ConfigurationError(f"A row of {edit.sheet} is a number from 2 to {_NEW_ROWS[-1]}.")
    return Keystroke(edit.sheet, int(edit.row), edit.column, edit.value or None)
