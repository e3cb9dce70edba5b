"""Makes the report on a plan, or on a plan and its run. Pure: the same plan gives the same report."""

from __future__ import annotations

from datetime import timedelta

from reconcile.domain.finding import Finding, Severity
from reconcile.plan import model as plans
from reconcile.report import model
from reconcile.report.changes import Book, changes_of, held_changes, irreversible, record
from reconcile.report.effects import effects_of
from reconcile.report.ran import Run
from reconcile.report.words import LABELS

_ALREADY = "already live"


def report_on(plan: plans.Plan, run: Run | None = None) -> model.Report:
    """The report on a plan; with `run`, on what became of it."""
    book = Book(plan)
    payouts, changes = changes_of(book)
    return model.Report(
        format="reconcile-report",
        version=model.REPORT_VERSION,
        title=f"Plan for {plan.files}" if run is None else f"Run of {plan.files}",
        environment=str(plan.environment),
        workbooks=_workbooks(plan),
        made_at=plan.made_at,
        made_by=plan.made_by,
        live_fingerprint=plan.live_fingerprint,
        plan_fingerprint=plan.fingerprint,
        headline=_headline(plan, payouts, changes),
        gates=tuple(
            model.Gate(one.name, one.message, one.value, one.limit, one.setting) for one in plan.gates
        ),
        payouts=payouts,
        changes=changes,
        operations=tuple(_operation(one) for one in plan.operations),
        effects=effects_of(plan),
        conflicts=tuple(_conflict(one) for one in plan.conflicts),
        decided=tuple(
            model.Decided(_conflict(one.conflict), one.choice.value, one.by, one.kept) for one in plan.decided
        ),
        held=tuple(
            model.Held(record(one.target), one.reason, held_changes(book, one.target)) for one in plan.held
        ),
        drifts=tuple(
            model.Drift(record(one.target), one.what, one.baseline, one.live) for one in plan.drifts
        ),
        damaged=tuple(_damage(one) for one in plan.damaged),
        missing=tuple(record(one) for one in plan.missing),
        findings=tuple(finding_of(one) for one in plan.findings),
        stages=tuple(_total(one) for one in plan.stages),
        partners=tuple(_total(one) for one in plan.partners),
        currencies=tuple(_currency(one) for one in plan.tie_out),
        tie_out=tuple(_tie_out(one) for one in plan.tie_out),
        returns=tuple(_return(one) for one in plan.returns),
        run=run,
    )


def _workbooks(plan: plans.Plan) -> tuple[model.Workbook, ...]:
    return tuple(
        model.Workbook(
            file=one.file,
            workbook_id=one.export.workbook_id,
            scope=str(one.export.scope),
            exported_at=one.export.exported_at,
            exported_by=one.export.exported_by,
            baseline=one.export.fingerprint,
        )
        for one in plan.workbooks
    )


def _headline(
    plan: plans.Plan, payouts: tuple[model.Payout, ...], changes: tuple[model.Change, ...]
) -> model.Headline:
    already = sum(one.what == _ALREADY for one in plan.drifts)
    severities = [one.severity for one in plan.findings]
    return model.Headline(
        operations=len(plan.operations),
        edits=sum(one.why is model.Why.EDIT for one in changes),
        payouts=sum(one.payout_id is not None for one in payouts),
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
    )


def _operation(one: plans.Operation) -> model.Operation:
    return model.Operation(
        id=one.id,
        action=one.action.value,
        target=record(one.target),
        method=one.method,
        path=one.path,
        body=one.body,
        relies_on=one.relies_on,
        expected=one.expected,
        undo=one.undo,
        by_hand=one.by_hand,
        waits_for=one.waits_for,
    )


def _conflict(one: plans.Conflict) -> model.Conflict:
    others = tuple(model.Claim(record(other.target), other.values) for other in one.others)
    return model.Conflict(
        record(one.target), one.group, one.baseline, one.yours, one.live, one.reason, others
    )


def _damage(one: plans.Damage) -> model.Damage:
    target, name = record(one.target), LABELS[one.field]
    return model.Damage(target, one.field, name, one.baseline, one.edited, one.how)


def finding_of(one: Finding) -> model.Finding:
    """A finding as the report has it."""
    return model.Finding(
        severity=one.severity.value,
        rule=one.rule,
        place=one.place,
        value=one.value,
        allowed=one.allowed,
        message=one.message,
        fix=one.fix,
        record_id=one.record_id,
    )


def _return(one: plans.Return) -> model.Return:
    given = one.handout
    handout = model.Handout(given.part, given.recipient, given.file, given.workbook_id)
    return model.Return(handout, one.file, one.earlier)


def _total(one: plans.Total) -> model.Total:
    return model.Total(one.key, one.currency, one.exported, one.live, one.after, one.after - one.live)


def _currency(one: plans.TieOut) -> model.Total:
    live = one.exported + one.drift
    return model.Total(one.currency, one.currency, one.exported, live, one.planned, one.planned - live)


def _tie_out(one: plans.TieOut) -> model.TieOut:
    return model.TieOut(one.currency, one.exported, one.drift, one.edits, one.planned, one.residual)
