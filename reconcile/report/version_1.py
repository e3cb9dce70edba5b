"""Writes the JSON of version 1 (`report.v1.schema.json`) for programs that still read it: `x.v1.json`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from pydantic_core import to_jsonable_python

from reconcile.domain.finding import Finding
from reconcile.plan.model import Conflict, Operation, Return, Target, Total, Workbook
from reconcile.plan.outcome import OperationOutcome, RunTotal, StageTotal
from reconcile.report.model import Change, Report
from reconcile.report.words import LABELS


def to_json_1(report: Report) -> str:
    """The report as JSON text of version 1."""
    return json.dumps(to_jsonable_python(_report(report)), indent=2, ensure_ascii=False) + "\n"


def _report(report: Report) -> dict[str, Any]:
    headline = asdict(report.headline)
    del headline["ties"]
    return {
        "format": report.format,
        "version": 1,
        "title": report.title,
        "environment": str(report.environment),
        "workbooks": [_workbook(one) for one in report.workbooks],
        **_only(report, "made_at", "made_by", "live_fingerprint", "plan_fingerprint"),
        "headline": headline,
        "gates": report.gates,
        "payouts": report.payouts,
        "changes": [_change(one) for one in report.changes],
        "operations": [_operation(one) for one in report.operations],
        "effects": [_about(one) for one in report.effects],
        "conflicts": [_conflict(one) for one in report.conflicts],
        "decided": [
            {"conflict": _conflict(one.conflict), "choice": one.choice, "by": one.by, "kept": one.kept}
            for one in report.decided
        ],
        "held": [
            {"target": _record(one.target), "reason": one.reason}
            | {"changes": [_change(change) for change in one.changes]}
            for one in report.held
        ],
        "drifts": [_about(one) for one in report.drifts],
        "damaged": [{**_about(one), "label": LABELS[one.field]} for one in report.damaged],
        "missing": [_record(one) for one in report.missing],
        "findings": [_finding(one) for one in report.findings],
        "stages": [_total(one) for one in report.stages],
        "partners": [_total(one) for one in report.partners],
        "currencies": [_total(one) for one in report.currencies],
        "tie_out": [{**asdict(one), "residual": one.residual} for one in report.tie_out],
        "returns": [_return(one) for one in report.returns],
        "run": _run(report),
    }


def _only(one: object, *names: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


def _record(target: Target) -> dict[str, Any]:
    return _only(target, "kind", "id", "payout_id", "partner_id", "partner_name", "place")


def _about(one: Any) -> dict[str, Any]:  # noqa: ANN401  any value of the report that has a target
    return {**asdict(one), "target": _record(one.target)}


def _change(change: Change) -> dict[str, Any]:
    made = _about(change)
    del made["reason"]
    return made


def _workbook(one: Workbook) -> dict[str, Any]:
    export = one.export
    return {
        "file": one.file,
        "workbook_id": export.workbook_id,
        "scope": str(export.scope),
        "exported_at": export.exported_at,
        "exported_by": export.exported_by,
        "baseline": export.fingerprint,
    }


def _operation(one: Operation) -> dict[str, Any]:
    request = _only(one, "id", "action", "method", "path", "body")
    beside = _only(one, "relies_on", "expected", "undo", "by_hand", "waits_for")
    return {**request, **beside, "target": _record(one.target)}


def _conflict(one: Conflict) -> dict[str, Any]:
    others = [{"target": _record(other.target), "values": other.values} for other in one.others]
    own = _only(one, "group", "baseline", "yours", "live", "reason")
    return {**own, "target": _record(one.target), "others": others}


def _finding(one: Finding) -> dict[str, Any]:
    return _only(one, "severity", "rule", "place", "value", "allowed", "message", "fix", "record_id")


def _total(one: Total) -> dict[str, Any]:
    return {**asdict(one), "delta": one.delta}


def _return(one: Return) -> dict[str, Any]:
    given = _only(one.handout, "part", "recipient", "file", "workbook_id")
    return {"handout": given, "file": one.file, "earlier": one.earlier}


def _run(report: Report) -> dict[str, Any] | None:
    run = report.run
    if run is None:
        return None
    found = run.verification
    return {
        **_only(run, "run_id", "started_at", "started_by", "stopped", "not_tried"),
        "outcomes": [_outcome(operation, one) for operation, one in report.outcomes],
        "differences": [
            {"operation": one.operation_id, "record": one.record, "name": one.name}
            | {"wanted": one.wanted, "seen": one.seen}
            for one in found.differences
        ],
        "totals": [_sums(one) for one in found.totals],
        "stages": [{"stage": one.stage} | _sums(one) for one in found.stages],
        "unread": found.unread,
        "ties": run.ties,
    }


def _outcome(operation: Operation, one: OperationOutcome) -> dict[str, Any]:
    return {
        "operation": operation.id,
        "action": operation.action,
        "record": operation.target.id,
        "outcome": one.outcome,
        "done": one.outcome.done,
        "message": one.message,
        "at": one.at,
    }


def _sums(one: RunTotal | StageTotal) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "before": one.before,
        "planned": one.wanted,
        "live": one.seen,
        "residual": one.residual,
    }
