"""Shows a page: a template with what the route gives, for the person who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from reconcile import __version__
from reconcile.desk.family import desk_of
from reconcile.desk.page_words import linked, said, said_of_book, shortened, stage_named, staged
from reconcile.desk.security.form_fields import FIELD, ONCE, WHO
from reconcile.desk.security.tokens import new_secret
from reconcile.desk.typed import Typed, give_secret, keep_typed, page_before, typed_before
from reconcile.desk.visitor import ROLE_WORDS, Visitor
from reconcile.desk.writing.chosen_writing import writing_of
from reconcile.desk.writing.filters import FILTERS
from reconcile.desk.writing.page_writing import with_spaces
from reconcile.domain.stage import stage_of
from reconcile.report.template_engine import made_visible
from reconcile.report.words import notes_of

_FOLDER: Final = Path(__file__).parent
STATIC: Final = _FOLDER / "static"


@pass_context
def said_here(context: Context, text: str) -> str:
    """The message as the page that is shown says it."""
    return said(text, str(context.get("here", "")))


@pass_context
def said_of_book_here(context: Context, text: str, has_copy: bool) -> str:  # noqa: FBT001  a filter's argument
    """The same about a workbook."""
    return said_of_book(text, str(context.get("here", "")), has_copy=has_copy)


def printed(value: object) -> object:
    """The value as a page prints it: the unseen is made visible, but for the spaces of a locale."""
    made = made_visible(value)
    return with_spaces(made) if isinstance(made, str) else made


_FILTERS: Final[dict[str, Callable[..., object]]] = {
    "notes": notes_of,
    "said": said_here,
    "said_of_book": said_of_book_here,
    "shortened": shortened,
    "staged": staged,
    "stage_named": stage_named,
    "linked": linked,
    "stage": lambda value: stage_of(value).label,
}
_PAGES: Final = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=printed,
)
_PAGES.filters.update(_FILTERS | FILTERS)


def show(
    request: Request, template: str, *, status: int = 200, typed: Typed | None = None, **values: object
) -> HTMLResponse:
    """The page. typed: what its form is filled in with, if not with what was refused.

    Beside `values` it knows `visitor` (None before a sign-in), `token_field` and base.html's.
    """
    desk, visitor = desk_of(request), request.state.visitor
    text = _PAGES.get_template(template).render(
        writing=writing_of(request),
        visitor=visitor,
        token=request.state.token,
        token_field=_token_field(request.state.token, visitor),
        typed=typed or typed_before(request),
        menu=_menu(request, visitor),
        here=request.url.path,
        environment=str(desk.session.environment),
        is_demo=desk.is_demo,
        role_words=ROLE_WORDS,
        version=__version__,
        **values,
    )
    return HTMLResponse(text, status)


def _token_field(token: str, visitor: Visitor | None) -> Markup:
    """What each form carries: that this desk made it, what makes it this one form, and whose it is."""
    field = Markup('<input type="hidden" name="{}" value="{}">')
    whose = field.format(WHO, visitor.name) if visitor else Markup("")
    return field.format(FIELD, token) + field.format(ONCE, new_secret()) + whose


def show_part(template: str, **values: object) -> str:
    """A part of a page alone, as a script puts it into the page. values: `writing` among them."""
    return _PAGES.get_template(template).render(**values)


def show_problem(request: Request, message: str, status: int, fix: str = "") -> HTMLResponse:
    """A page that says what cannot be done, what to do, and leads back to where the person was.

    What was typed into the form that was refused stands there again.
    """
    form, message = getattr(request.state, "form", None), shortened(said(message))
    visitor = request.state.visitor
    secret = ""
    if form is not None and visitor:
        secret = keep_typed(request, form, f"It was not done: {message}", visitor.name, request.url.path)
    back = page_before(request)
    answer = show(
        request,
        "problem.html",
        status=status,
        message=message,
        fix=said(fix),
        back=back,
        kept=bool(secret),
    )
    if secret:
        give_secret(desk_of(request), answer, secret)
    return answer


def _menu(request: Request, visitor: Visitor | None) -> list[tuple[str, str]]:
    """The words of the menu with their paths, for this person."""
    if visitor is None:
        return []
    return [
        (one.menu, one.path)
        for one in request.app.state.families
        if one.menu and (not one.role or visitor.may(one.role))
    ]
