"""Asks for the approval of a plan: of workbooks that were brought, or of an undo."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from reconcile.desk.asked_plans import AskedPlan, keep_asked, plan_file, sign_in_of
from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.pages.bring import Own, planned
from reconcile.desk.pages.runs import Recorded, kept_undo
from reconcile.desk.visitor import Preparer, Visitor
from reconcile.errors import DecisionNeeded
from reconcile.jobs.approvals import answer_request
from reconcile.jobs.desk.before_run import before_run
from reconcile.jobs.desk.plan_to_run import PlanToRun

router = APIRouter()
FAMILY = Family(router)


@router.post("/bring/{key}/ask")
def ask(request: Request, own: Own, visitor: Preparer, plan: Annotated[str, Form()]) -> Response:
    """Asks for the approval of the plan that the page showed, with all that it exceeds and reopens."""
    desk = desk_of(request)
    found = PlanToRun(planned(desk, own).plan)
    if found.fingerprint != plan:
        raise DecisionNeeded("This was planned again since you looked at it. Look at it as it is now.")
    return _asked(desk, visitor, found, own.key)


@router.post("/runs/{run_id}/undo/ask")
def ask_undo(request: Request, visitor: Preparer, run: Recorded, plan: Annotated[str, Form()]) -> Response:
    """Asks for the approval of the undo that the page showed."""
    desk = desk_of(request)
    return _asked(desk, visitor, kept_undo(desk, run.run_id, plan), "")


def _asked(desk: Desk, visitor: Visitor, plan: PlanToRun, brought: str) -> Response:
    """Asks, unless somebody asked already; leads to the request."""
    session = desk.session_of(visitor)
    before = before_run(session, plan.plan)
    if before.approval.request and before.is_asked:
        return RedirectResponse(f"/approvals/{before.approval.request}", 303)
    gates, reopened = tuple(one.name for one in before.gates), tuple(before.closed)
    with plan_file(plan.text) as file:
        who = sign_in_of(desk, visitor)
        said = answer_request.request(session, file, who, gates, reopened).said
    keep_asked(desk, said.request, visitor, AskedPlan(plan.text, brought, gates, reopened))
    return RedirectResponse(f"/approvals/{said.request}", 303)
