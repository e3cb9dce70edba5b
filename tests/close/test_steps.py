"""The steps of a month: what nobody did is not done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconcile.close.steps import Traces, steps
from reconcile.domain.period import Days, Period

WORK = Traces(
    began=Days().start(Period.parse("2026-03").start),
    runs=[("2026-04-05T10:00:00+00:00", "finished")],
    bills=["2026-04-06T10:00:00+00:00"],
    payments=["2026-04-07T10:00:00+00:00"],
)


def _done(period: str, traces: Traces) -> set[str]:
    return {
        one.name
        for one in steps(replace(traces, began=Days().start(Period.parse(period).start)))
        if one.state == "done"
    }


@pytest.mark.parametrize("period", ["2025-03", "2026-02", "2026-05"])
def test_a_month_whose_turn_it_is_not_has_no_step_that_is_done(period: str) -> None:
    assert _done(period, replace(WORK, is_next=False)) == set()


def test_the_work_of_the_next_month_begins_when_the_one_before_it_is_closed() -> None:
    every = {"diff and approval", "apply", "bills", "payments"}

    assert _done("2026-03", WORK) == every
    assert _done("2026-03", replace(WORK, closed_before="2026-04-07T00:00:00+00:00")) == {"payments"}


@pytest.mark.parametrize(
    ("asked", "rejected", "said"),
    [
        (1, 0, "1 approval asked for, no run yet"),
        (0, 1, "1 approval rejected, no run yet"),
        (2, 1, "2 approvals asked for, 1 approval rejected, no run yet"),
        (0, 0, "1 workbook compared, no run yet"),
    ],
)
def test_an_approval_that_was_rejected_is_not_asked_for_any_more(
    asked: int, rejected: int, said: str
) -> None:
    at = "2026-04-05T10:00:00+00:00"
    traces = replace(WORK, runs=(), returned=[at], asked=[at] * asked, rejected=[at] * rejected)

    step = next(one for one in steps(traces) if one.name == "diff and approval")

    assert (step.state, step.said) == ("open", said)
