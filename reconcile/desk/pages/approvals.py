"""Approvals: asked for by who prepared a plan, answered by somebody else, and applied once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from reconcile.desk.asked_plans import AskedPlan, asked_plan, plan_file, sign_in_of
from reconcile.desk.brought import brought, files_of
from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.pages.take import download
from reconcile.desk.plan_page import plan_values
from reconcile.desk.runs.one_run import run_of, start_once
from reconcile.desk.runs.run_orders import Agreed
from reconcile.desk.show import show
from reconcile.desk.visitor import Anybody, Approver, Preparer, Visitor
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.approvals import answer_request
from reconcile.jobs.approvals.asked import Asked
from reconcile.jobs.approvals.bills_approval import asked_bills
from reconcile.jobs.approvals.plan_comments import comment_choices, comments_of
from reconcile.jobs.approvals.rules_on_record import RULES, asked_rules, looser_rules, request_rules
from reconcile.jobs.approvals.waiting_approvals import Listed, approvals
from reconcile.jobs.desk.before_run import before_run
from reconcile.jobs.desk.plan_to_run import PlanToRun, changed_since
from reconcile.jobs.session import Session
from reconcile.report.files import html

router = APIRouter()
FAMILY = Family(router, menu="Approvals", path="/approvals")


def every_request(request: Request, visitor: Anybody) -> Sequence[Listed]:
    """A dependency: all that was ever asked, newest first."""
    return approvals(desk_of(request).session_of(visitor), whole=True).requests


def listed_request(asked: str, every: Annotated[Sequence[Listed], Depends(every_request)]) -> Listed:
    """A dependency: the request of the path."""
    found = next((one for one in every if one.request == asked), None)
    if found is None:
        raise HTTPException(404)
    return found


Found = Annotated[Listed, Depends(listed_request)]


def kept_request(request: Request, found: Found) -> AskedPlan:
    """A dependency: the plan of the request of the path, which was asked at a desk."""
    kept = asked_plan(desk_of(request), found.request)
    if kept is None:
        raise DecisionNeeded(
            f"The plan of this request is not kept here: {found.by} asked for it elsewhere, or too long ago. "
            f"Ask {found.by} to bring the workbook at the desk, and to ask again."
        )
    return kept


Kept = Annotated[AskedPlan, Depends(kept_request)]


@router.get("/approvals")
def overview(request: Request, visitor: Anybody) -> HTMLResponse:
    """What waits for whom, what was answered, and what was refused."""
    session = desk_of(request).session_of(visitor)
    return show(request, "approvals.html", found=approvals(session, whole=True), looser=looser_rules(session))


@router.post("/approvals/rules")
def ask_for_rules(request: Request, visitor: Preparer) -> Response:
    """Asks the approvers of before to agree to looser rules."""
    desk = desk_of(request)
    said = request_rules(desk.session_of(visitor), sign_in_of(desk, visitor)).said
    return RedirectResponse(f"/approvals/{said.request}", 303)


@router.get("/approvals/{asked}")
def look(
    request: Request,
    found: Found,
    visitor: Anybody,
    every: Annotated[Sequence[Listed], Depends(every_request)],
) -> Response:
    """What is asked, change by change, and how it stands. A close has its own page."""
    if found.kind == "close":
        return RedirectResponse(f"/close/month/{quote(found.source)}", 303)
    desk = desk_of(request)
    session, kept = desk.session_of(visitor), asked_plan(desk, found.request)
    values: dict[str, Any] = {"one": found, "kept": kept, "words": (), "report": None, "ran": None}
    if kept:
        plan = PlanToRun(kept.plan)
        before = before_run(session, plan.plan)
        values |= plan_values(request, plan.report, before.approval)
        values |= {"before": before, "ran": run_of(desk, plan)}
        values |= {
            "comments": comments_of(session, plan.plan),
            "changed": comment_choices(plan.plan, plan.report),
        }
        values |= _since(desk, found, plan, every)
    about = _about(session, found, kept)
    values["words"] = about.as_text() if about else ()
    return show(request, "approval.html", **values)


@router.get("/approvals/{asked}/report.html")
def report_file(request: Request, kept: Kept, _: Anybody) -> Response:
    """The whole report of the plan, as a file to keep and to send."""
    text = html(PlanToRun(kept.plan).report, desk_of(request).session.settings.templates)
    return download(text.encode(), "report.html", "text/html")


@router.get("/approvals/{asked}/plan.json")
def plan_json(kept: Kept, _: Anybody) -> Response:
    """The plan that is asked about, as it is applied."""
    return download(kept.plan.encode(), "plan.json", "application/json")


@router.post("/approvals/{asked}/approve")
def approve(request: Request, found: Found, visitor: Approver) -> Response:
    """Agrees, signed by the desk for who is signed in. Who agreed already is led to where that stands."""
    if visitor.name in found.approved_by and found.state in ("waiting", "approved"):
        return RedirectResponse(f"/approvals/{found.request}", 303)
    return _answered(request, found, visitor, None)


@router.post("/approvals/{asked}/reject")
def reject(
    request: Request, found: Found, visitor: Approver, reason: Annotated[str, Form()] = ""
) -> Response:
    """Says no, with a reason."""
    if not reason.strip():
        raise ConfigurationError("Say why it is rejected; whoever asked reads it.")
    return _answered(request, found, visitor, reason.strip())


@router.post("/approvals/{asked}/apply")
def apply(request: Request, found: Found, kept: Kept, visitor: Preparer) -> Response:
    """Starts the run of an approved plan, with what was approved to be let pass, or leads to it."""
    desk = desk_of(request)
    plan = PlanToRun(kept.plan)
    if ran := run_of(desk, plan):
        return RedirectResponse(f"/runs/{ran.run_id}", 303)
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
    return RedirectResponse(f"/runs/{start_once(desk, visitor, plan, workbooks, agreed)}", 303)


def _since(desk: Desk, found: Listed, plan: PlanToRun, every: Sequence[Listed]) -> dict[str, Any]:
    """What differs from the plan of the same workbooks that was approved last before this one."""
    later = [one.request for one in every].index(found.request)
    earlier = next(
        (
            (one, kept)
            for one in every[later + 1 :]
            if one.source == found.source and one.approved_by and (kept := asked_plan(desk, one.request))
        ),
        None,
    )
    if earlier is None:
        return {"earlier": None, "since": ()}
    return {"earlier": earlier[0], "since": changed_since(PlanToRun(earlier[1].plan), plan)}


def _about(session: Session, found: Listed, kept: AskedPlan | None) -> Asked | None:
    """What is asked, for who answers; None where it cannot be answered here."""
    if found.kind == "bills":
        return asked_bills(session, found.request)
    if found.kind == RULES:
        # Once they are agreed to and in use, there is nothing left to answer.
        return asked_rules(session)[1] if looser_rules(session) else None
    if kept is None:
        return None
    with plan_file(kept.plan) as file:
        return answer_request.asked(session, file)


def _answered(request: Request, found: Listed, visitor: Visitor, reason: str | None) -> Response:
    desk = desk_of(request)
    session = desk.session_of(visitor)
    is_plan = found.kind not in ("bills", RULES)
    about = _about(session, found, kept_request(request, found) if is_plan else None)
    if about is None or about.request.request != found.request:
        now = f": {about.request.request}" if about else ""
        raise DecisionNeeded(f"This was asked about again since{now}.")
    # Who agrees to other rules is judged by those of before.
    judged = asked_rules(session)[0] if found.kind == RULES else session
    answer_request.answer(judged, about, sign_in_of(desk, visitor), reason)
    return RedirectResponse(f"/approvals/{found.request}", 303)
