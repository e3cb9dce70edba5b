"""Work in progress: a page that waits, and the stream of events that it listens to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from reconcile.desk.family import Family, desk_of
from reconcile.desk.show import show
from reconcile.desk.tasks import DONE, Task
from reconcile.desk.typed import give_secret, typed_of_work
from reconcile.desk.visitor import Visitor, visitor_of

router = APIRouter()
FAMILY = Family(router)
_PAUSE_SECONDS: Final = 0.5


async def while_signed_in(request: Request, told: AsyncIterator[str]) -> AsyncIterator[str]:
    """The same events, until the person whose page listens is signed in no more."""
    async for event in told:
        if await run_in_threadpool(desk_of(request).sessions.visitor, request.state.secret) is None:
            return
        yield event


def own_task(request: Request, key: str, visitor: Annotated[Visitor, Depends(visitor_of)]) -> Task:
    """A dependency: the visitor's own work under the key of the path, which is work of that page."""
    task = desk_of(request).tasks.get(key)
    page = request.url.path.partition(f"/{key}")[0]
    if task is None or task.owner != visitor.name or page not in (f"/{task.of}", "/tasks"):
        raise HTTPException(404)
    return task


OwnTask = Annotated[Task, Depends(own_task)]


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
