"""What a plan says about one workbook, as the markup of its review workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from reconcile.domain.decision import Choice, Memo, memo_text
from reconcile.domain.fields import FIELDS, NEW_KINDS, RecordKind, groups
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import recorded_amount, shown_amount
from reconcile.plan.decide import claim_of, claims, seen_from
from reconcile.plan.model import Action, Change, Conflict, Decided, Plan, Target
from reconcile.workbook.contract import (
    CHANGES,
    CONFLICT,
    CONFLICTS,
    DECISION,
    FINDINGS,
    MARKER,
    WHOLE,
    Highlight,
    Link,
    Markup,
    Note,
    ReviewColumn,
    ReviewRow,
    ReviewTable,
)

_LABELS: Final = {field.name: field.label for fields in FIELDS.values() for field in fields}
_STATE: Final = {"state": "Line", "payout_stage": "Stage of its payout", "payout_id": "Payout ID"}
_SENT: Final = "It will be sent."
_CELL: Final = re.compile(r"[A-Z]{1,3}[0-9]+")
_CONFLICT_COLUMNS: Final = (
    ReviewColumn("Partner", 24),
    ReviewColumn("Record", 31),
    ReviewColumn("Cell", 16),
    ReviewColumn("Exported", 28),
    ReviewColumn("Yours", 28),
    ReviewColumn("Live now", 28),
    ReviewColumn("Other workbooks", 30),
    ReviewColumn(DECISION, 14, editable=True),
    ReviewColumn("Why", 50),
    ReviewColumn(CONFLICT, 10, hidden=True),
    ReviewColumn(MARKER + CONFLICTS, 10, hidden=True),
)
_CHANGE_COLUMNS: Final = (
    ReviewColumn("Partner", 24),
    ReviewColumn("Record", 31),
    ReviewColumn("Field", 18),
    ReviewColumn("Cell", 16),
    ReviewColumn("Before", 28),
    ReviewColumn("After", 28),
    ReviewColumn("What happens", 60),
    ReviewColumn("Change", 10, hidden=True),
    ReviewColumn(MARKER + CHANGES, 10, hidden=True),
)
_FINDING_COLUMNS: Final = (
    ReviewColumn("Severity", 11),
    ReviewColumn("Cell", 18),
    ReviewColumn("Value", 28),
    ReviewColumn("What is wrong", 70),
    ReviewColumn("What to do", 50),
    ReviewColumn("Finding", 10, hidden=True),
    ReviewColumn(MARKER + FINDINGS, 10, hidden=True),
)


def all_conflicts(plan: Plan) -> tuple[Conflict, ...]:
    """The conflicts that are open, then those that a person decided."""
    return (*plan.conflicts, *(one.conflict for one in plan.decided))


def markup_for(plan: Plan, file: str, chosen: Mapping[int, str] | None = None) -> Markup:
    """Notes, lists and highlights for the review of one of the plan's workbooks.

    chosen: what stands in the column Decision from the start, by the number in `all_conflicts`; a conflict
    that it leaves out gets the decision that this workbook has already.
    """
    decided = {id(one.conflict): one for one in plan.decided}
    conflicts = all_conflicts(plan)
    words = {id(conflicts[number]): said for number, said in (chosen or {}).items()}
    mine = [one for one in conflicts if claim_of(one, file)]
    tables = (
        ReviewTable(
            CONFLICTS,
            _CONFLICT_COLUMNS,
            tuple(_conflict_row(one, file, decided.get(id(one)), words.get(id(one))) for one in mine),
            "wrong",
        ),
        ReviewTable(CHANGES, _CHANGE_COLUMNS, tuple(_change_rows(plan, file)), "changed"),
        ReviewTable(FINDINGS, _FINDING_COLUMNS, tuple(_finding_rows(plan, file)), "muted"),
    )
    return Markup(tuple(_notes(plan, file, mine)), tables, tuple(_highlights()))


def _conflict_row(conflict: Conflict, file: str, decided: Decided | None, chosen: str | None) -> ReviewRow:
    claim = claim_of(conflict, file)
    assert claim
    target = conflict.target
    others = [one for one in claims(conflict) if one.target.file != file]
    mine = conflict.keepable
    choices = tuple(choice.words for choice in Choice if mine or choice is Choice.LIVE)
    memo = Memo(target.kind, target.id, conflict.group, seen_from(conflict, file))
    return ReviewRow(
        (
            target.partner_name,
            _record(target),
            _link(claim.target) or "",
            _values(conflict.baseline),
            _values(claim.values),
            "gone" if conflict.live is None else _values(conflict.live),
            "\n".join(f"{one.target.place}: {_values(one.values)}" for one in others),
            _decision(decided, file) if chosen is None else chosen,
            f"{f'Decided: {decided.choice.words} ({decided.by}). ' if decided else ''}{conflict.reason}",
            "" if decided else conflict_key(conflict),
            memo_text(memo),
        ),
        choices,
    )


def conflict_key(conflict: Conflict) -> str:
    """What makes the cells of a conflict light up, while it stands in the hidden column of its row."""
    target = conflict.target
    return f"{target.id}|{conflict.group if conflict.group in groups(target.kind) else WHOLE}"


def _decision(decided: Decided | None, file: str) -> str:
    """A decision that was made in this workbook stands in its next review, too."""
    return decided.choice.words if decided and f"{file}, " in decided.by else ""


def _change_rows(plan: Plan, file: str) -> Iterator[ReviewRow]:
    held = {(one.target.kind, one.target.id): one.reason for one in plan.held}
    for change in plan.changes:
        for target in (change.target, *change.also):
            if target.file == file:
                fate = held.get((target.kind, target.id), _SENT)
                before = _shown(change.before, change.currency) if change.before_known else "(not shown)"
                after = _shown(change.after, change.currency)
                yield _change_row(target, _LABELS[change.field], before, after, fate, change.field)
    for one in plan.operations:
        if one.action.creates and one.target.file == file:
            what = one.expected["period"] if one.action is Action.CREATE_PAYOUT else str(one.after)
            yield _change_row(one.target, _record(one.target).capitalize(), "", what or "", _SENT, "")
    for drift in plan.drifts:
        if drift.what == "already live" and drift.target.file == file:
            names = ", ".join(_LABELS.get(name, name) for name in drift.live)
            fate = "It is live already; nothing is sent."
            yield _change_row(drift.target, names, _values(drift.baseline), _values(drift.live), fate, "")
    for damage in plan.damaged:
        if damage.target.file == file:
            fate = f"A program changed it by itself ({damage.how}); it counts as unchanged."
            before, after = damage.baseline or "", damage.edited or ""
            yield _change_row(damage.target, _LABELS[damage.field], before, after, fate, "")


def _change_row(target: Target, what: str, before: str, after: str, fate: str, key: str) -> ReviewRow:
    link = _link(target) or ""
    cells = (target.partner_name, _record(target), what, link, before, after, fate, f"{target.id}|{key}", "")
    return ReviewRow(cells)


def _finding_rows(plan: Plan, file: str) -> Iterator[ReviewRow]:
    for one in plan.findings:
        if one.file in (file, ""):
            place = Link(one.sheet, one.cell) if one.sheet and _CELL.fullmatch(one.cell) else one.place
            yield ReviewRow((one.severity.value, place, one.value, one.message, one.fix, "", ""))


def _notes(plan: Plan, file: str, conflicts: list[Conflict]) -> Iterator[Note]:
    for change in plan.changes:
        for target in (change.target, *change.also):
            if target.file == file:
                yield from _note(target, _was(change))
    for conflict in conflicts:
        claim = claim_of(conflict, file)
        if claim:
            live = "gone" if conflict.live is None else _values(conflict.live)
            words = f"conflict. Exported: {_values(conflict.baseline)}. Live now: {live}. See {CONFLICTS}."
            yield from _note(claim.target, words)
    for damage in plan.damaged:
        if damage.target.file == file:
            words = f"was {_shown(damage.baseline)}; {damage.how}, so it counts as unchanged."
            yield from _note(damage.target, words)
    for finding in plan.findings:
        if finding.file == file and finding.severity is not Severity.INFO:
            yield from _finding_note(finding)


def _was(change: Change) -> str:
    return f"was {_shown(change.before, change.currency)}." if change.before_known else "was not shown."


def _note(target: Target, words: str) -> Iterator[Note]:
    link = _link(target)
    if link and _CELL.fullmatch(target.place.rpartition("!")[2]):
        yield Note(link.sheet, link.cell, words)


def _finding_note(finding: Finding) -> Iterator[Note]:
    if finding.sheet and _CELL.fullmatch(finding.cell):
        yield Note(finding.sheet, finding.cell, f"{finding.severity.value}: {finding.message} {finding.fix}")


def _link(target: Target) -> Link | None:
    """The cell of a target; of one that stands for a whole row, the row's first cell."""
    sheet, mark, cell = target.place.removeprefix(f"{target.file}, ").rpartition("!")
    if not mark:
        return None
    return Link(sheet, cell if _CELL.fullmatch(cell) else f"A{cell}")


def _highlights() -> Iterator[Highlight]:
    """Conflicts before changes: of two rules that fit, the first one counts."""
    for kind in (RecordKind.PAYOUT, RecordKind.LINE):
        for field in FIELDS[kind]:
            yield Highlight(kind, field.name, CONFLICTS, field.group, "wrong", "wrong_text")
    for kind in (RecordKind.PAYOUT, RecordKind.LINE):
        for field in FIELDS[kind]:
            yield Highlight(kind, field.name, CHANGES, field.name, "changed", "changed_text")


def _record(target: Target) -> str:
    return target.kind.value if target.kind in NEW_KINDS else target.id


def _values(values: Mapping[str, str | None]) -> str:
    names = _LABELS | _STATE
    return "\n".join(f"{names.get(name, name)}: {_shown(value)}" for name, value in values.items())


def _shown(value: str | None, currency: str = "") -> str:
    if value is None:
        return "(blank)"
    return f"{shown_amount(recorded_amount(value), currency)} {currency}" if currency else value
