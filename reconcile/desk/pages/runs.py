"""Runs: how far one is, live; stop and resume; its report, journal, results and undo."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.pages.take import XLSX, download
from reconcile.desk.pages.task_pages import while_signed_in
from reconcile.desk.plan_page import plan_values
from reconcile.desk.runs.one_run import looks_at_run, run_of, start_once
from reconcile.desk.runs.run_events import progress_events
from reconcile.desk.runs.run_files import RunFiles
from reconcile.desk.runs.run_orders import Agreed, ask_to_stop, start_resume
from reconcile.desk.runs.run_view import RunView, rows_of
from reconcile.desk.show import show, show_part
from reconcile.desk.visitor import Preparer
from reconcile.desk.writing.chosen_writing import writing_of
from reconcile.desk.writing.page_writing import PageWriting
from reconcile.errors import DecisionNeeded
from reconcile.jobs.desk.before_run import before_run
from reconcile.jobs.desk.plan_to_run import PlanToRun
from reconcile.jobs.runs.history import history
from reconcile.jobs.runs.past_report import past_report
from reconcile.jobs.runs.resume import set_aside
from reconcile.jobs.runs.undo import planned_undo, save_undo
from reconcile.report.files import html

router = APIRouter()
FAMILY = Family(router)
_UNDO: Final = "undo plan"
_KEPT_SECONDS: Final = 7 * 86_400
_SECONDS: Final = 1.0
"""How long a run is shown as it was while nothing is written: its process may end in between."""


def known_run(request: Request, run_id: str) -> RunView:
    """A dependency: the run of the path, which is on record, or which this desk has started."""
    desk = desk_of(request)
    look_now = looks_at_run(desk, run_id)
    if request.method == "GET":
        # A start and a request to stop are files beside the store.
        key = ("run", run_id, RunFiles.of(desk.session, run_id).last)
        found = desk.remembered.of(desk.session, key, look_now, _SECONDS)
    else:
        found = look_now()
    if not found.is_known:
        raise HTTPException(404)
    return found


Known = Annotated[RunView, Depends(known_run)]


def recorded_run(run: Known) -> RunView:
    """A dependency: the run of the path, which is on record."""
    if run.progress is None:
        raise HTTPException(404)
    return run


Recorded = Annotated[RunView, Depends(recorded_run)]


def agreed_to(
    allow: Annotated[list[str], Form(default_factory=list)],
    reopen: Annotated[list[str], Form(default_factory=list)],
    reason: Annotated[str, Form()] = "",
) -> Agreed:
    """A dependency: what the person agreed to on the page."""
    return Agreed(tuple(allow), tuple(reopen), reason)


ToAgree = Annotated[Agreed, Depends(agreed_to)]


@router.get("/runs/{run_id}")
def look(request: Request, run: Known) -> HTMLResponse:
    """How far a run is, and what can be done about it."""
    files = RunFiles.of(desk_of(request).session, run.run_id)
    return show(
        request,
        "run.html",
        run=run,
        rows=rows_of(run.progress),
        results=files.result_names,
        names=[one.name for one in files.workbooks],
    )


@router.get("/runs/{run_id}/events")
def events(request: Request, run: Known) -> StreamingResponse:
    """The same as server-sent events, until nothing of it goes on any more."""
    look_again = looks_at_run(desk_of(request), run.run_id)
    told = while_signed_in(request, progress_events(look_again, partial(_shown, writing_of(request))))
    return StreamingResponse(told, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


@router.post("/runs/{run_id}/stop")
def stop(request: Request, visitor: Preparer, run: Known) -> Response:
    """Asks a run to stop after the call in flight."""
    ask_to_stop(desk_of(request).session, visitor.name, run.run_id)
    return _to(run.run_id)


@router.post("/runs/{run_id}/resume")
def resume(request: Request, visitor: Preparer, run: Recorded) -> Response:
    """Goes on with a run that stopped."""
    if run.is_alive:
        return _to(run.run_id)
    if not run.can_resume:
        raise DecisionNeeded(f"{run.run_id} is {run.state}; there is nothing to resume.")
    start_resume(desk_of(request).session, visitor.name, run.run_id)
    return _to(run.run_id)


@router.post("/runs/{run_id}/set-aside")
def end(request: Request, visitor: Preparer, run: Recorded, reason: Annotated[str, Form()] = "") -> Response:
    """Ends a run as it is, with a reason."""
    set_aside(desk_of(request).session_of(visitor), run.run_id, reason)
    return _to(run.run_id)


@router.get("/runs/{run_id}/report.html")
def report_file(request: Request, run: Recorded) -> Response:
    """The report of the run, as a file to keep and to send."""
    session = desk_of(request).session
    text = html(past_report(session, run.run_id), session.settings.templates)
    return download(text.encode(), f"{run.run_id}.html", "text/html")


@router.get("/runs/{run_id}/journal.csv")
def journal_file(request: Request, run: Recorded) -> Response:
    """The journal of the run, a row for each entry."""
    text = history(desk_of(request).session).journal(run.run_id).as_csv()
    return download(text.encode(), f"{run.run_id}.csv", "text/csv")


@router.get("/runs/{run_id}/result/{name}")
def result_file(request: Request, run: Known, name: str) -> Response:
    """A workbook that says what became of each of its rows."""
    found = RunFiles.of(desk_of(request).session, run.run_id).result(name)
    if found is None:
        raise HTTPException(404)
    return download(found.read_bytes(), found.name, XLSX)


@router.get("/runs/{run_id}/undo")
def ask_undo(request: Request, visitor: Preparer, run: Recorded) -> HTMLResponse:
    """What would be set back, change by change."""
    desk = desk_of(request)
    session = desk.session_of(visitor)
    with planned_undo(session, run.run_id) as planned, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        save_undo(planned, file)
        plan = PlanToRun(file.read_text(encoding="utf-8"))
    desk.rows.put(_UNDO, f"{run.run_id}/{plan.fingerprint}", visitor.name, plan.text.encode(), _KEPT_SECONDS)
    return show(
        request,
        "apply.html",
        before=before_run(session, plan.plan),
        action=f"/runs/{run.run_id}/undo",
        ran=run_of(desk, plan),
        about="",
        undone=run.run_id,
        **plan_values(request, plan.report),
    )


@router.post("/runs/{run_id}/undo")
def undo(
    request: Request,
    visitor: Preparer,
    run: Recorded,
    plan: Annotated[str, Form()],
    agreed: ToAgree,
) -> Response:
    """Sets back what a run changed, as the page showed it, by a run of its own."""
    desk = desk_of(request)
    return _to(start_once(desk, visitor, kept_undo(desk, run.run_id, plan), {}, agreed))


def kept_undo(desk: Desk, run_id: str, fingerprint: str) -> PlanToRun:
    """The plan of an undo as its page showed it. Raises DecisionNeeded where that is too long ago."""
    row = desk.rows.get(_UNDO, f"{run_id}/{fingerprint}")
    if row is None:
        raise DecisionNeeded("This undo was looked at too long ago. Look at it as it is now.")
    return PlanToRun(row.body.decode())


def _shown(writing: PageWriting, view: RunView) -> str:
    return show_part("run_progress.html", writing=writing, run=view, rows=rows_of(view.progress))


def _to(run_id: str) -> Response:
    return RedirectResponse(f"/runs/{run_id}", 303)
