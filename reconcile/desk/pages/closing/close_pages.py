"""Close: the months with their state, a draft with its checks, waivers, the pack, and the close itself."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from reconcile.desk.close_order import BROUGHT, CloseOrder, Upload, keep_brought, order_from
from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.made_files import as_values, keep_folder, kept_file, uploads_of
from reconcile.desk.pages.take import download
from reconcile.desk.pages.task_pages import OwnTask, folder_in_background, in_background
from reconcile.desk.show import show
from reconcile.desk.visitor import Anybody, Closer, Visitor
from reconcile.domain.progress import Progress
from reconcile.jobs.closes.close import CloseResult, close
from reconcile.jobs.closes.overview import all_months
from reconcile.jobs.closes.statements import statements
from reconcile.jobs.desk.journal_choices import journal_choices
from reconcile.jobs.session import Session

router = APIRouter()
FAMILY = Family(router, menu="Close", path="/close")
MONTH_SECONDS: Final = 10.0
"""How long months are shown while nothing is written: the day may change, and an approval expire."""


@router.get("/close")
def overview(request: Request, visitor: Anybody, period: str = "") -> HTMLResponse:
    """The months, and what one made here. period: fills the form."""
    desk = desk_of(request)
    session = desk.session_of(visitor)
    return show(
        request,
        "close.html",
        months=desk.remembered.of(session, "months", lambda: all_months(session).months, MONTH_SECONDS),
        made=desk.tasks.every("close/made", visitor.name),
        may_close=visitor.may("close"),
        has_people=bool(session.settings.team.people),
        period=period,
    )


@router.post("/close")
async def make(request: Request, visitor: Closer) -> Response:
    """Makes a draft, prepares the close, or closes; in the background."""
    sent = await request.form()
    form = {name: str(value) for name, value in sent.items() if name not in BROUGHT}
    journals = tuple(str(one) for one in sent.getlist("journal"))
    files = {name: some[0] for name in BROUGHT if (some := await uploads_of(sent.getlist(name)))}
    return await run_in_threadpool(_begin, desk_of(request), visitor, form, journals, files)


@router.get("/close/made/{key}")
def made(request: Request, task: OwnTask, visitor: Closer) -> HTMLResponse:
    """What a draft or a close came to, its checks, and the pack to download."""
    session = desk_of(request).session_of(visitor)
    return show(
        request,
        "closed.html",
        task=task,
        made=task.result,
        has_people=bool(session.settings.team.people),
        journals=journal_choices(session),
    )


@router.get("/close/made/{key}/pack")
def pack(request: Request, task: OwnTask, _: Anybody) -> Response:
    """The pack as a ZIP file."""
    name = f"close-{(task.result or {}).get('period', '')}.zip"
    return download(kept_file(desk_of(request), task.key), name, "application/zip")


@router.post("/close/statements")
def make_statements(request: Request, visitor: Closer, period: Annotated[str, Form()]) -> Response:
    """Makes the statement of each partner of a closed period, in the background."""
    desk = desk_of(request)
    of = desk.session_of(visitor).settings.close.fiscal.parse(period.strip())

    def make(session: Session, folder: Path) -> Mapping[str, Any]:
        found = statements(session, of, folder)
        return {"period": str(of), "count": found.count, "files": found.files}

    return folder_in_background(desk, visitor, "close/statements", f"Statements of {of}", make)


@router.get("/close/statements/{key}")
def statements_made(request: Request, task: OwnTask, _: Closer) -> HTMLResponse:
    """How many statements there are, and the file of them."""
    return show(request, "statements.html", task=task, made=task.result)


@router.get("/close/statements/{key}/file")
def statements_file(request: Request, task: OwnTask, _: Closer) -> Response:
    """The statements as a ZIP file."""
    name = f"statements-{(task.result or {}).get('period', '')}.zip"
    return download(kept_file(desk_of(request), task.key), name, "application/zip")


def _begin(
    desk: Desk,
    visitor: Visitor,
    form: Mapping[str, str],
    journals: tuple[str, ...],
    sent: Mapping[str, Upload],
) -> Response:
    order = order_from(desk, desk.session_of(visitor), form, journals, sent)

    def work(key: str, progress: Progress) -> Mapping[str, Any]:
        return _made(desk, visitor, key, order, progress)

    return in_background(desk, visitor, "close/made", order.title, work)


def _made(desk: Desk, visitor: Visitor, key: str, order: CloseOrder, progress: Progress) -> Mapping[str, Any]:
    """Makes the pack in a folder that goes again, and keeps it for its owner."""
    keep_brought(desk, key, visitor.name, order)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "pack"
        found = close(desk.session_of(visitor, progress), order.request(desk, visitor, folder))
        keep_folder(desk, key, visitor.name, folder)
    return _told(found, order)


def _told(found: CloseResult, order: CloseOrder) -> Mapping[str, Any]:
    """What the page shows, as plain values."""
    checks = [
        {
            "name": one.name,
            "title": one.title,
            "weight": one.weight.value,
            "is_blocking": one.is_blocking,
            "waived": one.waived,
            "objections": [
                {
                    "partner": each.partner,
                    "record": each.record_id,
                    "said": each.said,
                    "money": str(each.amount or ""),
                }
                for each in one.objections
            ],
        }
        for one in found.made.checks
    ]
    review = found.review
    return {
        "period": str(found.made.frozen.period),
        "close_id": found.made.frozen.close_id,
        "closed": found.closed,
        "passes": found.made.passes,
        "prepared": bool(review and review.holds and not found.closed),
        "again": order.again,
        "brought": {name: one[0] for name, one in (order.files or {}).items()},
        "verdict": list(found.verdict),
        "files": list(found.files),
        "tables": [as_values(one) for one in (*found.tables[:-1], *found.ties)],
        "checks": checks,
    }
