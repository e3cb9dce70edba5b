"""Bills: choose a layout and a scope, see what would be written and what is held back, write, download."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from reconcile.desk.asked_plans import sign_in_of
from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.made_files import keep_folder, kept_file, uploads_of, write_uploads
from reconcile.desk.pages.take import download, filters_of
from reconcile.desk.pages.task_pages import OwnTask, in_background
from reconcile.desk.runs.run_files import desk_folder
from reconcile.desk.show import show
from reconcile.desk.tasks import Task
from reconcile.desk.typed import chosen_before
from reconcile.desk.visitor import Preparer, Visitor
from reconcile.domain.progress import Progress
from reconcile.domain.stage import STAGES
from reconcile.errors import ConfigurationError
from reconcile.jobs.bills import BillsRequest, bill
from reconcile.jobs.desk.bill_choices import bill_choices
from reconcile.jobs.scope import Filters

router = APIRouter()
FAMILY = Family(router, menu="Bills", path="/bills", role="prepare")
Upload = tuple[str, bytes]
PREVIEW, ASK, MAKE = "preview", "ask", "make"
CHOSEN: Final = "bills chosen"
_KEPT_SECONDS: Final = 7 * 86_400


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the form says, as a BillsRequest has it. title: what people call the system."""

    system: str
    title: str
    filters: Filters
    pay_on: str | None
    checked: tuple[str, ...]
    vendors: Sequence[Upload]
    how: str
    open_bills: Sequence[Upload] = ()
    anyway: tuple[str, ...] = ()
    again: str | None = None

    @property
    def is_preview(self) -> bool:
        """Whether nothing is written: it is looked at, or asked about."""
        return self.how in (PREVIEW, ASK)

    def as_bytes(self) -> bytes:
        """For keeping, so that what was looked at can be written."""
        files = {"vendors": _as_texts(self.vendors), "open_bills": _as_texts(self.open_bills)}
        return json.dumps(asdict(self) | files).encode()


def _chosen_from(kept: bytes, how: str) -> _Chosen:
    """What `as_bytes` made, to be written or asked about now."""
    values = json.loads(kept)
    values |= {name: tuple(values.get(name, ())) for name in ("checked", "anyway")}
    values |= {name: _from_texts(values.get(name, ())) for name in ("vendors", "open_bills")}
    filters = Filters(**{name: tuple(some) for name, some in values["filters"].items()})
    return _Chosen(**{"title": values["system"]} | values | {"filters": filters, "how": how})


def _as_texts(files: Sequence[Upload]) -> list[tuple[str, str]]:
    return [(name, base64.b64encode(content).decode()) for name, content in files]


def _from_texts(files: Sequence[tuple[str, str]]) -> list[Upload]:
    return [(name, base64.b64decode(content)) for name, content in files]


@router.get("/bills")
def choose(request: Request, visitor: Preparer, again: str = "") -> HTMLResponse:
    """The form, and what one made here. again: the key of work whose choice stands in the form."""
    desk = desk_of(request)
    made = [one for of in ("bills/made", "bills/preview") for one in desk.tasks.every(of, visitor.name)]
    return show(
        request,
        "bills.html",
        typed=chosen_before(request, again),
        choices=bill_choices(desk.session_of(visitor)),
        stages=STAGES.values(),
        made=sorted(made, key=lambda one: -one.began),
    )


@router.post("/bills")
async def make(request: Request, visitor: Preparer) -> Response:
    """Shows what would be written, or writes it; in the background."""
    form = await request.form()
    vendors, open_bills = [await uploads_of(form.getlist(name)) for name in ("vendors", "open_bills")]
    return await run_in_threadpool(_begin, desk_of(request), visitor, form, vendors, open_bills)


@router.get("/bills/preview/{key}")
def previewed(request: Request, task: OwnTask, _: Preparer) -> HTMLResponse:
    """What would be written, and what is held back."""
    return show(request, "billed.html", task=task, made=task.result)


@router.post("/bills/preview/{key}/write")
def write(request: Request, task: OwnTask, visitor: Preparer) -> Response:
    """Writes what was looked at: with the same choice, as live is now."""
    return _go_on(desk_of(request), visitor, task, MAKE)


