"""The report: one immutable value that every rendering shows, in the order of reading.

Its JSON (`report.schema.json`) is what other programs read, so these are types of their own, and
REPORT_VERSION grows when a member changes its meaning or goes. Values are texts in the comparable form of
`domain.fields`, None is a blank; amounts are decimals in the currency beside them; moments are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from reconcile.report.ran import Run

REPORT_VERSION: Final = 1
"""The version of the report's JSON."""

Texts = Mapping[str, str | None]


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
    TOTAL = "payout total"


class Why(StrEnum):
    """Where a change comes from: the workbook, somebody upstream, or Introw itself as a consequence."""

    EDIT = "your edit"
    LIVE = "live moved"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Record:
    """What something is about. payout_id: None for the pending pool. place: `march.xlsx, Lines!F12`."""

    kind: str
    id: str
    payout_id: str | None
    partner_id: str
    partner_name: str
    place: str


@dataclass(frozen=True, slots=True)
class Change:
    """One value, old and new.

    currency: of an amount, after the change; currency_before: before it; both empty for other values.
    before_known: False where the API does not give the value back. visible: the partner sees it.
    irreversible: the API cannot undo it; instead: what to do in the app. note: what to know. also: the
    cells of further workbooks with the same edit. operation: the request that does it; empty where nothing
    is sent.
    """

    target: Record
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
class Operation:
    """A request that is sent. relies_on: what live must still show just before.

    undo: how the API can undo it; empty for none. by_hand: what a person does in Introw instead.
    """

    id: str
    action: str
    target: Record
    method: str
    path: str
    body: Texts | None
    relies_on: Texts
    expected: Texts
    undo: str
    by_hand: str
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What Introw does by itself as a consequence. what: `payout total`, `stage` or `statement rate`."""

    target: Record
    what: str
    before: str
    after: str
    note: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a further workbook wants of the same thing."""

    target: Record
    values: Texts


@dataclass(frozen=True, slots=True)
class Conflict:
    """What was moved apart, side by side. live: None where the record is gone. others: more workbooks."""

    target: Record
    group: str
    baseline: Texts
    yours: Texts
    live: Texts | None
    reason: str
    others: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A conflict that a person decided. by: who, and where it stands. kept: None where live stands."""

    conflict: Conflict
    choice: str
    by: str
    kept: Texts | None


@dataclass(frozen=True, slots=True)
class Held:
    """A record whose edits wait, why, and the edits."""

    target: Record
    reason: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """What moved upstream. what: `moved`, `gone upstream`, `new upstream` or `already live`."""

    target: Record
    what: str
    baseline: Texts
    live: Texts


@dataclass(frozen=True, slots=True)
class Damage:
    """A value that a spreadsheet program damaged; it is not sent."""

    target: Record
    field: str
    label: str
    baseline: str | None
    edited: str | None
    how: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A validation result. severity: `error`, `warning` or `info`. fix: what to do."""

    severity: str
    rule: str
    place: str
    value: str
    allowed: tuple[str, ...]
    message: str
    fix: str
    record_id: str


@dataclass(frozen=True, slots=True)
class Handout:
    """A workbook of a set that was exported together: its part of it, and who got it."""

    part: str
    recipient: str
    file: str
    workbook_id: str


@dataclass(frozen=True, slots=True)
class Return:
    """Whether a workbook of a set came back. file: as which; earlier: when, if before. Empty: not yet."""

    handout: Handout
    file: str
    earlier: str


@dataclass(frozen=True, slots=True)
class Gate:
    """A safety limit that stops the plan."""

    name: str
    message: str
    value: str
    limit: str
    setting: str


@dataclass(frozen=True, slots=True)
class Total:
    """A sum at the export, live, and after the plan; delta: what the plan moves it by."""

    key: str
    currency: str
    exported: Decimal
    live: Decimal
    after: Decimal
    delta: Decimal


@dataclass(frozen=True, slots=True)
class TieOut:
    """The proof: exported + drift + edits = planned, over all lines that are not declined."""

    currency: str
    exported: Decimal
    drift: Decimal
    edits: Decimal
    planned: Decimal
    residual: Decimal


@dataclass(frozen=True, slots=True)
class Workbook:
    """Which workbook came back, and which export it is of. baseline: the fingerprint of what was exported."""

    file: str
    workbook_id: str
    scope: str
    exported_at: datetime
    exported_by: str
    baseline: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The counts. credits: monthly API credits, one per call. seconds: at the allowed rate.

    credits_left: of this month, null where the server does not say. done_at: when the run would be done if it
    began at `made_at`.
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


@dataclass(frozen=True, slots=True)
class Report:
    """A plan, or a plan and the run of it, for people and programs."""

    format: Literal["reconcile-report"]
    version: Literal[1]
    title: str
    environment: str
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
    effects: tuple[Effect, ...]
    conflicts: tuple[Conflict, ...]
    decided: tuple[Decided, ...]
    held: tuple[Held, ...]
    drifts: tuple[Drift, ...]
    damaged: tuple[Damage, ...]
    missing: tuple[Record, ...]
    findings: tuple[Finding, ...]
    stages: tuple[Total, ...]
    partners: tuple[Total, ...]
    currencies: tuple[Total, ...]
    tie_out: tuple[TieOut, ...]
    returns: tuple[Return, ...]
    run: Run | None

    @property
    def groups(self) -> tuple[Group, ...]:
        """The changes and the requests by payout, in the order in which they run."""
        changes: dict[tuple[str | None, str], list[Change]] = {}
        for change in self.changes:
            changes.setdefault(_key(change.target), []).append(change)
        operations: dict[tuple[str | None, str], list[Operation]] = {}
        for operation in self.operations:
            operations.setdefault(_key(operation.target), []).append(operation)
        keys = ((one, (one.payout_id, "" if one.payout_id else one.partner_id)) for one in self.payouts)
        return tuple(
            Group(one, tuple(changes.get(key, ())), tuple(operations.get(key, ()))) for one, key in keys
        )


def _key(target: Record) -> tuple[str | None, str]:
    return target.payout_id, "" if target.payout_id else target.partner_id
