"""What a run says of itself at its end."""

from __future__ import annotations

import io

import pytest
from builders import make_line, make_payout, make_plan, make_snapshot
from rich.console import Console

from reconcile.plan.outcome import OperationOutcome, Outcome, Verification
from reconcile.report.build import report_on, run_of
from reconcile.report.run import render_run

PLAN = make_plan(make_snapshot(make_payout(), make_line()), {"cln_1": {"amount": "550"}})


def said(*outcomes: Outcome) -> str:
    written = io.StringIO()
    known = {
        operation.id: OperationOutcome(operation.id, outcome)
        for operation, outcome in zip(PLAN.operations, outcomes, strict=False)
    }
    run = run_of(PLAN, known, Verification((), ()), ("run-1", "", "ops"))
    render_run(report_on(PLAN, run), Console(file=written, width=200))
    return written.getvalue()


@pytest.mark.parametrize("outcome", [Outcome.APPLIED, Outcome.ALREADY_APPLIED])
def test_everything_ties_out_when_everything_was_done(outcome: Outcome) -> None:
    assert "Everything ties out." in said(outcome)


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.REFUSED, Outcome.SKIPPED])
def test_a_run_that_left_something_does_not_say_that_everything_ties_out(outcome: Outcome) -> None:
    assert "What was done ties out." in said(outcome)
    assert "Everything" not in said(outcome)


def test_a_run_that_stopped_does_not_say_that_everything_ties_out() -> None:
    assert "What was done ties out." in said()