@router.post("/bills/preview/{key}/ask")
def ask(request: Request, task: OwnTask, visitor: Preparer) -> Response:
    """Asks for the approval of what was looked at, as live is now."""
    return _go_on(desk_of(request), visitor, task, ASK)


def _go_on(desk: Desk, visitor: Visitor, task: Task, how: str) -> Response:
    row = desk.rows.get(CHOSEN, task.key)
    if row is None:
        raise HTTPException(404)
    return _start(desk, visitor, _chosen_from(row.body, how))


@router.get("/bills/made/{key}")
def made(request: Request, task: OwnTask, _: Preparer) -> HTMLResponse:
    """What was written, and what is held back."""
    return show(request, "billed.html", task=task, made=task.result)


@router.get("/bills/made/{key}/file")
def file(request: Request, task: OwnTask, _: Preparer) -> Response:
    """The files with their manifest as a ZIP file."""
    if not (task.result or {}).get("written"):
        raise HTTPException(404)
    return download(kept_file(desk_of(request), task.key), "bills.zip", "application/zip")


def _begin(
    desk: Desk, visitor: Visitor, form: FormData, vendors: Sequence[Upload], open_bills: Sequence[Upload]
) -> Response:
    def text(name: str) -> str:
        return str(form.get(name, "")).strip()

    def lines(name: str) -> tuple[str, ...]:
        return tuple(line.strip() for line in text(name).splitlines() if line.strip())

    how = PREVIEW if text("how") == PREVIEW else MAKE
    choices = bill_choices(desk.session_of(visitor))
    system = next((one for one in choices if one.name == text("system")), None)
    if system is None:
        raise ConfigurationError("Choose the system that the files are written for.")
    stages = [str(one) for one in form.getlist("stage")]
    filters = filters_of(stages, text("partner"), text("period"), text("batch"))
    filters.scope  # noqa: B018  a filter that is wrong is told at once
    chosen = _Chosen(
        system.name,
        system.title,
        filters,
        text("pay_on") or None,
        lines("checked"),
        vendors,
        how,
        open_bills,
        lines("anyway"),
        text("again") or None,
    )
    return _start(desk, visitor, chosen)


def _start(desk: Desk, visitor: Visitor, chosen: _Chosen) -> Response:
    def work(key: str, progress: Progress) -> Mapping[str, Any]:
        if chosen.is_preview:
            desk.rows.put(CHOSEN, key, visitor.name, chosen.as_bytes(), _KEPT_SECONDS)
        return _made(desk, visitor, key, chosen, progress)

    verb = {PREVIEW: "Looking at", ASK: "Asking for the approval of", MAKE: "Writing"}[chosen.how]
    of = "bills/preview" if chosen.is_preview else "bills/made"
    title = f"{verb} files for {chosen.title}"
    return in_background(desk, visitor, of, title, work)


def _made(desk: Desk, visitor: Visitor, key: str, chosen: _Chosen, progress: Progress) -> Mapping[str, Any]:
    """Writes into a folder beside the state that stays, since what was billed once is not billed again."""
    session = desk.session_of(visitor, progress)
    folder = desk_folder(session) / "bills" / key
    with tempfile.TemporaryDirectory() as beside:
        vendors = write_uploads(Path(beside), list(chosen.vendors))
        open_bills = write_uploads(Path(beside), list(chosen.open_bills))
        request = BillsRequest(
            chosen.system,
            folder,
            chosen.filters,
            vendors[0] if vendors else None,
            again=chosen.again,
            open_bills=open_bills[0] if open_bills else None,
            anyway=chosen.anyway,
            checked=chosen.checked,
            pay_on=chosen.pay_on,
            dry_run=chosen.is_preview,
            ask=sign_in_of(desk, visitor) if chosen.how == ASK else None,
        )
        found = bill(session, request)
    if found.written:
        keep_folder(desk, key, visitor.name, folder)
    left: dict[str, list[Mapping[str, Any]]] = {}
    for one in found.manifest["left_out"]:
        left.setdefault(one["why"], []).append(one)
    return {
        "manifest": {name: found.manifest[name] for name in ("layout", "pays", "files", "tie_out")},
        "title": chosen.title,
        "left_out": left,
        "written": found.written,
        "is_preview": chosen.is_preview,
        "notes": list(found.notes),
        "is_asked": chosen.how == ASK,
        "again": chosen.again,
    }
