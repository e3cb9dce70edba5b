"""After the close: what moved since of a closed month, with its entry, and quarters and years rolled up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from reconcile.desk.close_order import known_journals
from reconcile.desk.family import Family, desk_of
from reconcile.desk.made_files import as_values, kept_file
from reconcile.desk.pages.closing.close_months import Named
from reconcile.desk.pages.take import download
from reconcile.desk.pages.task_pages import OwnTask, folder_in_background
from reconcile.desk.show import show
from reconcile.desk.visitor import Anybody, Closer
from reconcile.jobs.closes.late_changes import late
from reconcile.jobs.closes.roll_up import roll_up
from reconcile.jobs.desk.journal_choices import journal_choices
from reconcile.jobs.desk.late_tables import late_tables
from reconcile.jobs.session import Session

router = APIRouter()
FAMILY = Family(router)


@router.post("/close/month/{period}/late")
def look_late(
    request: Request,
    visitor: Closer,
    of: Named,
    journal: Annotated[list[str], Form(default_factory=list)],
    how: Annotated[str, Form()] = "",
) -> Response:
    """Lists what moved since the close of a month, as Introw has it now, and writes the entry if asked."""
    desk, writes = desk_of(request), how == "write"
    journals = known_journals(desk.session_of(visitor), journal)

    def make(session: Session, folder: Path) -> Mapping[str, Any]:
        found = late(session, of, folder if writes else None, journals)
        return {
            "period": str(of),
            "tables": [as_values(one) for one in late_tables(found)],
            "written": folder.is_dir(),
            "writes": writes,
        }

    title = f"{'Entry for what' if writes else 'What'} moved since the close of {of}"
    return folder_in_background(desk, visitor, "close/late", title, make)


@router.get("/close/late/{key}")
def late_made(request: Request, task: OwnTask, visitor: Closer) -> HTMLResponse:
    """What moved, and the entry for it."""
    journals = journal_choices(desk_of(request).session_of(visitor))
    return show(request, "late.html", task=task, made=task.result, journals=journals)


@router.get("/close/late/{key}/file")
def late_file(request: Request, task: OwnTask, _: Closer) -> Response:
    """The entry as a ZIP file."""
    result = task.result or {}
    if not result.get("written"):
        raise HTTPException(404)
    return download(kept_file(desk_of(request), task.key), f"late-{result['period']}.zip", "application/zip")


@router.post("/close/rollup")
def make_roll_up(request: Request, visitor: Anybody, longer: Annotated[str, Form()]) -> Response:
    """Rolls up a quarter or a year from its closes, in the background."""
    desk = desk_of(request)
    of = desk.session_of(visitor).settings.close.fiscal.parse(longer.strip())

    def make(session: Session, folder: Path) -> Mapping[str, Any]:
        found = roll_up(session, of, folder)
        return {
            "period": str(of),
            "verdict": found.pack.verdict,
            "is_sound": found.made.is_sound,
            "closes": [str(one.frozen.period) for one in found.made.closes],
            "table": as_values(found.table),
        }

    return folder_in_background(desk, visitor, "close/rollup", f"Roll-up of {of}", make)


@router.get("/close/rollup/{key}")
def rolled_up(request: Request, task: OwnTask) -> HTMLResponse:
    """The roll-forward of the longer period, and whether it adds up."""
    return show(request, "rollup.html", task=task, made=task.result)


@router.get("/close/rollup/{key}/file")
def rollup_file(request: Request, task: OwnTask) -> Response:
    """The pack as a ZIP file."""
    name = f"rollup-{(task.result or {}).get('period', '')}.zip"
    return download(kept_file(desk_of(request), task.key), name, "application/zip")
