"""What `diff` says beforehand, `apply` would stop for."""

from __future__ import annotations

import pytest
from builders import GIVEN, make_line, make_payout, make_plan, make_snapshot
from cli_session import SET_AMOUNT, CliSession

from reconcile.jobs.runs.hindrances import too_few_credits
from reconcile.plan.model import Plan

BASE = make_snapshot(make_payout(), make_line())


def plan() -> Plan:
    return make_plan(BASE, {"pay_1": {"po_number": "PO-1"}}, given=GIVEN)


@pytest.mark.parametrize(("left", "stops"), [(None, False), (3, False), (2, True)])
def test_credits_that_do_not_last_stop_a_run(left: int | None, *, stops: bool) -> None:
    assert bool(too_few_credits(plan(), left)) is stops


def test_a_diff_names_the_unfinished_run_and_what_it_wrote_and_apply_shows_what_is_new(
    cli: CliSession,
) -> None:
    edited, saved, page = cli.edit(cli.export(), SET_AMOUNT), cli.folder / "p.json", cli.folder / "p.html"
    clear, _, told = cli.run("diff", edited, "--save", saved, "--report", page)
    cli.fault("PATCH /commission-lines/*: 401")
    cli.run("apply", edited, "--yes")
    code, out, blocked = cli.run("diff", edited, "--save", saved)
    _, again, _ = cli.run("diff", saved)
    _, applied, _ = cli.run("apply", saved, "--yes")

    assert clear == 0
    assert told.splitlines() == [f"Report: {page}", f"Plan: {saved}", f"Next: reconcile apply {saved}"]
    assert code == 1
    assert "STOPPED Run run-" in out
    assert "is unfinished" in again
    assert "Next: clear what stops it" in blocked
    # The unfinished run was shown by the last diff, so apply says nothing of it but its refusal.
    assert "since the report of" in applied
    assert "512.50 USD" not in applied.partition("since the report of")[2]
