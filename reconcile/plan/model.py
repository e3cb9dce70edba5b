"""The plan and its parts, as frozen values.

Values of fields are texts in the comparable form of `domain.fields`; None is a blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from reconcile.domain.decision import Choice
from reconcile.domain.edited import Export
from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import Money
from reconcile.domain.snapshot import Environment
from reconcile.domain.split.split_by import SplitWorkbook

PLAN_VERSION: Final = 7
"""The version of the plan's JSON; a plan of another one is refused."""

Texts = Mapping[str, str | None]
Body = Mapping[str, str | bool | None]
"""The members of a request."""


@dataclass(frozen=True, slots=True)
class Target:
    """The record something is about, with the names a person knows it by.

    payout_id: the payout itself, or the one a line hangs on; None for the pending pool. place: the cell or
    row it came from (`march.xlsx, Lines!F12`), the file alone for a row that is not there; empty for what no
    workbook speaks of. file, workbook: that workbook's file and id.
    """

    kind: RecordKind
    id: str
    payout_id: str | None
    partner_id: str
    partner_name: str
    place: str = ""
    file: str = ""
    workbook: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that a person changed: before and after.

    currency: of an amount, after the change; empty for other fields. before_known: False where the server
    does not give the value back. cleared: the field is emptied. visible: the partner will see it. also: the
    same edit in further workbooks. reason: why, as the people wrote who made it.
    """

    target: Target
    field: str
    before: str | None
    after: str | None
    currency: str = ""
    before_known: bool = True
    cleared: bool = False
    visible: bool = False
    also: tuple[Target, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a further workbook wants of the same thing."""

    target: Target
    values: Texts


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides moved the same thing apart, or an edit no longer makes sense: the record is held.

    others: what further workbooks want of it, the same as `yours` or something else. keepable: a person may
    decide for the workbook's side; False where it can no longer be done, or not be done at all. money: the
    record's amount, live or else as exported; None for a new line and where it is not known.
    """

    target: Target
    group: str
    baseline: Texts
    yours: Texts
    live: Texts | None
    reason: str
    others: tuple[Claim, ...] = ()
    keepable: bool = True
    money: Money | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A conflict that a person decided.

    by: who, and where it stands (`march.xlsx, Conflicts!H3`). kept: the values that stand; None where
    live does.
    """

    conflict: Conflict
    choice: Choice
    by: str
    kept: Texts | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """Live moved and the workbook did not. what: `moved`, `gone upstream`, `new upstream` or `already live`.

    `already live` is an edit that somebody made upstream too, or that an earlier run applied.
    """

    target: Target
    what: str
    baseline: Texts
    live: Texts


@dataclass(frozen=True, slots=True)
class Damage:
    """A value that a spreadsheet program damaged; treated as unchanged."""

    target: Target
    field: str
    baseline: str | None
    edited: str | None
    how: str


@dataclass(frozen=True, slots=True)
class Held:
    """A record whose changes are not applied, and why. money: as in a conflict; of a new line, its own."""

    target: Target
    reason: str
    money: Money | None = None


class Action(StrEnum):
    """The kinds of operation, in the order in which they run within one payout."""

    CREATE_LINE = "create line"
    UPDATE_LINE = "update line"
    DETACH_LINE = "detach line"
    DECLINE_LINE = "decline line"
    UPDATE_PAYOUT = "update payout"
    CREATE_PAYOUT = "create payout"

    @property
    def creates(self) -> bool:
        """Whether it makes a record, which has no id before."""
        return self in (Action.CREATE_LINE, Action.CREATE_PAYOUT)


@dataclass(frozen=True, slots=True)
class Operation:
    """One API call.

    relies_on: what live must still show just before: values of the record (`visible_state.observe`), and of
    its payout (`plan.reliance`). expected: what it must show afterwards. undo: how it can be undone, or empty
    where the API cannot. restores: the values before, which an undo sets back; empty where there are none to
    set. by_hand: what a person does in Introw for what the API cannot undo; empty where it can undo
    everything. waits_for: the ids of the operations that must have succeeded first. before, after: the line's
    amount, None where there is no line; both None where the operation touches no line's money. unshown: the
    fields it sets that the API does not give back. workbooks: the ids of the workbooks that ask for it.
    reason: why, as the people wrote who ask; it is kept with the run, and sent only as a comment.
    """

    id: str
    action: Action
    target: Target
    method: str
    path: str
    body: Body | None
    relies_on: Texts
    expected: Texts
    undo: str
    restores: Texts = field(default_factory=dict)
    by_hand: str = ""
    waits_for: tuple[str, ...] = ()
    before: Money | None = None
    after: Money | None = None
    unshown: tuple[str, ...] = ()
    workbooks: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """A sum at the export, now live, and after the plan. key: the stage or the partner's name."""

    key: str
    currency: str
    exported: Decimal
    live: Decimal
    after: Decimal

    @property
    def delta(self) -> Decimal:
        """What the plan moves it by."""
        return self.after - self.live


