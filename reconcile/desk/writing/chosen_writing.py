"""What a page follows: the person's choice, else the browser's languages, else the settings."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response

from reconcile.desk.family import desk_of
from reconcile.desk.writing.page_writing import AS_RECORDED, PageWriting, every_writing, writing_for
from reconcile.domain.money import parse_decimal

BROWSER, RECORD = "", "record"
"""What may be chosen beside a locale: as the browser asks, and as in the record."""
_LONGEST: Final = 400
"""Characters that are read of a header; browsers send a tenth of it."""
_KEPT_SECONDS: Final = 365 * 86_400


def writing_of(request: Request) -> PageWriting:
    """How the page of this request writes."""
    choice = choice_of(request)
    if choice == RECORD:
        return AS_RECORDED
    if choice:
        return every_writing()[choice]
    setting = desk_of(request).session.settings.policy.locale
    asked = accepted(request.headers.get("accept-language", "")[:_LONGEST])
    return asked or writing_for([setting]) or AS_RECORDED


def choice_of(request: Request) -> str:
    """What was chosen in this browser; BROWSER where nothing was, or nothing that is known."""
    found = request.cookies.get(_cookie(request), BROWSER)
    return found if is_choice(found) else BROWSER


def is_choice(text: str) -> bool:
    """Whether a text can be chosen."""
    return text in (BROWSER, RECORD) or text in every_writing()


def keep_choice(request: Request, answer: Response, choice: str) -> None:
    """Keeps a choice in the browser for a year."""
    secure = desk_of(request).url.startswith("https:")
    name = _cookie(request)
    if choice == BROWSER:
        answer.delete_cookie(name, secure=secure, httponly=True, samesite="lax")
    else:
        answer.set_cookie(name, choice, max_age=_KEPT_SECONDS, secure=secure, httponly=True, samesite="lax")


@lru_cache(256)
def accepted(header: str) -> PageWriting | None:
    """The way of the first known language of an Accept-Language header, by its weights; None for none."""
    weighed = []
    for part in header.split(","):
        tag, _, parameter = part.partition(";")
        weight = parse_decimal(parameter.strip().removeprefix("q=")) if parameter else 1
        if weight and weight > 0:
            weighed.append((weight, tag.strip()))
    return writing_for(tag for _, tag in sorted(weighed, key=lambda one: -one[0]))


def _cookie(request: Request) -> str:
    """The name carries the port: browsers give cookies to every port of a host."""
    return f"desk-writing-{urlsplit(desk_of(request).url).port or 0}"
