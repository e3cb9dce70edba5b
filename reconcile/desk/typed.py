"""What a person typed into a form that was not done: kept for that person, and filled in again on the page.

A session that ended, a page that was too old, a field that was wrong, work that failed: nothing is written
then, and nothing that was typed is lost. It is kept for an hour, under a secret in the cookie of the browser,
and shown to the person whose page it was alone. It is never sent by itself.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from reconcile.desk.family import Desk, desk_of
from reconcile.desk.security.form_fields import HIDDEN
from reconcile.desk.security.guard import Cookie
from reconcile.desk.security.tokens import key_of, new_secret
from reconcile.desk.tasks import DONE
from reconcile.jobs.desk.desk_store import DeskRow

_KIND: Final = "typed form"
_KEPT_SECONDS: Final = 3600
_LARGEST: Final = 64 << 10
"""Characters of a form that are kept."""
_MOST: Final = 200
"""Forms of nobody who is signed in, that are kept at a time."""


@dataclass(frozen=True)
class Typed:
    """A form that was not done. action: where it goes. page: where it stands. why: it was not done.

    fields: name and value, in order; a file is kept by its name only.
    """

    action: str
    page: str
    why: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()

    @property
    def as_json(self) -> str:
        """The fields for the script that fills them in."""
        return json.dumps({"action": self.action, "fields": self.fields})


def page_before(request: Request) -> str:
    """The page of this desk that a person came from; empty where there is none."""
    parts = urlsplit(request.headers.get("referer", ""))
    is_own = parts.netloc.lower() == request.headers.get("host", "").lower()
    is_page = parts.path.startswith("/") and not parts.path.startswith(("//", "/sign-in", "/tasks/"))
    is_here = request.method == "GET" and parts.path == request.url.path
    if not is_own or not is_page or is_here:
        return ""
    return f"{parts.path}{'?' + parts.query if parts.query else ''}"


def keep_typed(request: Request, form: FormData, why: str, owner: str, action: str, secret: str = "") -> str:
    """Keeps a form; answers the secret for the cookie, empty where there is nothing to keep or too much.

    secret: one that is there already; else a new one.
    """
    desk, page = desk_of(request), page_before(request)
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    fields = tuple(one for one in texts if one[0] not in HIDDEN)
    is_small = sum(len(name) + len(value) for name, value in fields) <= _LARGEST
    is_welcome = request.state.visitor or len(desk.rows.every(_KIND)) < _MOST
    if not (fields and page and owner and is_small and is_welcome):
        return ""
    files = tuple(one.filename or "" for _, one in form.multi_items() if not isinstance(one, str))
    typed = Typed(action, page, why, fields, tuple(filter(None, files)))
    secret = secret or new_secret()
    desk.rows.put(_KIND, key_of(secret), owner, json.dumps(asdict(typed)).encode(), _KEPT_SECONDS)
    return secret


def give_secret(desk: Desk, response: Response, secret: str) -> None:
    """Lets the browser come back for what was typed."""
    cookie = Cookie(desk.url)
    response.set_cookie(
        _name(desk),
        secret,
        max_age=_KEPT_SECONDS,
        httponly=True,
        secure=cookie.is_secure,
        samesite="lax",
        path="/",
    )


def typed_before(request: Request) -> Typed | None:
    """What the person who is signed in typed into a form that was not done; None where there is nothing."""
    desk, visitor = desk_of(request), request.state.visitor
    secret = request.cookies.get(_name(desk), "")
    row = desk.rows.get(_KIND, key_of(secret)) if secret and visitor else None
    if row is None or row.owner != visitor.name:
        return None
    return _typed(row)


def typed_of_work(request: Request, key: str) -> Typed | None:
    """The form that some work was started by, under the key of the work."""
    row = desk_of(request).rows.get(_KIND, key_of(key))
    return _typed(row) if row else None


def chosen_before(request: Request, key: str) -> Typed | None:
    """What the visitor chose for some work that is done, to be changed and sent once more."""
    task, visitor = desk_of(request).tasks.get(key) if key else None, request.state.visitor
    if task is None or task.owner != visitor.name or task.state != DONE:
        return None
    found = typed_of_work(request, key)
    return replace(found, why="This is what you chose before.") if found else None


def forget_typed(request: Request) -> None:
    """Drops what was typed before: the person sends a form again."""
    desk = desk_of(request)
    if secret := request.cookies.get(_name(desk), ""):
        desk.rows.remove(_KIND, key_of(secret))


def _typed(row: DeskRow) -> Typed:
    kept: dict[str, Any] = json.loads(row.body)
    return Typed(**kept | {"fields": tuple(map(tuple, kept["fields"])), "files": tuple(kept["files"])})


def _name(desk: Desk) -> str:
    return f"{Cookie(desk.url).name}-typed"
