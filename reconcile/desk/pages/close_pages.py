"""Close: the months with their state, a draft with its checks, waivers, the pack, and the close itself."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.made_files import as_values, keep_folder, kept_file
from reconcile.desk.pages.take import download
from reconcile.desk.pages.task_pages import OwnTask
from reconcile.desk.runs.run_files import desk_key_file
from reconcile.desk.show import show
from reconcile.desk.visitor import Visitor, needs, visitor_of
from reconcile.domain.period import Period
from reconcile.domain.progress import Progress
from reconcile.errors import ConfigurationError
from reconcile.jobs.approvals.sign_statement import SignIn
from reconcile.jobs.closes import CloseRequest, CloseResult, all_months, close, listing, status
from reconcile.jobs.closes.statements import statements
from reconcile.jobs.session import Session

router = APIRouter()
FAMILY = Family(router, menu="Close", path="/close")
Closer = Annotated[Visitor, Depends(needs("close"))]
Anybody = Annotated[Visitor, Depends(visitor_of)]
DRAFT, PREPARE, CLOSE = "draft", "prepare", "close"
TITLES: Final = {DRAFT: "Draft of", PREPARE: "Preparing", CLOSE: "Closing"}
_WAIVER: Final = "waive-"


@router.get("/close")
def overview(request: Request, visitor: Anybody) -> HTMLResponse:
    """The months, and what one made here."""
    desk = desk_of(request)
    session = desk.session_of(visitor)
    return show(
        request,
        "close.html",
        months=all_months(session).months,
        made=desk.tasks.every("close/made", visitor.name),
        may_close=visitor.may("close"),
        has_people=bool(session.settings.team.people),
    )


@router.get("/close/month/{period}")
def month(request: Request, period: str, visitor: Anybody) -> HTMLResponse:
    """The steps of a month, and its closes."""
    session = desk_of(request).session_of(visitor)
    of = _period(session, period)
    closes = [one for one in listing(session).closes if one.period == str(of)]
    return show(request, "month.html", period=str(of), steps=status(session, of).steps, closes=closes)


@router.post("/close")
async def make(request: Request, visitor: Closer) -> Response:
    """Makes a draft, prepares the close, or closes; in the background."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    return await run_in_threadpool(_begin, desk_of(request), visitor, form)


@router.get("/close/made/{key}")
def made(request: Request, task: OwnTask, visitor: Closer) -> HTMLResponse:
    """What a draft or a close came to, its checks, and the pack to download."""
    team = desk_of(request).session_of(visitor).settings.team
    return show(request, "closed.html", task=task, made=task.result, has_people=bool(team.people))


@router.get("/close/made/{key}/pack")
def pack(request: Request, task: OwnTask, _: Closer) -> Response:
    """The pack as a ZIP file."""
    name = f"close-{(task.result or {}).get('period', '')}.zip"
    return download(kept_file(desk_of(request), task.key), name, "application/zip")


@router.post("/close/statements")
def make_statements(request: Request, visitor: Closer, period: Annotated[str, Form()]) -> Response:
    """Makes the statement of each partner of a closed period, in the background."""
    desk = desk_of(request)
    of = _period(desk.session_of(visitor), period)

    def work(key: str, progress: Progress) -> Mapping[str, Any]:
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent) / "statements"
            found = statements(desk.session_of(visitor, progress), of, folder)
            keep_folder(desk, key, visitor.name, folder)
        return {"period": str(of), "count": found.count, "files": found.files}

    key = desk.tasks.start(visitor.name, "close/statements", f"Statements of {of}", work)
    return RedirectResponse(f"/tasks/{key}", 303)


@router.get("/close/statements/{key}")
def statements_made(request: Request, task: OwnTask, _: Closer) -> HTMLResponse:
    """How many statements there are, and the file of them."""
    return show(request, "statements.html", task=task, made=task.result)


@router.get("/close/statements/{key}/file")
def statements_file(request: Request, task: OwnTask, _: Closer) -> Response:
    """The statements as a ZIP file."""
    name = f"statements-{(task.result or {}).get('period', '')}.zip"
    return download(kept_file(desk_of(request), task.key), name, "application/zip")


def _begin(desk: Desk, visitor: Visitor, form: Mapping[str, str]) -> Response:
    how = form.get("how", DRAFT)
    if how not in TITLES:
        raise ConfigurationError("Choose what to make: a draft, the close to be reviewed, or the close.")
    period = _period(desk.session_of(visitor), form.get("period", ""))
    waivers = tuple(
        f"{name.removeprefix(_WAIVER)}={reason.strip()}"
        for name, reason in form.items()
        if name.startswith(_WAIVER) and reason.strip()
    )

    def work(key: str, progress: Progress) -> Mapping[str, Any]:
        return _made(desk, visitor, key, how, period, waivers, progress)

    key = desk.tasks.start(visitor.name, "close/made", f"{TITLES[how]} {period}", work)
    return RedirectResponse(f"/tasks/{key}", 303)


def _period(session: Session, text: str) -> Period:
    """The period that was named. Raises ConfigurationError for one that is none."""
    return session.settings.close.fiscal.parse(text.strip())


def _made(
    desk: Desk,
    visitor: Visitor,
    key: str,
    how: str,
    period: Period,
    waivers: tuple[str, ...],
    progress: Progress,
) -> Mapping[str, Any]:
    """Makes the pack in a folder that goes again, and keeps it for its owner."""
    session = desk.session_of(visitor, progress)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "pack"
        request = CloseRequest(
            period,
            folder,
            waivers,
            draft=how == DRAFT,
            prepare=_signing(session, visitor) if how == PREPARE else None,
        )
        found = close(session, request)
        keep_folder(desk, key, visitor.name, folder)
    return _told(found)


def _signing(session: Session, visitor: Visitor) -> SignIn:
    """Who signs: the person who is signed in here, by the word of this desk."""
    person = session.settings.team.by_name(visitor.name)
    if person is None:
        raise ConfigurationError(f"{visitor.name} stands nowhere in [people], so cannot sign a close.")
    return SignIn(person.email, desk_key_file(session))


def _told(found: CloseResult) -> Mapping[str, Any]:
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
    return {
        "period": str(found.made.frozen.period),
        "close_id": found.made.frozen.close_id,
        "closed": found.closed,
        "passes": found.made.passes,
        "verdict": list(found.verdict),
        "files": list(found.files),
        "tables": [as_values(one) for one in found.tables[:-1]],
        "checks": checks,
    }
