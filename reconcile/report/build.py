"""Makes the report on a plan, or on a plan and its run. Pure: the same plan gives the same report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from reconcile.domain.finding import Severity
from reconcile.plan.model import Action, Plan, TieOut, Total
from reconcile.plan.outcome import OperationOutcome, Verification
from reconcile.report import model
from reconcile.report.causes import by_cause
from reconcile.report.changes import Book, changes_of, held_changes, irreversible
from reconcile.report.effects import effects_of

_ALREADY = "already live"


def report_on(plan: Plan, run: model.Run | None = None) -> model.Report:
    """The report on a plan; with `run`, on what became of it."""
    book = Book(plan)
    payouts, changes = changes_of(book)
    return model.Report(
        format="reconcile-report",
        version=model.REPORT_VERSION,
        title=f"Plan for {plan.files}" if run is None else f"Run of {plan.files}",
        environment=plan.environment,
        workbooks=plan.workbooks,
        made_at=plan.made_at,
        made_by=plan.made_by,
        live_fingerprint=plan.live_fingerprint,
        plan_fingerprint=plan.fingerprint,
        headline=_headline(plan, payouts, changes),
        gates=plan.gates,
        payouts=payouts,
        changes=changes,
        operations=plan.operations,
        effects=effects_of(plan),
        conflicts=plan.conflicts,
        decided=plan.decided,
        held=tuple(
            model.HeldEdits(one.target, one.reason, held_changes(book, one.target), one.money)
            for one in plan.held
        ),
        drifts=plan.drifts,
        damaged=plan.damaged,
        missing=plan.missing,
        findings=plan.findings,
        stages=plan.stages,
        partners=plan.partners,
        currencies=tuple(_currency(one) for one in plan.tie_out),
        tie_out=plan.tie_out,
        returns=plan.returns,
        run=run,
    )


def _currency(one: TieOut) -> Total:
    """The money of all lines in a currency: at the export, live, and after the plan."""
    return Total(one.currency, one.currency, one.exported, one.exported + one.drift, one.planned)


def run_of(
    plan: Plan,
    outcomes: Mapping[str, OperationOutcome],
    found: Verification,
    started: tuple[str, str, str],
    stopped: str = "",
) -> model.Run:
    """The run in the report. started: the run's id, the moment it started, and who started it."""
    run_id, at, who = started
    known = tuple(outcomes[one.id] for one in plan.operations if one.id in outcomes)
    not_tried = len(plan.operations) - len(outcomes)
    return model.Run(run_id, at, who, stopped, not_tried, known, found, found.ties)


def _headline(
    plan: Plan, payouts: tuple[model.Payout, ...], changes: tuple[model.Change, ...]
) -> model.Headline:
    already = sum(one.what == _ALREADY for one in plan.drifts)
    severities = [one.severity for one in by_cause(plan.findings)]
    return model.Headline(
        operations=len(plan.operations),
        edits=sum(one.why is model.Why.EDIT for one in changes),
        payouts=sum(one.payout_id is not None for one in payouts)
        + sum(one.action is Action.CREATE_PAYOUT for one in plan.operations),
        visible=sum(one.visible for one in changes),
        irreversible=sum(irreversible(one) for one in plan.operations),
        cleared=sum(one.cleared for one in changes),
        conflicts=len(plan.conflicts),
        held=len(plan.held),
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
        drifts=len(plan.drifts) - already,
        already_live=already,
        damaged=len(plan.damaged),
        missing=len(plan.missing),
        calls=plan.cost.calls,
        credits=plan.cost.calls,
        seconds=plan.cost.seconds,
        credits_left=plan.cost.credits_left,
        done_at=plan.made_at + timedelta(seconds=plan.cost.seconds),
        ties=not any(one.residual for one in plan.tie_out),
    )
