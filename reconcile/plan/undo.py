"""The way back from a run: the values before it, as the edits of a workbook. Pure.

So an undo is a plan like any other. Where live still shows what the run left, the values before come back;
where it has moved since, the record is held as a conflict; where somebody went back already, nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from reconcile.domain.edited import SCHEMA_VERSION, EditedRow, EditedSheet, EditedWorkbook, Export, row_token
from reconcile.domain.fields import RecordKind, Values, line_values, payout_values
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import Money, recorded_amount
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Action, Operation, Plan, Texts
from reconcile.plan.outcome import OperationOutcome, Outcome
from reconcile.plan.sources import Source

R = TypeVar("R", Payout, CommissionLine)
Writer = Callable[[R, Texts], R]
UNDO: Final = "undo of "
"""Begins the name under which an undo stands where a plan names its workbooks."""


def is_undo(plan: Plan) -> bool:
    """Whether a plan sets back what a run did; a workbook has a name with an ending."""
    return any(one.file.startswith(UNDO) and "." not in one.file for one in plan.workbooks)


@dataclass(frozen=True)
class Ended:
    """A run that is over: its plan, and what became of each operation. started_by: who ran it."""

    run_id: str
    started_by: str
    plan: Plan
    outcomes: Mapping[str, OperationOutcome]

    @property
    def applied(self) -> tuple[Operation, ...]:
        """The operations that this run itself carried out; what was live already is not its to undo."""
        known = self.outcomes
        return tuple(
            one
            for one in self.plan.operations
            if one.id in known and known[one.id].outcome in (Outcome.APPLIED, Outcome.APPLIED_DIFFERENTLY)
        )

    def left(self, operation: Operation) -> Texts:
        """The fields that an operation left behind: those it sent, or what the server made of them."""
        bent = {one.name: one.live for one in self.outcomes[operation.id].moved}
        return {name: bent.get(name, value) for name, value in operation.expected.items()}


def undo_source(run: Ended, exported: Snapshot, live: Snapshot) -> Source:
    """Builds the reversal as an edited workbook: live as the run left it, and the values before as edits.

    exported: what the run's own workbooks were exported from, for records that are gone by now.
    """
    baseline = _as_left(run, exported, live)
    wanted = {one.target.id: one.restores for one in run.applied if one.restores}
    for gone in _ids(run, Action.DECLINE_LINE):
        wanted.pop(gone, None)
    export = Export(
        workbook_id=run.plan.workbooks[0].export.workbook_id,
        schema_version=SCHEMA_VERSION,
        tool_version=run.plan.workbooks[0].export.tool_version,
        environment=live.environment,
        scope=live.scope,
        exported_at=run.plan.made_at,
        exported_by=run.started_by,
        fingerprint=baseline.fingerprint,
    )
    file = f"{UNDO}{run.run_id}"
    payouts = {key: payout_values(one) for key, one in sorted(baseline.payouts.items())}
    lines = {key: line_values(one) for key, one in sorted(baseline.lines.items())}
    edited = EditedWorkbook(
        file,
        export,
        _sheet(export, RecordKind.PAYOUT, "payouts", payouts, wanted),
        _sheet(export, RecordKind.LINE, "lines", lines, wanted),
        EditedSheet(RecordKind.NEW_LINE, "new lines", {}, (), is_typed=False),
        findings=(),
    )
    return Source(baseline, edited, tuple(_irreversible(run, file)))


def _irreversible(run: Ended, file: str) -> Iterator[Finding]:
    for one in run.applied:
        if one.by_hand:
            record = run.outcomes[one.id].result_id or one.target.id
            what = f"{one.action.value.capitalize()} {record} ({one.target.partner_name})"
            part = "cannot all be undone" if one.restores else "cannot be undone"
            yield Finding(Severity.WARNING, "irreversible", f"{what} {part} by API.", one.by_hand, file=file)


def _ids(run: Ended, action: Action) -> set[str]:
    return {one.target.id for one in run.applied if one.action is action}


def _as_left(run: Ended, exported: Snapshot, live: Snapshot) -> Snapshot:
    """Live, with the fields that the run wrote as it left them."""
    payouts, lines = dict(live.payouts), dict(live.lines)
    for one in run.applied:
        if one.action is Action.UPDATE_PAYOUT:
            _overwrite(payouts, exported.payouts, one, run.left(one), _payout)
        elif one.action is Action.UPDATE_LINE:
            _overwrite(lines, exported.lines, one, run.left(one), _line)
    return replace(live, payouts=payouts, lines=lines)


def _overwrite(
    records: dict[str, R], exported: Mapping[str, R], one: Operation, left: Texts, write: Writer[R]
) -> None:
    record = records.get(one.target.id) or exported.get(one.target.id)
    if record:
        records[one.target.id] = write(record, left)


def _payout(payout: Payout, left: Texts) -> Payout:
    return replace(payout, **left)  # type: ignore[arg-type]


def _line(line: CommissionLine, left: Texts) -> CommissionLine:
    amount = recorded_amount(left.get("amount") or line.amount.amount)
    line = replace(line, amount=Money(amount, left.get("currency") or line.amount.currency))
    if "source_amount" in left:
        source = left["source_amount"]
        line = replace(line, source_amount=None if source is None else recorded_amount(source))
    texts = {name: left[name] for name in ("description", "internal_note") if name in left}
    return replace(line, **texts)  # type: ignore[arg-type]


def _sheet(
    export: Export, kind: RecordKind, name: str, records: Mapping[str, Values], wanted: Mapping[str, Texts]
) -> EditedSheet:
    rows = tuple(
        EditedRow(
            0,  # no workbook has this row, so no place names one
            key,
            {**values, **wanted.get(key, {})},
            values,
            row_token(export.workbook_id, kind, key, values),
            {},
        )
        for key, values in records.items()
    )
    return EditedSheet(kind, name, {}, rows, is_typed=False)
