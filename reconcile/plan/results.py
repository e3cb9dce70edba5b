"""From a run back to the rows of the workbook: what became of each row that asked for something. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconcile.domain.edited import EditedRow, EditedWorkbook
from reconcile.domain.fields import NEW_KINDS, RecordKind
from reconcile.domain.results import RowResult
from reconcile.plan.compare import ALREADY
from reconcile.plan.model import Action, Operation, Plan
from reconcile.plan.outcome import OperationOutcome, Outcome
from reconcile.plan.reliance import relied_lines
from reconcile.plan.wanted.new_lines import keyed_rows
from reconcile.plan.wanted.requested import key_of

# The worst word of a row is the row's word.
_ORDER = (
    Outcome.UNKNOWN,
    Outcome.REFUSED,
    Outcome.SKIPPED,
    Outcome.APPLIED_DIFFERENTLY,
    Outcome.APPLIED,
    Outcome.ALREADY_APPLIED,
)

_Key = tuple[RecordKind, str]
Place = tuple[RecordKind, int]
"""A worksheet row: the kind of its sheet, and its number."""


@dataclass(slots=True)
class _Gathered:
    """What was found for one row so far."""

    words: list[Outcome] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    new_id: str = ""
    at: str = ""

    def add(self, word: Outcome, message: str) -> None:
        sentence = message.strip().rstrip(".")
        self.words.append(word)
        if sentence and not any(sentence in known for known in self.messages):
            self.messages.append(f"{sentence}.")


def row_results(
    plan: Plan, outcomes: Mapping[str, OperationOutcome], edited: EditedWorkbook, not_tried: str
) -> tuple[RowResult, ...]:
    """The result of every row that asked for something, in worksheet order.

    not_tried: what to say of operations that the run did not come to.
    """
    rows = _rows(edited)
    found: dict[Place, _Gathered] = {}
    for key, word, message in _said(plan, edited):
        if key in rows:
            found.setdefault(rows[key], _Gathered()).add(word, message)
    for one in plan.operations:
        for place in filter(None, (_place_of(one, plan, edited, rows), *_batched(one, rows))):
            _note(found.setdefault(place, _Gathered()), place[0], outcomes.get(one.id), not_tried)
    places = sorted(found, key=lambda place: (list(RecordKind).index(place[0]), place[1]))
    return tuple(_result(place, found[place]) for place in places)


def _place_of(one: Operation, plan: Plan, edited: EditedWorkbook, rows: Mapping[_Key, Place]) -> Place | None:
    """The row that an operation comes from, if it is in this workbook."""
    kind = one.target.kind
    if not one.action.creates or len(plan.workbooks) == 1:
        return rows.get((kind, one.target.id))
    # Two copies of one workbook may hold different records in rows of the same token.
    file, _, row = one.target.place.rpartition("!")
    sheet = edited.new_lines if kind is RecordKind.NEW_LINE else edited.new_payouts
    return (kind, int(row)) if file == f"{edited.file}, {sheet.name}" else None


def _batched(one: Operation, rows: Mapping[_Key, Place]) -> list[Place | None]:
    """The rows of the lines that go onto a new payout."""
    lines = relied_lines(one.relies_on) if one.action is Action.CREATE_PAYOUT else {}
    return [rows.get((RecordKind.LINE, line)) for line in lines]


def _note(row: _Gathered, kind: RecordKind, known: OperationOutcome | None, not_tried: str) -> None:
    if known is None:
        row.add(Outcome.SKIPPED, not_tried)
        return
    says = known.outcome is Outcome.APPLIED_DIFFERENTLY or not known.outcome.done
    row.add(known.outcome, known.message if says else "")
    row.at = max(row.at, known.at)
    row.new_id = known.result_id if kind in NEW_KINDS else ""


def _said(plan: Plan, edited: EditedWorkbook) -> Iterator[tuple[_Key, Outcome, str]]:
    """What the plan says of records and rows: errors, what is held and why, and what is live already."""
    kinds = {sheet.name: sheet.kind for sheet in edited.sheets}
    for finding in plan.errors:
        number = re.search(r"[0-9]+\Z", finding.cell)
        if finding.sheet in kinds and number:
            yield (kinds[finding.sheet], f"row {number[0]}"), Outcome.SKIPPED, finding.message
    for held in plan.held:
        yield key_of(held.target), Outcome.SKIPPED, held.reason
    for conflict in plan.conflicts:
        yield key_of(conflict.target), Outcome.SKIPPED, conflict.reason
    for drift in plan.drifts:
        if drift.what == ALREADY:
            yield key_of(drift.target), Outcome.ALREADY_APPLIED, ""


def _rows(edited: EditedWorkbook) -> dict[_Key, Place]:
    """Where each record stands that somebody edited here; every row also goes by its number."""
    places: dict[_Key, Place] = {}
    for sheet in edited.sheets:
        places |= {(sheet.kind, f"row {row.number}"): (sheet.kind, row.number) for row in sheet.rows}
        edits = {key: row for key, row in sheet.by_id.items() if _is_edited(row)}
        places |= {(sheet.kind, key): (sheet.kind, row.number) for key, row in edits.items()}
    for sheet in (edited.new_lines, edited.new_payouts):
        keyed = keyed_rows(edited.export.workbook_id, sheet.rows, {}, sheet.kind)
        places |= {(sheet.kind, key): (sheet.kind, row.number) for row, key in keyed}
    return places


def _is_edited(row: EditedRow) -> bool:
    return row.baseline is None or any(value != row.baseline.get(name) for name, value in row.values.items())


def _result(place: Place, row: _Gathered) -> RowResult:
    word = min(row.words, key=_ORDER.index)
    return RowResult(*place, word.value, " ".join(row.messages), row.new_id, row.at)
