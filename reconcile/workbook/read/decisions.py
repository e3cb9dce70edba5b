"""Reads what people decided on the sheet `Conflicts` of a review workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reconcile.domain.decision import Choice, Decision, memo_of
from reconcile.domain.finding import Finding, Severity
from reconcile.workbook.contract import CONFLICTS, DECISION, MARKER
from reconcile.workbook.ooxml import Book, Cells, column_letters

_CHOICES: Final = {choice.words: choice for choice in Choice}


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions of one workbook, and what is wrong with them."""

    decisions: tuple[Decision, ...]
    findings: tuple[Finding, ...]


def tables_of(book: Book) -> dict[str, str]:
    """The sheets of ours that a review put into a workbook: the sheet's name by the table's."""
    found = {}
    for sheet in book.sheets:
        _, cells = next(book.rows(sheet), (0, {}))
        for cell in cells.values():
            if cell.text.startswith(MARKER):
                found[cell.text.removeprefix(MARKER)] = sheet
    return found


def read_decisions(book: Book) -> Decided:
    """The decisions; none where the workbook is no review workbook, or the sheet was deleted."""
    sheet = tables_of(book).get(CONFLICTS)
    if sheet is None:
        return Decided((), ())
    rows = book.rows(sheet)
    _, header = next(rows, (0, {}))
    places = {cell.text: index for index, cell in header.items()}
    if DECISION not in places:
        message = f"The sheet {sheet} has no column {DECISION} any more, so nothing on it is decided."
        fix = "Make a new review workbook: diff --review."
        missing = Finding(
            Severity.ERROR, "decision-missing", message, fix, file=book.path.name, sheet=sheet, cell="A1"
        )
        return Decided((), (missing,))
    found = [_read(book, sheet, number, cells, places) for number, cells in rows]
    return Decided(
        tuple(one for one in found if isinstance(one, Decision)),
        tuple(one for one in found if isinstance(one, Finding)),
    )


def _read(
    book: Book, sheet: str, number: int, cells: Cells, places: Mapping[str, int]
) -> Decision | Finding | None:
    cell = cells.get(places[DECISION])
    said = " ".join(cell.text.split()) if cell else ""
    if not said:
        return None
    place = f"{column_letters(places[DECISION])}{number}"
    choice = _CHOICES.get(said.casefold())
    if choice is None:
        message = f"{said!r} is no decision, so the conflict stays open."
        return _finding(book, sheet, place, "decision-unknown", message, said)
    memo = cells.get(places[MARKER + CONFLICTS])
    about = memo_of(memo.text) if memo else None
    if about is None:
        message = "The row's hidden cell was changed, so it is not known what this decision is about."
        return _finding(book, sheet, place, "decision-lost", message, said)
    return Decision(about.kind, about.record_id, about.group, choice, about.seen, sheet, place)


def _finding(book: Book, sheet: str, place: str, rule: str, message: str, said: str) -> Finding:
    unknown = rule == "decision-unknown"
    return Finding(
        Severity.ERROR,
        rule,
        message,
        "Choose one from the drop-down." if unknown else "Make a new review workbook: diff --review.",
        file=book.path.name,
        sheet=sheet,
        cell=place,
        value=said,
        allowed=tuple(_CHOICES) if unknown else (),
    )
