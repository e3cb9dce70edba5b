"""Numbers and dates: how the pages write them, and the choice of another way."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from reconcile.desk.family import Family
from reconcile.desk.show import show
from reconcile.desk.writing.chosen_writing import choice_of, is_choice, keep_choice
from reconcile.desk.writing.page_writing import every_writing
from reconcile.errors import ConfigurationError

router = APIRouter()
FAMILY = Family(router)
_EXAMPLES: Final = (
    ("Amount", "1,234,567.50"),
    ("Correction", "-1,234.50"),
    ("Day", "2026-11-30"),
    ("Moment", "2026-11-30 14:05 UTC"),
)


@router.get("/writing")
def look(request: Request) -> HTMLResponse:
    """Examples, and what can be chosen."""
    every = [(tag, one.name) for tag, one in every_writing().items()]
    return show(request, "writing.html", examples=_EXAMPLES, every=every, choice=choice_of(request))


@router.post("/writing")
def choose(request: Request, choice: Annotated[str, Form()] = "") -> Response:
    """Keeps the choice in this browser. Raises ConfigurationError for one that is none."""
    if not is_choice(choice):
        raise ConfigurationError(f"There is no way of writing {choice!r}. Choose one from the list.")
    answer = RedirectResponse("/writing", 303)
    keep_choice(request, answer, choice)
    return answer
