"""Records, snapshots and edited workbooks in memory, for tests that need no file and no server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from reconcile.check.review import review
from reconcile.domain.edited import (
    SCHEMA_VERSION,
    EditedRow,
    EditedSheet,
    EditedWorkbook,
    Export,
    row_token,
)
from reconcile.domain.fields import FIELDS, RecordKind, Value, Values, line_values, payout_values
from reconcile.domain.finding import Finding
from reconcile.domain.money import Money
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.records import CommissionLine, Partner, Payout
from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.plan.build import Circumstances, build_plan
from reconcile.plan.model import Plan
from reconcile.plan.sources import OwnWork, Source

ENVIRONMENT = Environment("https://api.example.test", "acme")
EXPORTED = datetime(2026, 4, 5, 12, 30, tzinfo=UTC)
MADE = datetime(2026, 4, 8, 9, 0, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)
FILE = "march.xlsx"
WORKBOOK = "wb_20260405"
POLICY = Policy()
GIVEN = Circumstances(MADE, "ops")
NO_WORK = OwnWork()

SHEETS = {
    RecordKind.PAYOUT: "Payouts",
    RecordKind.LINE: "Lines",
    RecordKind.NEW_LINE: "New lines",
    RecordKind.NEW_PAYOUT: "New payouts",
}

Edits = Mapping[str, Mapping[str, Value]]
"""What a person typed: the new values by record id and field."""


def money(text: str) -> Money:
    """`4250.00 USD`."""
    amount, currency = text.split()
    return Money(Decimal(amount), currency)


def make_payout(payout_id: str = "pay_1", total: str = "1000 USD", **given: object) -> Payout:
    """An approved payout of Acme."""
    plain = Payout(
        id=payout_id,
        partner_id="ptn_1",
        partner_name="Acme",
        batch_id="pbt_1",
        period_start=START,
        period_end=END,
        amount=money(total),
        stage="APPROVED",
        po_number=None,
        statement_note=None,
        created_at=START,
        updated_at=START,
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def make_line(
    line_id: str = "cln_1", total: str = "500 USD", payout_id: str | None = "pay_1", **given: object
) -> CommissionLine:
    """A line of Acme on its payout; without a payout, in the pending pool."""
    plain = CommissionLine(
        id=line_id,
        partner_id="ptn_1",
        payout_id=payout_id,
        description="Referral",
        amount=money(total),
        source_amount=None,
        status="PENDING" if payout_id is None else "IN_PAYOUT",
        plan_name=None,
        period_end=END,
        internal_note=None,
        created_at=START,
        updated_at=START,
        unread=frozenset({"internal_note"}),
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def make_snapshot(*records: Payout | CommissionLine) -> Snapshot:
    """A snapshot of these records."""
    payouts = {one.id: one for one in records if isinstance(one, Payout)}
    lines = {one.id: one for one in records if isinstance(one, CommissionLine)}
    partners = {"ptn_1": Partner("ptn_1", "Acme"), "ptn_2": Partner("ptn_2", "Bolt")}
    return Snapshot(ENVIRONMENT, Scope(), EXPORTED, payouts, lines, partners)


def changed(snapshot: Snapshot, record_id: str, **given: object) -> Snapshot:
    """The snapshot with one record changed."""
    if record_id in snapshot.payouts:
        payout = replace(snapshot.payouts[record_id], **given)  # type: ignore[arg-type]
        return replace(snapshot, payouts={**snapshot.payouts, record_id: payout})
    line = replace(snapshot.lines[record_id], **given)  # type: ignore[arg-type]
    return replace(snapshot, lines={**snapshot.lines, record_id: line})


def without(snapshot: Snapshot, *record_ids: str) -> Snapshot:
    """The snapshot without these records."""
    return replace(
        snapshot,
        payouts={key: one for key, one in snapshot.payouts.items() if key not in record_ids},
        lines={key: one for key, one in snapshot.lines.items() if key not in record_ids},
    )


def make_export(snapshot: Snapshot) -> Export:
    """The identity of a workbook exported from the snapshot."""
    return Export(
        workbook_id=WORKBOOK,
        schema_version=SCHEMA_VERSION,
        tool_version="0.1.0",
        environment=snapshot.environment,
        scope=snapshot.scope,
        exported_at=EXPORTED,
        exported_by="ops",
        fingerprint=snapshot.fingerprint,
    )


def make_row(kind: RecordKind, number: int, record_id: str, exported: Values, edits: Values) -> EditedRow:
    """The row of a record with its edits. Where there are none, its values are its baseline, as on reading."""
    token = row_token(WORKBOOK, kind, record_id, exported)
    return EditedRow(number, record_id, {**exported, **edits} if edits else exported, exported, token, {})


def make_new_row(number: int, token: str | None = None, **values: Value) -> EditedRow:
    """A row of `New lines`: blank where nothing is given; token: `new-` and its number if not given."""
    blank: dict[str, Value] = dict.fromkeys(field.name for field in FIELDS[RecordKind.NEW_LINE])
    return EditedRow(number, None, {**blank, **values}, None, token or f"new-{number:03}", {})


def make_sheet(kind: RecordKind, rows: Iterable[EditedRow]) -> EditedSheet:
    """A sheet whose editable columns stand in the order of the fields from A, and the id after them."""
    names = [*(field.name for field in FIELDS[kind]), "id"]
    letters = {name: chr(ord("A") + place) for place, name in enumerate(names)}
    return EditedSheet(kind, SHEETS[kind], letters, tuple(rows))


def make_workbook(
    baseline: Snapshot,
    edits: Edits | None = None,
    new: Iterable[EditedRow] = (),
    *,
    missing: Iterable[str] = (),
    file: str = FILE,
) -> EditedWorkbook:
    """The workbook of the baseline as it came back: edits by record id, new lines, rows that are gone.

    Rows stand by record id from row 2.
    """
    edits, gone = edits or {}, set(missing)
    exported: dict[RecordKind, dict[str, Values]] = {
        RecordKind.PAYOUT: {key: payout_values(one) for key, one in sorted(baseline.payouts.items())},
        RecordKind.LINE: {key: line_values(one) for key, one in sorted(baseline.lines.items())},
    }
    assert edits.keys() <= {key for records in exported.values() for key in records}
    payouts, lines = (
        make_sheet(
            kind,
            (
                make_row(kind, number, key, values, edits.get(key, {}))
                for number, (key, values) in enumerate(records.items(), start=2)
                if key not in gone
            ),
        )
        for kind, records in exported.items()
    )
    return EditedWorkbook(
        file, make_export(baseline), payouts, lines, make_sheet(RecordKind.NEW_LINE, new), findings=()
    )


def make_plan(
    baseline: Snapshot,
    edited: EditedWorkbook | Edits,
    live: Snapshot | None = None,
    *,
    findings: tuple[Finding, ...] = (),
    policy: Policy = POLICY,
    given: Circumstances = GIVEN,
    own: OwnWork = NO_WORK,
) -> Plan:
    """The plan of a workbook with these findings. Live is the baseline if not given."""
    book = edited if isinstance(edited, EditedWorkbook) else make_workbook(baseline, edited)
    source = Source(baseline, book, findings, own)
    return build_plan((source,), baseline if live is None else live, policy, given)


def make_checked_plan(
    baseline: Snapshot, edited: EditedWorkbook | Edits, live: Snapshot | None = None, policy: Policy = POLICY
) -> Plan:
    """The plan of a workbook with what the checks find in it."""
    book = edited if isinstance(edited, EditedWorkbook) else make_workbook(baseline, edited)
    return make_plan(baseline, book, live, findings=review(book, baseline, policy), policy=policy)
