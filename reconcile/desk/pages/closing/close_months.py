"""One month: its steps, the close that somebody prepared for the person who reviews it, and its closes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from reconcile.desk.asked_plans import sign_in_of
from reconcile.desk.family import Family, desk_of
from reconcile.desk.made_files import as_values, kept_file
from reconcile.desk.pages.take import download
from reconcile.desk.pages.task_pages import OwnTask, folder_in_background
from reconcile.desk.show import show
from reconcile.desk.visitor import Anybody, Approver, Visitor
from reconcile.domain.period import Period
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.approvals import answer_request
from reconcile.jobs.approvals.answer_close import asked_close
from reconcile.jobs.closes.overview import all_months, listing, status
from reconcile.jobs.desk.close_review import close_review, prepared_pack
from reconcile.jobs.desk.journal_choices import journal_choices
from reconcile.jobs.session import Session

router = APIRouter()
FAMILY = Family(router)


def named_period(request: Request, period: str, visitor: Anybody) -> Period:
    """A dependency: the period of the path. Raises ConfigurationError for one that is none."""
    return desk_of(request).session_of(visitor).settings.close.fiscal.parse(period.strip())


Named = Annotated[Period, Depends(named_period)]


@router.get("/close/month/{period}")
def month(request: Request, of: Named, visitor: Anybody) -> HTMLResponse:
    """The steps of a month, its prepared close with the signatures, and its closes."""
    session = desk_of(request).session_of(visitor)
    period = str(of)
    found = listing(session)
    known = next((one for one in all_months(session).months if one.period == period), None)
    review = close_review(session, of)
    counting = [one for one in found.closes if not one.superseded]
    return show(
        request,
        "month.html",
        period=period,
        month=known,
        steps=status(session, of).steps,
        closes=[one for one in found.closes if one.period == period],
        changes=[one for one in found.changes if one.period == period],
        review=review,
        tables=[as_values(one) for one in review.tables] if review else [],
        has_people=bool(session.settings.team.people),
        journals=journal_choices(session),
        is_last=bool(counting) and counting[-1].period == period,
    )


@router.post("/close/month/{period}/review")
def sign(
    request: Request, visitor: Approver, of: Named, fingerprint: Annotated[str, Form()] = ""
) -> Response:
    """Signs the numbers that the page showed as reviewed, by the word of the desk for who is signed in."""
    return _answered(request, of, visitor, fingerprint, None)


@router.post("/close/month/{period}/reject")
def reject(
    request: Request,
    visitor: Approver,
    of: Named,
    fingerprint: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Says no, with a reason that the preparer reads."""
    if not reason.strip():
        raise ConfigurationError("Say why it is rejected; whoever prepared it reads it.")
    return _answered(request, of, visitor, fingerprint, reason.strip())


@router.post("/close/month/{period}/pack")
def make_pack(request: Request, of: Named, visitor: Anybody) -> Response:
    """Makes the pack of the prepared close, in the background."""

    def make(session: Session, folder: Path) -> Mapping[str, Any]:
        prepared_pack(session, of, folder)
        return {"period": str(of)}

    title = f"Pack of {of} as prepared"
    return folder_in_background(desk_of(request), visitor, "close/prepared", title, make)


@router.get("/close/prepared/{key}")
def pack_made(request: Request, task: OwnTask) -> HTMLResponse:
    """That the pack is made, and where it can be downloaded."""
    return show(request, "prepared.html", task=task, period=(task.result or {})["period"])


@router.get("/close/prepared/{key}/file")
def pack_file(request: Request, task: OwnTask) -> Response:
    """The pack as a ZIP file."""
    name = f"close-{(task.result or {}).get('period', '')}-prepared.zip"
    return download(kept_file(desk_of(request), task.key), name, "application/zip")


def _answered(request: Request, of: Period, visitor: Visitor, shown: str, reason: str | None) -> Response:
    """Puts the answer on record, if the numbers are still those that the page showed."""
    desk = desk_of(request)
    session: Session = desk.session_of(visitor)
    about = asked_close(session, of)
    if about.subject.fingerprint != shown:
        raise DecisionNeeded(
            "The numbers have moved since you looked at them, so nothing was signed. Look at them as "
            "they are now."
        )
    if reason is not None or visitor.name not in about.found.approved_by:
        answer_request.answer(session, about, sign_in_of(desk, visitor), reason)
    return RedirectResponse(f"/close/month/{of}", 303)
