"""Arrived: workbooks that were picked up. The desk watches folder and mailbox, and tells people."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from reconcile.desk.brought import Upload, keep_files
from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.pages.bring import plan_in_background
from reconcile.desk.security.tokens import new_secret
from reconcile.desk.show import show
from reconcile.desk.visitor import Preparer, Visitor
from reconcile.domain.policy.pickup import PickupPolicy
from reconcile.errors import ReconcileError
from reconcile.jobs.pickup.kept_arrivals import Arrival, arrivals, copy_of, kept
from reconcile.jobs.pickup.pick_up import Watch, watched_folder
from reconcile.jobs.pickup.watching import news_rounds, rest, rounds
from reconcile.jobs.session import Session

router = APIRouter()
_PAUSE_SECONDS = 60.0
_problems: dict[str, str] = {}
"""What went wrong last in the desk's own watching, by the address of the desk."""


@contextmanager
def _watching(desk: Desk) -> Iterator[None]:
    """Watches the folder, and tells what is new, for as long as the desk runs."""
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(desk, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


FAMILY = Family(router, menu="Arrived", path="/arrived", role="prepare", beside=_watching)


@router.get("/arrived")
def arrived(request: Request, visitor: Preparer) -> HTMLResponse:
    """What was picked up, newest first."""
    desk = desk_of(request)
    session = desk.session_of(visitor)
    return show(
        request,
        "arrived.html",
        found=arrivals(session),
        places=_places(session.settings.pickup),
        problem=_problems.get(desk.url, ""),
    )


def _places(policy: PickupPolicy) -> list[str]:
    """Where workbooks arrive, in words."""
    mailbox = f"the mailbox {policy.mail_user} (folder {policy.mail_folder})" if policy.mail_server else ""
    return [one for one in (policy.folder, mailbox) if one]


@router.post("/arrived/{digest}")
def look(request: Request, digest: str, visitor: Preparer) -> Response:
    """Brings the workbook in the name of the visitor, and plans it against live as it is now."""
    desk = desk_of(request)
    session = desk.session_of(visitor)
    found = kept(session, digest)
    if found is None:
        raise HTTPException(404)
    upload = Upload(found.name, copy_of(session, found).read_bytes())
    own = keep_files(desk, new_secret(), visitor.name, [upload])
    return plan_in_background(desk, own, visitor)


def _watch(desk: Desk, over: threading.Event) -> None:
    """Looks until the desk ends, with the settings of the moment.

    What goes wrong is shown on the page, and does not end the looking.
    """
    while not over.is_set():
        opened = desk.session
        is_over = partial(_is_over, desk, over, opened)
        try:
            for one in _looks(desk.session_of(Visitor(opened.user, (), "", "")), is_over):
                _problems[desk.url] = one if isinstance(one, str) else " ".join(one[1])
        except ReconcileError as error:
            _problems[desk.url] = str(error)
        except Exception as error:  # noqa: BLE001  whatever it is, the page must say it
            _problems[desk.url] = f"{type(error).__name__}: {error}. Please report this."
        rest(_PAUSE_SECONDS, is_over)


def _is_over(desk: Desk, over: threading.Event, opened: Session) -> bool:
    """Whether the desk ends, or its settings are others by now."""
    return over.is_set() or desk.session is not opened


def _looks(session: Session, is_over: Callable[[], bool]) -> Iterator[tuple[Arrival, tuple[str, ...]] | str]:
    """What is picked up and told. Raises ConfigurationError where the folder is not there."""
    if session.settings.pickup.folder or session.settings.pickup.mail_server:
        yield from rounds(session, Watch(watched_folder(session)), is_over)
    else:
        yield from news_rounds(session, is_over)
