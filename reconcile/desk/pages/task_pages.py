"""Work in progress: a page that waits, and the stream of events that it listens to."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.made_files import keep_folder
from reconcile.desk.show import show
from reconcile.desk.tasks import DONE, Task, Work
from reconcile.desk.typed import give_secret, typed_of_work
from reconcile.desk.visitor import Anybody, Visitor
from reconcile.domain.progress import Progress
from reconcile.jobs.session import Session

router = APIRouter()
FAMILY = Family(router)
_PAUSE_SECONDS: Final = 0.5


async def while_signed_in(request: Request, told: AsyncIterator[str]) -> AsyncIterator[str]:
    """The same events, until the person whose page listens is signed in no more."""
    async for event in told:
        if await run_in_threadpool(desk_of(request).sessions.visitor, request.state.secret) is None:
            return
        yield event


def own_task(request: Request, key: str, visitor: Anybody) -> Task:
    """A dependency: the visitor's own work under the key of the path, which is work of that page."""
    task = desk_of(request).tasks.get(key)
    page = request.url.path.partition(f"/{key}")[0]
    if task is None or task.owner != visitor.name or page not in (f"/{task.of}", "/tasks"):
        raise HTTPException(404)
    return task


OwnTask = Annotated[Task, Depends(own_task)]


def in_background(desk: Desk, visitor: Visitor, of: str, title: str, work: Work) -> Response:
    """Starts some work, and leads to the page that waits for it."""
    return RedirectResponse(f"/tasks/{desk.tasks.start(visitor.name, of, title, work)}", 303)


def folder_in_background(
    desk: Desk, visitor: Visitor, of: str, title: str, make: Callable[[Session, Path], Mapping[str, Any]]
) -> Response:
    """The same for work that writes a folder, which is kept as a ZIP file. make: may leave it out."""

    def work(key: str, progress: Progress) -> Mapping[str, Any]:
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent) / "pack"
            values = make(desk.session_of(visitor, progress), folder)
            if folder.is_dir():
                keep_folder(desk, key, visitor.name, folder)
        return values

    return in_background(desk, visitor, of, title, work)


@router.get("/tasks/{key}")
def wait(request: Request, task: OwnTask) -> Response:
    """Shows how far the work is; goes on to its outcome once it is done.

    Where it failed, its form stands filled in where it was sent from.
    """
    if task.state == DONE:
        return RedirectResponse(f"/{task.of}/{task.key}", 303)
    typed = typed_of_work(request, task.key) if task.is_over else None
    answer = show(request, "task.html", task=task, back=typed.page if typed else task.back, kept=bool(typed))
    if typed:
        give_secret(desk_of(request), answer, task.key)
    return answer


@router.get("/tasks/{key}/events")
def events(request: Request, task: OwnTask) -> StreamingResponse:
    """Tells the progress as server-sent events, until the work is over."""
    tasks = desk_of(request).tasks

    async def told() -> AsyncIterator[str]:
        found: Task | None = task
        while found is not None:
            yield f"data: {json.dumps(found.told())}\n\n"
            if found.is_over or await request.is_disconnected():
                return
            await asyncio.sleep(_PAUSE_SECONDS)
            found = await run_in_threadpool(tasks.get, task.key)

    return StreamingResponse(while_signed_in(request, told()), media_type="text/event-stream")
