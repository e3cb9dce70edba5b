"""Gathers what check, diff and apply look at: the workbook, its baseline, live, and the plan from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconcile.check.review import review
from reconcile.cli.common import now, progress, whoami
from reconcile.config import Settings
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import LINE_FIELDS, PAYOUT_FIELDS
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.snapshot import Environment, Snapshot
from reconcile.errors import DecisionNeeded, WorkbookError
from reconcile.introw.client import Reader
from reconcile.introw.fetch import fetch_live
from reconcile.plan.build import Circumstances, build_plan
from reconcile.plan.model import Action, Plan
from reconcile.store.store import Store
from reconcile.workbook.baseline import baseline_of
from reconcile.workbook.reader import read_workbook
from reconcile.workbook.readonly import readonly_edits


@dataclass(frozen=True)
class Reading:
    """A workbook with its baseline, and everything that was found in it."""

    edited: EditedWorkbook
    baseline: Snapshot
    findings: tuple[Finding, ...]


def read(file: Path, settings: Settings, store: Store) -> Reading:
    """Reads and checks a workbook, without any network. Raises WorkbookError."""
    edited = read_workbook(file, settings.policy, settings.templates)
    kept = store.baseline(edited.export.workbook_id)
    baseline = kept or baseline_of(edited)
    noted = () if kept else (_unknown_export(edited),)
    readonly = (*readonly_edits(edited, baseline), *noted)
    return Reading(edited, baseline, review(edited, baseline, settings.policy, readonly))


def _unknown_export(edited: EditedWorkbook) -> Finding:
    return Finding(
        Severity.WARNING,
        "export-unknown",
        "This state store did not make the export; the baseline is the one in the workbook itself.",
        "Use the state store of the export (--state) if there is one.",
        file=edited.file,
    )


def plan_for(file: Path, settings: Settings, reader: Reader, store: Store) -> tuple[Plan, Reading, Snapshot]:
    """The plan for a workbook against live, with the reading and the live snapshot that it is made of.

    Raises WorkbookError for a workbook of another environment, and DecisionNeeded when none of its payouts
    can be seen with this key.
    """
    reading = read(file, settings, store)
    environment = Environment(reader.connection.origin, settings.profile_name)
    if reading.edited.export.environment != environment:
        raise WorkbookError(
            f"{file.name} was exported from {reading.edited.export.environment}, and this is {environment}. "
            "Choose the profile of the export, or export again."
        )
    names = settings.policy.names
    before = reader.status.requests
    with progress() as shown:
        live = fetch_live(reader, environment, reading.baseline, now(), names.voided_statuses, shown)
    if reading.baseline.payouts and not reading.baseline.payouts.keys() & live.payouts.keys():
        raise DecisionNeeded(
            f"None of the {len(reading.baseline.payouts)} payouts in {file.name} can be seen with this key. "
            "It is probably the key of another organisation."
        )
    workbook_id = reading.edited.export.workbook_id
    given = Circumstances(
        made_at=now(),
        made_by=whoami(),
        created=store.effects(workbook_id, Action.CREATE_LINE),
        gone=frozenset(store.effects(workbook_id, Action.DECLINE_LINE)),
        sent=_sent(store, workbook_id),
        reads=reader.status.requests - before,
        rate=settings.profile.rate,
    )
    plan = build_plan(reading.baseline, reading.edited, live, reading.findings, settings.policy, given)
    return plan, reading, live


def _sent(store: Store, workbook_id: str) -> dict[tuple[str, str], str]:
    return {
        (record, field.name): text
        for field in (*PAYOUT_FIELDS, *LINE_FIELDS)
        for record, text in store.effects(workbook_id, f"set {field.name}").items()
    }
