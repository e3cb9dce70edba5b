"""The report: the values of a plan in the order of reading, and what only a report knows: counts, the run.

Its JSON (`report.schema.json`) is what other programs read; REPORT_VERSION grows when a member changes its
meaning or goes. Values are texts in the comparable form of `domain.fields`, None is a blank; amounts are
decimals in the currency beside them; moments are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from reconcile.domain.finding import Finding
from reconcile.domain.money import Money
from reconcile.domain.snapshot import Environment
from reconcile.plan.model import (
    Conflict,
    Damage,
    Decided,
    Drift,
    Gate,
    Operation,
    Return,
    Target,
    TieOut,
    Total,
    Workbook,
)
from reconcile.plan.outcome import Moved, OperationOutcome, Verification
from reconcile.report.causes import by_cause

REPORT_VERSION: Final = 2
"""The version of the report's JSON; `version_1.py` still writes the one before."""


class Kind(StrEnum):
    """What a change is about: the words of the filter."""

    STAGE = "stage"
    PO_NUMBER = "PO number"
    STATEMENT_NOTE = "statement note"
    AMOUNT = "amount"
    DESCRIPTION = "description"
    INTERNAL_NOTE = "internal note"
    DECLINE = "decline"
    DETACH = "detach"
    NEW_LINE = "new line"
    NEW_PAYOUT = "new payout"
    BATCH = "batch"
    TOTAL = "payout total"


class Why(StrEnum):
    """Where a change comes from: the workbook, somebody upstream, or Introw itself as a consequence."""

    EDIT = "your edit"
    LIVE = "live moved"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Change:
    """One value, old and new.

    currency: of an amount, after the change; currency_before: before it; both empty for other values.
    before_known: False where the API does not give the value back. visible: the partner sees it.
    irreversible: the API cannot undo it; instead: what to do in the app. note: what to know. also: the
    cells of further workbooks with the same edit. operation: the request that does it; empty where nothing
    is sent. reason: why, as the person wrote it beside the edit.
    """

    target: Target
    kind: Kind
    field: str
    label: str
    before: str | None
    after: str | None
    why: Why
    currency: str = ""
    currency_before: str = ""
    before_known: bool = True
    cleared: bool = False
    visible: bool = False
    irreversible: bool = False
    instead: str = ""
    note: str = ""
    also: tuple[str, ...] = ()
    operation: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in its currency."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Payout:
    """A payout that changes, before and after; the pending pool of a partner where payout_id is None.

    amount_after: None where it depends on the server's exchange rate, and for the pool. moved: the sum of
    what its lines move by, up or down, per currency.
    """

    payout_id: str | None
    partner_id: str
    partner_name: str
    currency: str
    amount_before: Decimal | None
    amount_after: Decimal | None
    stage_before: str
    stage_after: str
    moved: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A payout and what happens to it."""

    payout: Payout
    changes: tuple[Change, ...]
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class SideEffect:
    """What Introw does by itself as a consequence. what: `payout total`, `stage` or `statement rate`."""

    target: Target
    what: str
    before: str
    after: str
    note: str


@dataclass(frozen=True, slots=True)
class HeldEdits:
    """A record whose edits wait, why, the edits, and the amount of the record."""

    target: Target
    reason: str
    changes: tuple[Change, ...]
    money: Money | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """The counts. credits: monthly API credits, one per call. seconds: at the allowed rate.

    credits_left: of this month, null where the server does not say. done_at: when the run would be done if it
    began when the plan was made. ties: whether the tie-out of all lines has no residual.
    """

    operations: int
    edits: int
    payouts: int
    visible: int
    irreversible: int
    cleared: int
    conflicts: int
    held: int
    errors: int
    warnings: int
    drifts: int
    already_live: int
    damaged: int
    missing: int
    calls: int
    credits: int
    seconds: int
    credits_left: int | None
    done_at: datetime
    ties: bool


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did. stopped: why it ended early. not_tried: operations without an outcome.

    ties: whether live is what the run should have left.
    """

    run_id: str
    started_at: str
    started_by: str
    stopped: str
    not_tried: int
    outcomes: tuple[OperationOutcome, ...]
    verification: Verification
    ties: bool

    @property
    def complete(self) -> bool:
        """Whether everything that was planned is done."""
        return not self.not_tried and all(one.outcome.done for one in self.outcomes)


