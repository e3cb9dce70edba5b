"""Bring workbooks: what the check finds, the plan, and the conflicts to decide."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from reconcile.desk.brought import (
    LARGEST_FILE,
    MOST_FILES,
    Brought,
    Upload,
    all_brought,
    brought,
    corrected_file,
    corrected_numbers,
    files_of,
    keep_corrected,
    keep_files,
    keep_outcome,
    outcome_of,
)
from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.pages.take import XLSX, download
from reconcile.desk.pages.task_pages import OwnTask, in_background
from reconcile.desk.plan_page import plan_values
from reconcile.desk.runs.one_run import run_of
from reconcile.desk.security.form_fields import Number, numbered
from reconcile.desk.security.tokens import new_secret
from reconcile.desk.show import show
from reconcile.desk.visitor import Preparer, Visitor
from reconcile.desk.writing.chosen_writing import writing_of
from reconcile.domain.progress import Progress
from reconcile.errors import DecisionNeeded
from reconcile.jobs.approvals.plan_comments import comment_choices, comments_of
from reconcile.jobs.check import check
from reconcile.jobs.desk.before_run import before_run, stops_now
from reconcile.jobs.desk.kept_plan import BroughtIn, bring_in, conflicts_of, decide
from reconcile.jobs.desk.plan_to_run import PlanToRun
from reconcile.jobs.doctor.workbook_checks import examine_workbook
from reconcile.jobs.session import Session
from reconcile.report.causes import by_cause
from reconcile.report.files import html
from reconcile.report.waiting import banner

router = APIRouter()
FAMILY = Family(router, menu="Bring", path="/bring", role="prepare")


def own_workbooks(request: Request, key: str, visitor: Preparer) -> Brought:
    """A dependency: what the visitor brought under the key of the path."""
    found = brought(desk_of(request), key)
    if found is None or found.owner != visitor.name:
        raise HTTPException(404)
    return found


Own = Annotated[Brought, Depends(own_workbooks)]


def planned(desk: Desk, own: Brought) -> BroughtIn:
    """What came of the workbooks; only where it is a plan."""
    outcome = outcome_of(desk, own.key)
    if outcome is None or not outcome.plan:
        raise HTTPException(404)
    return outcome


@router.get("/bring")
def choose(request: Request, visitor: Preparer) -> HTMLResponse:
    """The form, and what one brought before."""
    before = all_brought(desk_of(request), visitor.name)
    return show(request, "bring.html", before=before, most=MOST_FILES, largest=LARGEST_FILE >> 20)


@router.post("/bring")
async def upload(request: Request, visitor: Preparer) -> Response:
    """Takes the files, and has them checked and planned in the background."""
    sent = (await request.form()).getlist("workbook")
    uploads = [Upload(one.filename or "", await one.read()) for one in sent if isinstance(one, UploadFile)]
    return await run_in_threadpool(_begin, desk_of(request), visitor, uploads)


@router.get("/bring/task/{key}")
def worked(task: OwnTask) -> Response:
    """From the work to its page."""
    return RedirectResponse(f"/bring/{(task.result or {})['key']}", 303)


@router.get("/bring/{key}")
def look(request: Request, own: Own) -> HTMLResponse:
    """What the check found, the plan, and what waits for a decision."""
    outcome = outcome_of(desk_of(request), own.key)
    if outcome is None:
        raise DecisionNeeded(
            "These workbooks were not planned yet. Look again in a moment, or bring them again."
        )
    values: dict[str, Any] = {"own": own, "outcome": outcome, "by_cause": by_cause, "report": None}
    values["corrected"] = corrected_numbers(desk_of(request), own.key)
    if outcome.plan:
        compared = outcome.compared
        plan, report = compared.plan, compared.report
        told = {finding for book in outcome.checked for finding in book.findings}
        before = before_run(desk_of(request).session, plan)
        stops = stops_now(before, plan, report.headline.credits_left)
        shown = plan_values(request, replace(report, stops=stops), before.approval)
        values |= {
            **shown,
            "before": before,
            "ran": run_of(desk_of(request), PlanToRun(outcome.plan)),
            "compared": by_cause(one for one in report.findings if one not in told),
            "banner": banner(shown["report"], writing_of(request).sentences),
            "comments": comments_of(desk_of(request).session, plan),
            "changed": comment_choices(plan, report),
            "conflicts": conflicts_of(outcome),
        }
    return show(request, "brought.html", **values)


@router.post("/bring/{key}/decide")
async def decisions(request: Request, own: Own, visitor: Preparer) -> Response:
    """Takes decisions on conflicts, and plans again. They are about the plan that the page showed."""
    form = await request.form()
    choices, plan = numbered(form.items(), "conflict-"), str(form.get("plan", ""))
    return await run_in_threadpool(_decided, desk_of(request), own, visitor, choices, plan)


@router.post("/bring/{key}/again")
def again(request: Request, own: Own, visitor: Preparer) -> Response:
    """Plans again, against live as it is now: all of it is read anew."""
    return plan_in_background(desk_of(request), own, visitor, fresh=True)


@router.get("/bring/{key}/report.html")
def report_file(request: Request, own: Own) -> Response:
    """The whole report, as a file to keep and to send."""
    outcome = planned(desk_of(request), own)
    text = html(outcome.compared.report, desk_of(request).session.settings.templates)
    return download(text.encode(), "report.html", "text/html")


@router.get("/bring/{key}/plan.json")
def plan_file(request: Request, own: Own) -> Response:
    """The plan, as `reconcile apply` takes it."""
    return download(planned(desk_of(request), own).plan.encode(), "plan.json", "application/json")


@router.get("/bring/{key}/workbook/{number}")
def workbook(request: Request, own: Own, number: Number) -> Response:
    """A workbook as it is kept, with the decisions that were made on the page."""
    with files_of(desk_of(request), own) as files:
        if number >= len(files):
            raise HTTPException(404)
        return download(files[number].read_bytes(), own.names[number], XLSX)


@router.get("/bring/{key}/corrected/{number}")
def corrected(request: Request, own: Own, number: Number) -> Response:
    """A clean copy of a workbook, where the doctor could make one."""
    found = corrected_file(desk_of(request), own.key, number)
    if found is None:
        raise HTTPException(404)
    return download(found, f"corrected-{own.names[number]}", XLSX)


def _begin(desk: Desk, visitor: Visitor, uploads: list[Upload]) -> Response:
    return plan_in_background(desk, keep_files(desk, new_secret(), visitor.name, uploads), visitor)


def plan_in_background(desk: Desk, own: Brought, visitor: Visitor, *, fresh: bool = False) -> Response:
    """Checks and plans in the background. fresh: no earlier reading of live serves."""

    def work(_: str, progress: Progress) -> Mapping[str, Any]:
        session = replace(desk.session_of(visitor, progress), fresh=fresh)
        with files_of(desk, own) as files:
            outcome = bring_in(session, files)
            keep_corrected(desk, own, _corrected(session, files, outcome))
        keep_outcome(desk, own, outcome)
        return {"key": own.key}

    title = f"Checking {own.about or ', '.join(own.names)}"
    return in_background(desk, visitor, "bring/task", title, work)


def _corrected(session: Session, files: Sequence[Path], outcome: BroughtIn) -> Mapping[int, bytes]:
    """The clean copies of the files in which something was found, where less is found in the copy."""
    made = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (file, book) in enumerate(zip(files, outcome.checked, strict=False)):
            target = Path(folder) / f"{number}.xlsx"
            if book.findings:
                examine_workbook(session, file, target)
            if target.exists() and len(check(session, [target])[0].findings) < len(book.findings):
                made[number] = target.read_bytes()
    return made


def _decided(
    desk: Desk, own: Brought, visitor: Visitor, choices: Mapping[int, str], fingerprint: str
) -> Response:
    outcome = outcome_of(desk, own.key)
    if outcome is None or not outcome.plan or outcome.compared.plan.fingerprint != fingerprint:
        raise DecisionNeeded(
            "This was planned again since you looked at it. Look at it as it is now, then decide."
        )
    _keep_decided(desk, own, visitor, outcome, choices)
    return plan_in_background(desk, own, visitor)


def _keep_decided(
    desk: Desk, own: Brought, visitor: Visitor, outcome: BroughtIn, choices: Mapping[int, str]
) -> None:
    """Keeps the workbooks with the decisions in them in the place of those before."""
    session = desk.session_of(visitor)
    with files_of(desk, own) as files, tempfile.TemporaryDirectory() as folder:
        by_name = {path.name: path for path in files}
        written = decide(session, outcome, by_name, choices, Path(folder))
        uploads = [Upload(path.name, path.read_bytes()) for path in written]
    keep_files(desk, own.key, own.owner, uploads, own.about)
