"""History: all runs, the life of one record, evidence packs made and verified."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.pages.take import download
from reconcile.desk.show import show
from reconcile.desk.visitor import Anybody
from reconcile.jobs.evidence.check_pack import check_pack
from reconcile.jobs.evidence.make import make_pack
from reconcile.jobs.evidence.stamps import roots_path
from reconcile.jobs.runs.history import History, Journal, history, with_events

router = APIRouter()
FAMILY = Family(router, menu="History", path="/history")
_SECONDS: Final = 60.0


@router.get("/history")
def every_run(request: Request) -> HTMLResponse:
    """All runs, newest first, and whether the record is what was written."""
    found = _checked(desk_of(request))
    return show(request, "history.html", runs=found.summaries, breaks=[str(one) for one in found.breaks])


def _checked(desk: Desk) -> History:
    """The record, read and checked once for as long as nothing is written."""
    session = desk.session
    return desk.remembered.of(session, "history", lambda: history(session), _SECONDS)


@router.get("/history/of")
def one_record(request: Request, record: str) -> Response:
    """The life of a payout, a line or a payment; of a run, its page."""
    wanted = record.strip()
    desk = desk_of(request)
    shown = with_events(desk.session, _checked(desk), wanted).shown(wanted)
    if isinstance(shown, Journal):
        return RedirectResponse(f"/runs/{shown.run.run_id}", 303)
    return show(request, "record.html", record=wanted, lines=list(shown.as_text()))


@router.post("/history/evidence")
def evidence(request: Request, visitor: Anybody, of: Annotated[str, Form()]) -> Response:
    """Makes the evidence pack of a run or a closed period."""
    name = of.strip()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "evidence.zip"
        make_pack(desk_of(request).session_of(visitor), name, output)
        return download(output.read_bytes(), f"evidence-{name}.zip", "application/zip")


@router.post("/history/verify")
def verify(request: Request, visitor: Anybody, pack: Annotated[UploadFile, File()]) -> HTMLResponse:
    """Says what a dropped pack proves, and whether it was changed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pack.zip"
        path.write_bytes(pack.file.read())
        found = check_pack(path, roots=roots_path(desk_of(request).session_of(visitor).settings))
    return show(request, "verified.html", name=pack.filename or "the file", found=found)
