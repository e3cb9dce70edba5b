"""Writes a clean copy of a workbook: a fresh export of its baseline, with the person's edits typed into it.

So everything comes back that a program lost. The person's own columns and sheets follow as values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from reconcile.atomic import replacing
from reconcile.domain.cell_texts.damage import damaged_value
from reconcile.domain.edited import EditedRow, EditedSheet, EditedWorkbook
from reconcile.domain.fields import (
    CLEAR,
    FIELDS,
    NEW_KINDS,
    UNREAD,
    Field,
    FieldKind,
    RecordKind,
    Unread,
    Value,
    Values,
    line_values,
    payout_values,
)
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.contract import SHEETS, TOKEN_COLUMN, Meta, fits, load_layout
from reconcile.workbook.doctor.user_content import carry_columns, carry_sheets, uncarried_parts
from reconcile.workbook.ooxml import open_book
from reconcile.workbook.read import KEY, FoundSheet, find_sheets, meta_of, meta_of_export

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell

_WHOSE: Final = {"id-repeated", "id-unknown", "id-blank", "id-unreadable", "token", "baseline"}
"""The rules that leave open whose row it is: nothing of such a row is carried."""
_TEXTLESS: Final = {"cell-error", "formula-without-value", "merged-cell"}
_LEFT: Final = {"own-row": "a row of your own", "read-only-edit": "an edit in a read-only column"}
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass
class Repaired:
    """What is in the copy: edits, new lines and payouts, the person's own parts; and what is not, in words.

    as_shown: cells that could not be read; they are in the copy as the person saw them.
    """

    edits: int = 0
    new_lines: int = 0
    new_payouts: int = 0
    own: list[str] = field(default_factory=list)
    as_shown: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Copy:
    """The fresh workbook that is typed into, where its sheets and columns are, and the row of each record.

    rows: by record id; of new records by the row's token.
    """

    book: Workbook
    places: Mapping[RecordKind, FoundSheet]
    rows: Mapping[RecordKind, Mapping[str, int]]

    def cell(self, kind: RecordKind, row: int, column: str) -> Cell:
        """A cell by column id."""
        place = self.places[kind]
        found: Any = self.book[place.name].cell(row, place.columns[column] + 1)
        return found  # type: ignore[no-any-return]


def repair(
    source: Path,
    target: Path,
    edited: EditedWorkbook,
    baseline: Snapshot,
    findings: Iterable[Finding],
    policy: Policy,
    templates: Path | None = None,
) -> Repaired:
    """Write the clean copy of the workbook at `source`, read as `edited`, to `target`.

    Raises ConfigurationError where it cannot be written, and WorkbookError where `source` cannot be read.
    """
    copy = _fresh(edited, baseline, policy, templates)
    done = Repaired()
    placed: dict[RecordKind, dict[int, int]] = {kind: {} for kind in SHEETS}
    findings = tuple(findings)
    held = {(one.sheet, _row_number(one)): one for one in findings if one.rule in _WHOSE}
    for sheet in (edited.payouts, edited.lines):
        for row in sheet.rows:
            exported = _exported(sheet.kind, row, baseline)
            reason = held.get((sheet.name, row.number))
            if reason:
                done.left.append(_left_out(reason, sheet, row, exported))
            elif exported is not None:
                done.edits += _type_row(copy, sheet, row, exported)
                placed[sheet.kind][row.number] = copy.rows[sheet.kind][row.id or ""]
    for new in (edited.new_lines, edited.new_payouts):
        placed[new.kind] = _type_new_rows(copy, new) if new.kind in copy.rows else {}
    done.new_lines = len(placed[RecordKind.NEW_LINE])
    done.new_payouts = len(placed[RecordKind.NEW_PAYOUT])
    _type_unread(copy, edited, findings, done)
    done.left += [f"{one.place}: {_LEFT[one.rule]}" for one in findings if one.rule in _LEFT]
    lost = meta_of_export(edited.export, baseline, templates)
    _carry_own(source, copy, placed, done, policy, templates, lost)
    with replacing(target) as stream:
        copy.book.save(stream)
    return done


def _fresh(edited: EditedWorkbook, baseline: Snapshot, policy: Policy, templates: Path | None) -> Copy:
    # A doctor that only looks does not wait for the writer.
    from reconcile.workbook.export import Proposal, write_workbook  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.xlsx"
        proposal = Proposal(new_payouts=bool(edited.new_payouts.letters))
        write_workbook(draft, baseline, edited.export, policy, templates, proposal)
        book = open_book(draft)
        places, _ = find_sheets(book, meta_of(book), load_layout(templates))
        # A doctor that only looks does not wait for openpyxl.
        from openpyxl import load_workbook  # noqa: PLC0415

        copy = load_workbook(draft)
    return Copy(copy, places, {kind: _rows(copy, place) for kind, place in places.items()})


def _rows(copy: Workbook, place: FoundSheet) -> dict[str, int]:
    key = TOKEN_COLUMN if place.kind in NEW_KINDS else KEY
    column = place.columns[key] + 1
    cells = (row[0] for row in copy[place.name].iter_rows(min_row=2, min_col=column, max_col=column))
    return {str(cell.value): cell.row for cell in cells if cell.value is not None}


def _exported(kind: RecordKind, row: EditedRow, baseline: Snapshot) -> Values | None:
    payout, line = baseline.payouts.get(row.id or ""), baseline.lines.get(row.id or "")
    if kind is RecordKind.PAYOUT:
        return payout_values(payout) if payout else None
    return line_values(line) if line else None


def _left_out(reason: Finding, sheet: EditedSheet, row: EditedRow, exported: Values | None) -> str:
    """Why a row is not in the copy, with every edit in it."""
    before = exported if exported is not None else row.baseline or {}
    edits = [
        f"{one.label} in {sheet.cell(one.name, row.number)} ({was or 'blank'} -> {now or 'blank'})"
        for one, was, now in _edits(sheet.kind, row, before)
    ]
    return f"{reason.place}: {reason.message}" + (f" Its edits: {', '.join(edits)}." if edits else "")


def _edits(kind: RecordKind, row: EditedRow, before: Values) -> Iterator[tuple[Field, Value, Value]]:
    for one in FIELDS[kind]:
        was, now = before.get(one.name), row.values.get(one.name, UNREAD)
        if not isinstance(now, Unread) and now != was and not damaged_value(one, was, now):
            yield one, (None if isinstance(was, Unread) else was), now


def _type_row(copy: Copy, sheet: EditedSheet, row: EditedRow, exported: Values) -> int:
    """Type the edits of a record, and count them; what a program damaged stays as it was exported."""
    typed = 0
    for one in FIELDS[sheet.kind]:
        before, after = exported.get(one.name), row.values.get(one.name, UNREAD)
        shows = before is not UNREAD and (row.baseline or {}).get(one.name) is not UNREAD
        if isinstance(after, Unread) or (after == before and shows) or damaged_value(one, before, after):
            continue
        place = copy.rows[sheet.kind][row.id or ""]
        _type(copy.cell(sheet.kind, place, one.name), one, CLEAR if after is None and not shows else after)
        typed += 1
    return typed


def _type_new_rows(copy: Copy, sheet: EditedSheet) -> dict[int, int]:
    """Type the new records; answers the number of each one's row in the copy by that in the sheet."""
    rows = copy.rows[sheet.kind]
    below = max(rows.values(), default=1)
    placed: dict[int, int] = {}
    for row in sheet.rows:
        place = rows.get(row.token or "")
        if place is None or place in placed.values():
            # Rows beyond those that stand ready keep their numbers, which tell them apart.
            place = below = max(below + 1, row.number)
        for one in FIELDS[sheet.kind]:
            _type(copy.cell(sheet.kind, place, one.name), one, row.values.get(one.name))
        placed[row.number] = place
    return placed


