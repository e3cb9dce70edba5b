"""Sign-in and sign-out: by a link, by a name and password, and on the sample month by choosing a person.

Sign-in through a provider is in `provider_sign_in`.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from reconcile.desk.family import Family, desk_of
from reconcile.desk.security.guard import Cookie
from reconcile.desk.security.tokens import new_secret, write_token
from reconcile.desk.security.tries import Tries, client_of
from reconcile.desk.show import show
from reconcile.desk.visitor import Anybody

router = APIRouter()
FAMILY = Family(router)
_GONE = "This link was used already, or is older than 15 minutes. Ask who keeps the desk for a new one."


def own_path(path: str) -> str:
    """A path of this desk to go on to; Home for anything that a browser may take for another site."""
    is_plain = path.isprintable() and path.isascii() and "\\" not in path
    is_own = path.startswith("/") and not path.startswith(("//", "/sign-in"))
    return path if is_plain and is_own else "/"


@router.get("/sign-in")
def sign_in(request: Request, next: str = "/") -> Response:  # noqa: A002  the word in the address
    """The page that asks who somebody is."""
    if request.state.visitor:
        return RedirectResponse(own_path(next), 303)
    desk = desk_of(request)
    people = desk.session.settings.team.people if desk.is_demo else ()
    return _shown(
        request,
        "sign_in.html",
        people=people,
        next=own_path(next),
        has_accounts=desk.accounts.are_there,
        provider=desk.session.settings.sign_in,
    )


@router.get("/sign-in/link/{secret}")
def ask(request: Request, secret: str) -> Response:
    """Asks before the link is used: a program that only looks at links does not use it up."""
    return _shown(request, "link.html", secret=secret)


@router.post("/sign-in/link/{secret}")
def use_link(request: Request, secret: str) -> Response:
    """Signs in by the link."""
    count_client(request)
    made = desk_of(request).sessions.use_link(secret)
    if made is None:
        raise HTTPException(403, _GONE)
    give_back(request)
    return signed_in(request, made, "/")


@router.post("/sign-in/person")
def be(
    request: Request,
    person: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",  # noqa: A002  the word in the address
) -> Response:
    """On the sample month: signs in as one of its people."""
    desk = desk_of(request)
    if not desk.is_demo or desk.session.settings.team.by_name(person) is None:
        raise HTTPException(403, "Only the sample month lets people in without an account.")
    return signed_in(request, desk.sessions.begin(person), next)


@router.post("/sign-in/password")
def with_password(
    request: Request,
    name: Annotated[str, Form()],
    password: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",  # noqa: A002  the word in the address
) -> Response:
    """Signs in with a name and a password."""
    desk = desk_of(request)
    count_client(request)
    if not desk.accounts.check(name, password):
        raise HTTPException(403, "The name or the password is wrong.")
    give_back(request)
    return signed_in(request, desk.sessions.begin(name), next)


@router.post("/sign-out")
def sign_out(request: Request, visitor: Anybody) -> Response:
    """Ends this session."""
    desk_of(request).sessions.end(visitor)
    return _gone_out(request)


@router.post("/sign-out/everywhere")
def sign_out_everywhere(request: Request, visitor: Anybody) -> Response:
    """Ends all sessions of this person."""
    desk_of(request).sessions.end_everywhere(visitor.name)
    return _gone_out(request)


def signed_in(request: Request, secret: str, to: str) -> Response:
    """Gives the browser the new session; one that it had before ends."""
    desk = desk_of(request)
    if request.state.visitor:
        desk.sessions.end(request.state.visitor)
    response = RedirectResponse(own_path(to), 303)
    Cookie(desk.url).set_on(response, secret)
    return response


def before_sign_in(request: Request, response: Response, secret: str) -> Response:
    """An answer before the sign-in: the browser gets a secret of its own with it."""
    Cookie(desk_of(request).url).set_on(response, secret)
    return response


def count_client(request: Request) -> None:
    """Counts a try to sign in of this client. Raises DecisionNeeded while it has to wait."""
    Tries(desk_of(request).rows).count_client(_client(request))


def give_back(request: Request) -> None:
    """Takes back the try that was counted: it was none that failed."""
    Tries(desk_of(request).rows).give_back(_client(request))


def _client(request: Request) -> str:
    policy = desk_of(request).session.settings.sign_in
    peer = request.client.host if request.client else ""
    return client_of(peer, request.headers.getlist("x-forwarded-for"), policy)


def _gone_out(request: Request) -> Response:
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(Cookie(desk_of(request).url).name, path="/")
    response.headers["clear-site-data"] = '"cache", "storage"'
    return response


def _shown(request: Request, template: str, **values: Any) -> HTMLResponse:  # noqa: ANN401  as in show
    """A page before the sign-in, with a secret of its own for its form.

    A browser keeps the secret that it has: an answer that comes late, as for the icon of the tab, must not
    take the place of a session that began meanwhile.
    """
    secret = request.state.secret or new_secret()
    request.state.token = write_token(secret)
    response = show(request, template, **values)
    if not request.state.secret:
        Cookie(desk_of(request).url).set_on(response, secret)
    return response
