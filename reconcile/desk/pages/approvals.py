"""Approvals: asked for by who prepared a plan, answered by somebody else, and applied once."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from reconcile.desk.asked_plans import AskedPlan, asked_plan, keep_asked, plan_file, sign_in_of
from reconcile.desk.brought import brought, files_of
from reconcile.desk.family import Family, desk_of
from reconcile.desk.pages.apply import planned
from reconcile.desk.pages.bring import Own, Preparer
from reconcile.desk.runs.run_orders import Agreed, start_apply
from reconcile.desk.show import show
from reconcile.desk.visitor import Visitor, needs, visitor_of
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.approvals import answer_request
from reconcile.jobs.approvals.waiting_approvals import Listed, approvals
from reconcile.jobs.desk.before_run import before_run

router = APIRouter()
FAMILY = Family(router, menu="Approvals", path="/approvals")
Approver = Annotated[Visitor, Depends(needs("approve"))]


def listed_request(request: Request, asked: str, visitor: Annotated[Visitor, Depends(visitor_of)]) -> Listed:
    """A dependency: the request of the path."""
    every = approvals(desk_of(request).session_of(visitor), whole=True).requests
    found = next((one for one in every if one.request == asked), None)
    if found is None:
        raise HTTPException(404)
    return found


def kept_request(request: Request, found: Annotated[Listed, Depends(listed_request)]) -> AskedPlan:
    """A dependency: the plan of the request of the path, which was asked at a desk."""
    kept = asked_plan(desk_of(request), found.request)
    if kept is None:
        raise DecisionNeeded(
            "This was asked for on a terminal, or too long ago, so its plan is not kept here. Answer "
            "it there: reconcile approve, or reconcile reject."
        )
    return kept


Found = Annotated[Listed, Depends(listed_request)]
Kept = Annotated[AskedPlan, Depends(kept_request)]


@router.get("/approvals")
def every_request(request: Request, visitor: Annotated[Visitor, Depends(visitor_of)]) -> HTMLResponse:
    """What waits for whom, what was answered, and what was refused."""
    found = approvals(desk_of(request).session_of(visitor), whole=True)
    return show(request, "approvals.html", found=found)


@router.get("/approvals/{asked}")
def look(request: Request, found: Found, visitor: Annotated[Visitor, Depends(visitor_of)]) -> Response:
    """What is asked, what changed since an earlier approval, and how it stands. A close has its own page."""
    if found.kind == "close":
        return RedirectResponse(f"/close/month/{quote(found.source)}", 303)
    desk = desk_of(request)
    kept = asked_plan(desk, found.request)
    words: tuple[str, ...] = ()
    if kept:
        with plan_file(kept.plan) as file:
            words = answer_request.asked(desk.session_of(visitor), file).as_text()
    return show(request, "approval.html", one=found, kept=kept, words=words)


@router.post("/approvals/{asked}/approve")
def approve(request: Request, found: Found, kept: Kept, visitor: Approver) -> Response:
    """Agrees, signed by the desk for who is signed in."""
    return _answered(request, found, kept, visitor, None)


@router.post("/approvals/{asked}/reject")
def reject(
    request: Request, found: Found, kept: Kept, visitor: Approver, reason: Annotated[str, Form()] = ""
) -> Response:
    """Says no, with a reason."""
    if not reason.strip():
        raise ConfigurationError("Say why it is rejected; whoever asked reads it.")
    return _answered(request, found, kept, visitor, reason.strip())


@router.post("/approvals/{asked}/apply")
def apply(request: Request, found: Found, kept: Kept, visitor: Preparer) -> Response:
    """Starts the run of an approved plan, with what was approved to be let pass."""
    desk = desk_of(request)
    if found.state != "approved":
        raise DecisionNeeded(
            f"{found.request} is {found.state}, and not approved. {' '.join(found.why)}".strip()
        )
    own = brought(desk, kept.brought)
    workbooks = {}
    if own:
        with files_of(desk, own) as files:
            workbooks = {file.name: file.read_bytes() for file in files}
    reason = f"approved in {found.request}" if kept.reopened else ""
    agreed = Agreed(kept.gates, kept.reopened, reason)
    run_id = start_apply(desk.session, visitor.name, kept.plan.encode(), workbooks, agreed)
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.post("/bring/{key}/ask")
def ask(request: Request, own: Own, visitor: Preparer, plan: Annotated[str, Form()]) -> Response:
    """Asks for the approval of the plan that the page showed, with all that it exceeds and reopens."""
    desk = desk_of(request)
    outcome = planned(desk, own)
    if outcome.compared.plan.fingerprint != plan:
        raise DecisionNeeded("This was planned again since you looked at it. Look at it as it is now.")
    session = desk.session_of(visitor)
    before = before_run(session, outcome.compared.plan)
    gates, reopened = tuple(one.name for one in before.gates), tuple(before.closed)
    with plan_file(outcome.plan) as file:
        who = sign_in_of(desk, visitor)
        said = answer_request.request(session, file, who, gates, reopened).said
    keep_asked(desk, said.request, visitor, AskedPlan(outcome.plan, own.key, gates, reopened))
    return RedirectResponse(f"/approvals/{said.request}", 303)


def _answered(
    request: Request, found: Listed, kept: AskedPlan, visitor: Visitor, reason: str | None
) -> Response:
    desk = desk_of(request)
    session = desk.session_of(visitor)
    with plan_file(kept.plan) as file:
        about = answer_request.asked(session, file)
    if about.request.request != found.request:
        raise DecisionNeeded(f"This plan was asked about again since: {about.request.request}.")
    answer_request.answer(session, about, sign_in_of(desk, visitor), reason)
    return RedirectResponse(f"/approvals/{found.request}", 303)