def _type_unread(copy: Copy, edited: EditedWorkbook, findings: Iterable[Finding], done: Repaired) -> None:
    """What could not be read is typed as it was shown, so that the check finds it in the copy again."""
    sheets = {sheet.name: sheet for sheet in edited.sheets}
    # By rule and cell: the check has added whose money it is.
    unread = {(one.rule, one.sheet, one.cell) for one in edited.findings}
    for one in findings:
        if (
            (one.rule, one.sheet, one.cell) not in unread
            or one.severity is not Severity.ERROR
            or one.rule in _WHOSE
        ):
            continue
        sheet = sheets.get(one.sheet)
        columns = {letters: column for column, letters in sheet.letters.items()} if sheet else {}
        column = columns.get(one.cell.rstrip("0123456789"), "")
        place = copy.rows[sheet.kind].get(_key(sheet, _row_number(one))) if sheet else None
        said = f"{one.place}: {one.message}"
        if sheet and place and column and one.value and one.rule not in _TEXTLESS:
            _as_text(copy.cell(sheet.kind, place, column), one.value)
            done.as_shown.append(said)
        else:
            done.left.append(said)


def _key(sheet: EditedSheet, number: int) -> str:
    row = next((row for row in sheet.rows if row.number == number), None)
    return (row.token if sheet.kind in NEW_KINDS else row.id) or "" if row else ""


def _row_number(finding: Finding) -> int:
    return int(re.sub(r"[^0-9]", "", finding.cell) or 0)


def _type(cell: Cell, known: Field, value: Value) -> None:
    if not isinstance(value, str):
        cell.value = None
    elif known.kind is FieldKind.AMOUNT and value != CLEAR and fits(Decimal(value)):
        cell.value = Decimal(value)
    else:
        _as_text(cell, value)


def _as_text(cell: Cell, text: str) -> None:
    cell.value = _UNPRINTABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    # openpyxl would take `=1+1` for a formula and `#N/A` for an error.
    cell.data_type = "s"


def _carry_own(
    source: Path,
    copy: Copy,
    placed: Mapping[RecordKind, Mapping[int, int]],
    done: Repaired,
    policy: Policy,
    templates: Path | None,
    lost: Meta,
) -> None:
    book = open_book(source, policy.reading)
    meta, layout = meta_of(book, lost), load_layout(templates)
    sheets, _ = find_sheets(book, meta, layout)
    carried = carry_sheets(book, meta, layout, sheets, copy.book)
    for kind in (one for one in SHEETS if one in sheets):
        place = copy.places[kind]
        first = max(place.columns.values()) + 2
        carried += carry_columns(book, sheets[kind], copy.book[place.name], first, placed[kind])
    done.own += [one.told for one in carried]
    done.left += [said for one in carried for said in one.left()]
    done.left += uncarried_parts(book)
