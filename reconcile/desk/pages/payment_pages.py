"""Payments: bring the files of a bank or finance system, answer the suggestions, and go on to the plan."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from reconcile.desk.brought import Upload, keep_files
from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.made_files import MADE, kept_file, uploads_of, write_uploads
from reconcile.desk.pages.bring import plan_in_background
from reconcile.desk.pages.take import XLSX, download, filters_of
from reconcile.desk.pages.task_pages import OwnTask, in_background
from reconcile.desk.security.form_fields import numbered
from reconcile.desk.security.tokens import new_secret
from reconcile.desk.show import show
from reconcile.desk.typed import chosen_before
from reconcile.desk.visitor import Preparer, Visitor
from reconcile.domain.progress import Progress
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.desk.kept_matches import answer_suggestions, answerable, questions_of
from reconcile.jobs.payments import PaymentsRequest, match, write_matches
from reconcile.jobs.scope import Filters

router = APIRouter()
FAMILY = Family(router, menu="Payments", path="/payments", role="prepare")
FILE: Final = "payments.xlsx"
_KEPT_SECONDS: Final = 60 * 86_400
_HINTS: Final = ("currency", "decimal", "date_order", "sign")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the form says. hints: what a file does not say itself."""

    files: Sequence[tuple[str, bytes]]
    filters: Filters
    hints: Mapping[str, str]
    allow: tuple[str, ...]


@router.get("/payments")
def choose(request: Request, visitor: Preparer, again: str = "") -> HTMLResponse:
    """The form, and what one brought before. again: the key of work whose choice stands in the form."""
    made = desk_of(request).tasks.every("payments/made", visitor.name)
    return show(request, "payments.html", made=made, typed=chosen_before(request, again))


@router.post("/payments")
async def bring(request: Request, visitor: Preparer) -> Response:
    """Matches the payments with payouts, in the background."""
    form = await request.form()
    files = await uploads_of(form.getlist("file"))
    return await run_in_threadpool(_begin, desk_of(request), visitor, form, files)


@router.get("/payments/made/{key}")
def made(request: Request, task: OwnTask, _: Preparer) -> HTMLResponse:
    """What was matched, what may be answered, and what is left over."""
    result = task.result or {}
    return show(
        request,
        "matched.html",
        task=task,
        made=result,
        said=result["summary"],
        questions=questions_of(result["questions"]),
    )


@router.get("/payments/made/{key}/file")
def file(request: Request, task: OwnTask, _: Preparer) -> Response:
    """The workbook, to be answered in a spreadsheet program."""
    if not (task.result or {}).get("written"):
        raise HTTPException(404)
    return download(kept_file(desk_of(request), task.key), FILE, XLSX)


@router.post("/payments/made/{key}/answer")
async def answer(request: Request, task: OwnTask, visitor: Preparer) -> Response:
    """Writes the answers into the workbook, and plans it like one that was brought."""
    said = numbered((await request.form()).items(), "answer-")
    return await run_in_threadpool(_answered, desk_of(request), visitor, task.key, task.result or {}, said)


def _begin(desk: Desk, visitor: Visitor, form: FormData, files: Sequence[tuple[str, bytes]]) -> Response:
    if not files:
        raise ConfigurationError("Choose a file of payments first.")

    def text(name: str) -> str:
        return str(form.get(name, "")).strip()

    filters = filters_of(None, text("partner"), text("period"), text("batch"))
    filters.scope  # noqa: B018  a filter that is wrong is told at once
    chosen = _Chosen(files, filters, {name: text(name) for name in _HINTS}, tuple(text("allow").split()))

    def work(key: str, progress: Progress) -> Mapping[str, Any]:
        return _made(desk, visitor, key, chosen, progress)

    title = f"Matching {', '.join(name for name, _ in files)}"
    return in_background(desk, visitor, "payments/made", title, work)


def _made(desk: Desk, visitor: Visitor, key: str, chosen: _Chosen, progress: Progress) -> Mapping[str, Any]:
    """Matches, and keeps the workbook in which paid payouts stand at the paid stage."""
    session = desk.session_of(visitor, progress)
    hints = chosen.hints
    problem, warnings = "", []
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "matched" / FILE
        output.parent.mkdir()
        request = PaymentsRequest(
            write_uploads(Path(folder), list(chosen.files)),
            output,
            chosen.filters,
            currency=hints["currency"],
            decimal=hints["decimal"] or None,
            date_order=hints["date_order"] or None,
            sign=hints["sign"] or None,
            allow=chosen.allow,
        )
        matched = match(session, request)
        found = answerable(session, matched)
        try:
            warnings = write_matches(session, matched, output)
        except DecisionNeeded as error:
            problem = str(error)
        else:
            desk.rows.put(MADE, key, visitor.name, output.read_bytes(), _KEPT_SECONDS)
    return {
        "summary": found.summary,
        "findings": [
            {"severity": one.severity.value, "place": f"{one.file} {one.cell}".strip(), "rule": one.rule,
             "message": one.message, "fix": one.fix}
            for one in (*found.findings, *warnings)
        ],
        "questions": [asdict(one) for one in found.questions],
        "written": not problem,
        "problem": problem,
    }  # fmt: skip


def _answered(
    desk: Desk, visitor: Visitor, key: str, result: Mapping[str, Any], said: Mapping[int, str]
) -> Response:
    """Brings the workbook with the answers in it, as its owner would by hand."""
    session = desk.session_of(visitor)
    with tempfile.TemporaryDirectory() as folder:
        workbook, target = Path(folder) / FILE, Path(folder) / f"answered-{FILE}"
        workbook.write_bytes(kept_file(desk, key))
        answer_suggestions(session, workbook, target, questions_of(result["questions"]), said)
        uploads = [Upload(FILE, target.read_bytes())]
    names = ", ".join(one["name"] for one in result["summary"]["files"])
    own = keep_files(desk, new_secret(), visitor.name, uploads, f"payments of {names}")
    return plan_in_background(desk, own, visitor)
