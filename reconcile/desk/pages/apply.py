"""Apply the plan of workbooks that were brought: what it does, what must be agreed to, and its start."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from reconcile.desk.brought import files_of
from reconcile.desk.family import Family, desk_of
from reconcile.desk.pages.bring import Own, planned
from reconcile.desk.pages.runs import ToAgree
from reconcile.desk.plan_page import plan_values
from reconcile.desk.runs.one_run import run_of, start_once
from reconcile.desk.show import show
from reconcile.desk.visitor import Preparer
from reconcile.errors import DecisionNeeded
from reconcile.jobs.desk.before_run import before_run
from reconcile.jobs.desk.plan_to_run import PlanToRun

router = APIRouter()
FAMILY = Family(router)


@router.get("/bring/{key}/apply")
def ask(request: Request, own: Own, visitor: Preparer) -> HTMLResponse:
    """What the plan does, and what must be agreed to first; the run of it, where there is one."""
    desk = desk_of(request)
    plan = PlanToRun(planned(desk, own).plan)
    before = before_run(desk.session_of(visitor), plan.plan)
    return show(
        request,
        "apply.html",
        before=before,
        action=f"/bring/{own.key}",
        ran=run_of(desk, plan),
        about=own.about and own.title,
        undone="",
        **plan_values(request, plan.report, before.approval),
    )


@router.post("/bring/{key}/apply")
def apply(
    request: Request,
    own: Own,
    visitor: Preparer,
    plan: Annotated[str, Form()],
    agreed: ToAgree,
) -> Response:
    """Starts the run of the plan that the page showed."""
    desk = desk_of(request)
    found = PlanToRun(planned(desk, own).plan)
    if found.fingerprint != plan:
        raise DecisionNeeded("This was planned again since you looked at it. Look at it as it is now.")
    with files_of(desk, own) as files:
        workbooks = {file.name: file.read_bytes() for file in files}
    return RedirectResponse(f"/runs/{start_once(desk, visitor, found, workbooks, agreed)}", 303)