@dataclass(frozen=True, slots=True)
class TieOut:
    """The proof per currency, over all lines in scope that are not declined.

    exported + drift + edits = planned, where `planned` is summed independently over the forecast.
    """

    currency: str
    exported: Decimal
    drift: Decimal
    edits: Decimal
    planned: Decimal

    @property
    def residual(self) -> Decimal:
        """What does not tie: zero, or the plan is wrong."""
        return self.planned - self.exported - self.drift - self.edits


@dataclass(frozen=True, slots=True)
class Effect:
    """A payout that the plan changes, forecast. amount_after: None where line currencies differ from it.

    auto_declined: its last line is declined, so the server declines it (introw-api.md 2.14). A payout that
    the plan makes has no stage before.
    """

    target: Target
    currency: str
    amount_before: Decimal
    amount_after: Decimal | None
    stage_before: str
    stage_after: str
    auto_declined: bool


@dataclass(frozen=True, slots=True)
class Gate:
    """A safety limit that the plan trips. setting: its name in `reconcile.toml`."""

    name: str
    message: str
    value: str
    limit: str
    setting: str


@dataclass(frozen=True, slots=True)
class Holding:
    """The absolute amounts of a partner's live lines in one currency; of all partners for an empty id."""

    partner_id: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Scale:
    """What the gates measure the operations against.

    payouts, lines: how many were exported. by_stage: the export was of some stages only. filled: how many
    exported records have a value, by field. held: the money of all partners, and of those whose money moves.
    """

    payouts: int = 0
    lines: int = 0
    by_stage: bool = False
    filled: Mapping[str, int] = field(default_factory=dict)
    held: tuple[Holding, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What the run takes: API calls, monthly credits (one per call, introw-api.md 4.3), and time.

    seconds: at the allowed rate, and until a new line whose answer is lost counts as not made. credits_left:
    of this month, when the plan was made; None where the server does not say.
    """

    writes: int
    reads: int
    seconds: int
    credits_left: int | None = None

    @property
    def calls(self) -> int:
        """All requests: the writes, the re-read before and the read-back after."""
        return self.writes + self.reads


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook that the plan is made of: the file that came back, and which export it is.

    kept: whether the state store that made the plan has that export.
    """

    file: str
    export: Export
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Return:
    """A workbook of a set that was handed out together: whether it came back.

    file: the file of this plan that it is, if it is one. earlier: when it came back for the first time (UTC,
    ISO 8601), for one that is not in this plan. Both are empty for one that is still out.
    """

    handout: SplitWorkbook  # the name in saved plans and reports
    file: str = ""
    earlier: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered operations, and everything a person needs to judge them."""

    version: int
    made_at: datetime
    made_by: str
    environment: Environment
    workbooks: tuple[Workbook, ...]
    live_fingerprint: str
    operations: tuple[Operation, ...]
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    decided: tuple[Decided, ...]
    drifts: tuple[Drift, ...]
    damaged: tuple[Damage, ...]
    missing: tuple[Target, ...]
    held: tuple[Held, ...]
    findings: tuple[Finding, ...]
    effects: tuple[Effect, ...]
    stages: tuple[Total, ...]
    partners: tuple[Total, ...]
    tie_out: tuple[TieOut, ...]
    gates: tuple[Gate, ...]
    cost: Cost
    returns: tuple[Return, ...] = ()
    scale: Scale = field(default_factory=Scale)
    fingerprint: str = ""

    @property
    def files(self) -> str:
        """The names of the workbooks, for a title."""
        return ", ".join(one.file for one in self.workbooks)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that hold something back."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def needs_decision(self) -> bool:
        """Whether a person must decide something: errors, conflicts or gates."""
        return bool(self.gates) or self.holds_back

    @property
    def holds_back(self) -> bool:
        """Whether something of it waits for a person, whatever gates are let pass."""
        return bool(self.errors or self.conflicts or self.held)
