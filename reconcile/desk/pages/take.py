"""Take a workbook: choose what is in it, see how much that is, let it be made, download it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote
from zipfile import ZipFile

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.pages.task_pages import OwnTask, in_background
from reconcile.desk.show import show
from reconcile.desk.visitor import Preparer, Visitor
from reconcile.domain.progress import Progress
from reconcile.domain.split.split_by import SplitBy
from reconcile.domain.stage import STAGES
from reconcile.jobs.exports.export import ExportRequest, export
from reconcile.jobs.exports.exports_out import exports
from reconcile.jobs.exports.preview import preview
from reconcile.jobs.exports.withdraw import restore, withdraw
from reconcile.jobs.scope import Filters

router = APIRouter()
FAMILY = Family(router, menu="Take", path="/take", role="prepare")
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE: Final = "exported workbook"
_KEPT_SECONDS: Final = 7 * 86_400


def filters_of(
    stage: Annotated[list[str] | None, Form()] = None,
    partner: Annotated[str, Form()] = "",
    period: Annotated[str, Form()] = "",
    batch: Annotated[str, Form()] = "",
) -> Filters:
    """The filters of the form; several partners, periods or batches stand on a line each."""
    texts = (
        tuple(line.strip() for line in text.splitlines() if line.strip()) for text in (partner, period, batch)
    )
    return Filters(tuple(stage or ()), *texts)


Chosen = Annotated[Filters, Depends(filters_of)]


@dataclass(frozen=True, slots=True)
class Shape:
    """How the form asks for it. split: of SplitBy, or empty for one workbook. note: for those who edit."""

    split: str = ""
    note: str = ""


def shape_of(
    split: Annotated[SplitBy | Literal[""], Form()] = "",
    note: Annotated[str, Form(max_length=10_000)] = "",
) -> Shape:
    """The shape of the form."""
    return Shape(split.value if split else "", note.strip())


Asked = Annotated[Shape, Depends(shape_of)]


@router.get("/take")
def take(request: Request, visitor: Preparer) -> HTMLResponse:
    """The form, one's own workbooks that were made here, and all that are out."""
    return _shown(request, visitor, Filters(), Shape(), None)


@router.post("/take/preview")
def count(request: Request, visitor: Preparer, filters: Chosen, shape: Asked) -> Response:
    """Counts what is in scope, in the background."""
    desk = desk_of(request)
    filters.scope  # noqa: B018  a filter that is wrong is told at once

    def work(_: str, progress: Progress) -> Mapping[str, Any]:
        found = preview(desk.session_of(visitor, progress), filters)
        money = [{**asdict(one), "amount": str(one.amount)} for one in found.money]
        return {**asdict(found), "money": money, "filters": asdict(filters), "shape": asdict(shape)}

    return in_background(desk, visitor, "take/preview", "Counting what is in scope", work)


@router.get("/take/preview/{key}")
def counted(request: Request, visitor: Preparer, task: OwnTask) -> HTMLResponse:
    """The form again, with what was counted."""
    seen = task.result or {}
    filters = Filters(**{name: tuple(some) for name, some in seen["filters"].items()})
    return _shown(request, visitor, filters, Shape(**seen.get("shape", {})), seen)


def _shown(
    request: Request, visitor: Visitor, filters: Filters, shape: Shape, seen: Mapping[str, Any] | None
) -> HTMLResponse:
    desk = desk_of(request)
    return show(
        request,
        "take.html",
        stages=STAGES.values(),
        splits=[one.value for one in SplitBy],
        made=desk.tasks.every("take", visitor.name),
        out=tuple(reversed(exports(desk.session_of(visitor), whole=True).listed)),
        filters=filters,
        shape=shape,
        seen=seen,
    )


@router.post("/take")
def make(request: Request, visitor: Preparer, filters: Chosen, shape: Asked) -> Response:
    """Makes the workbook, or one for each part, in the background."""
    desk = desk_of(request)
    title = f"Workbook of {filters.scope}"

    def work(key: str, progress: Progress) -> Mapping[str, Any]:
        return _made(desk, visitor, filters, shape, key, progress)

    return in_background(desk, visitor, "take", title, work)


@router.post("/take/withdraw")
def make_void(
    request: Request, visitor: Preparer, workbook: Annotated[str, Form()], reason: Annotated[str, Form()]
) -> Response:
    """Withdraws a workbook: it is refused when it comes back."""
    withdraw(desk_of(request).session_of(visitor), [workbook], reason)
    return RedirectResponse("/take", 303)


@router.post("/take/restore")
def make_valid(
    request: Request, visitor: Preparer, workbook: Annotated[str, Form()], reason: Annotated[str, Form()]
) -> Response:
    """Takes a withdrawal back: the workbook is taken again when it comes back."""
    restore(desk_of(request).session_of(visitor), [workbook], reason)
    return RedirectResponse("/take", 303)


@router.get("/take/{key}")
def made(request: Request, task: OwnTask, _: Preparer) -> HTMLResponse:
    """What was made, with the file to download."""
    return show(request, "taken.html", task=task, made=task.result)


@router.get("/take/{key}/file")
def file(request: Request, task: OwnTask, _: Preparer) -> Response:
    """The workbook, or a ZIP file of several."""
    row = desk_of(request).rows.get(FILE, task.key)
    name = (task.result or {}).get("file", "")
    return download(row.body if row else b"", name, "application/zip" if name.endswith(".zip") else XLSX)


def download(content: bytes, name: str, kind: str) -> Response:
    """An answer that a browser saves as a file and never shows."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=kind, headers={"content-disposition": disposition})


def _made(
    desk: Desk, visitor: Visitor, filters: Filters, shape: Shape, key: str, progress: Progress
) -> Mapping[str, Any]:
    """Exports into a folder that goes again, and keeps the file for its owner."""
    session = desk.session_of(visitor, progress)
    with tempfile.TemporaryDirectory() as folder:
        stem = f"payouts-{session.days.of(session.clock())}"
        output = Path(folder) / (stem if shape.split else f"{stem}.xlsx")
        done = export(session, ExportRequest(filters, output, shape.split or None, note=shape.note))
        path = done.output if done.output.is_file() else _packed(done.output)
        desk.rows.put(FILE, key, visitor.name, path.read_bytes(), _KEPT_SECONDS)
    return {
        "file": path.name,
        "payouts": len(done.snapshot.payouts),
        "lines": len(done.snapshot.lines),
        "calls": done.requests,
        "split_workbooks": [(one.file, one.recipient) for one in done.split_workbooks],
        "scope": str(done.snapshot.scope),
        "warnings": [f"{one.message} {one.fix}" for one in (*done.warnings, *done.differing)],
    }


def _packed(folder: Path) -> Path:
    """The workbooks of a folder in a ZIP file beside it."""
    target = folder.with_suffix(".zip")
    with ZipFile(target, "w") as archive:
        for one in sorted(folder.iterdir()):
            archive.write(one, one.name)
    return target