@dataclass(frozen=True, slots=True)
class Approval:
    """Whether a second person agreed, in words.

    rules: why it needs an approval. who: the people who can agree. approved_by: those who did. request: the
    id of the request. lacks: the reason to stop that nothing but such an approval takes away; empty where
    there is none.
    """

    summary: str = "not approved by a second person: not asked for"
    rules: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()
    request: str = ""
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Stale:
    """An operation of a saved plan that would be held back, and the values that moved since."""

    operation_id: str
    target: Target
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A plan, or a plan and the run of it, for people and programs.

    stops: why `apply` would stop before its first write, gates apart. stale: of a saved plan that is shown
    again. let_pass: the gates that this command lets pass, by name. approval: of a second person.
    live_at: the moment of live, where an earlier reading of it served; the payouts are of `made_at`.
    """

    format: Literal["reconcile-report"]
    version: Literal[2]
    title: str
    environment: Environment
    workbooks: tuple[Workbook, ...]
    made_at: datetime
    made_by: str
    live_fingerprint: str
    plan_fingerprint: str
    headline: Headline
    gates: tuple[Gate, ...]
    payouts: tuple[Payout, ...]
    changes: tuple[Change, ...]
    operations: tuple[Operation, ...]
    effects: tuple[SideEffect, ...]
    conflicts: tuple[Conflict, ...]
    decided: tuple[Decided, ...]
    held: tuple[HeldEdits, ...]
    drifts: tuple[Drift, ...]
    damaged: tuple[Damage, ...]
    missing: tuple[Target, ...]
    findings: tuple[Finding, ...]
    stages: tuple[Total, ...]
    partners: tuple[Total, ...]
    currencies: tuple[Total, ...]
    tie_out: tuple[TieOut, ...]
    returns: tuple[Return, ...]
    run: Run | None
    stops: tuple[str, ...] = ()
    stale: tuple[Stale, ...] = ()
    let_pass: tuple[str, ...] = ()
    approval: Approval = Approval()
    live_at: datetime | None = None

    @property
    def gates_passed(self) -> tuple[Gate, ...]:
        """The gates that a person let pass: all of them, once there is a run."""
        return tuple(gate for gate in self.gates if self.run or gate.name in self.let_pass)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The changes and the requests by payout, in the order in which they run."""
        changes: dict[tuple[str | None, str], list[Change]] = {}
        for change in self.changes:
            changes.setdefault(group_key(change.target), []).append(change)
        operations: dict[tuple[str | None, str], list[Operation]] = {}
        for operation in self.operations:
            operations.setdefault(group_key(operation.target), []).append(operation)
        keys = ((one, (one.payout_id, "" if one.payout_id else one.partner_id)) for one in self.payouts)
        return tuple(
            Group(one, tuple(changes.get(key, ())), tuple(operations.get(key, ()))) for one, key in keys
        )

    @property
    def causes(self) -> tuple[Finding, ...]:
        """The findings for people: those of one cause together."""
        return by_cause(self.findings)

    @property
    def outcomes(self) -> Iterator[tuple[Operation, OperationOutcome]]:
        """The operations of the run that have an outcome, with it."""
        known = {one.operation_id: one for one in self.run.outcomes} if self.run else {}
        return ((one, known[one.id]) for one in self.operations if one.id in known)


def group_key(target: Target) -> tuple[str | None, str]:
    """What a change is listed under: its payout, or the partner whose pending pool it is in."""
    return target.payout_id, "" if target.payout_id else target.partner_id
