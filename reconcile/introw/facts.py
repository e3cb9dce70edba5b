"""Reads one page of a listing: its records, and what it says about the pages that follow.

How Introw pages its lists is not documented (introw-api.md 4.1), so every common spelling is
understood, in camel or snake case, at the top or in a container such as `meta` or `pagination`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from reconcile.errors import UnexpectedAnswer
from reconcile.introw.answer import Answer

_RECORDS: Final = (
    "data", "items", "results", "records", "payouts", "commissionlines", "lines", "partners", "content",
    "rows", "values", "list", "result",
)  # fmt: skip
_CONTAINERS: Final = (
    "data", "meta", "metadata", "pagination", "paging", "page", "pageinfo", "pageinformation", "paginginfo",
    "links", "cursor", "cursors", "response", "result", "info",
)  # fmt: skip
_NEXT: Final = (
    "next", "nexturl", "nexturi", "nextlink", "nexthref", "nextpageurl", "nextpagelink", "odatanextlink",
    "nextcursor", "nextpagetoken", "nexttoken", "nextpagecursor", "continuationtoken", "nextpage",
    "xnextpage", "endcursor", "startingafter", "nextstartingafter", "nextafter",
)  # fmt: skip
_PRESENT: Final = ("cursor", "after")
_NEXT_PAGE: Final = ("next", "nextpage", "xnextpage")
_MORE: Final = ("hasmore", "hasnextpage", "hasnext", "moreavailable", "hasmoreitems", "more")
_LAST: Final = ("islast", "islastpage", "last", "lastpage")
_TOTAL: Final = (
    "total", "totalcount", "totalitems", "totalresults", "totalrecords", "totalelements", "xtotalcount",
    "xtotal", "count",
)  # fmt: skip
_PAGES: Final = ("totalpages", "pagecount", "numpages", "pages", "lastpage", "xtotalpages")
_PAGE: Final = ("page", "currentpage", "pagenumber", "pageindex", "number", "xpage")
_SIZE: Final = ("pagesize", "perpage", "limit", "itemsperpage", "size")
_OFFSET: Final = ("offset", "skip")
_UNHEARD: Final = re.compile(r"next(?!.*(sync|delta|poll|reset|date|time))")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HEADERS: Final = ("x-total-count", "x-total", "x-total-pages", "x-page", "x-next-page")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page says; None where it says nothing.

    next_url, cursor (with its member as spelled) and next_page lead on. ended: a member that would lead on is
    there and empty. page, offset, size, pages: numbers as stated, with the members as spelled. total: of all
    records. more: a flag.
    """

    next_url: str | None = None
    cursor: str | None = None
    cursor_member: str = ""
    next_page: int | None = None
    ended: bool = False
    page: int | None = None
    page_member: str = ""
    offset: int | None = None
    offset_member: str = ""
    size: int | None = None
    pages: int | None = None
    total: int | None = None
    more: bool | None = None

    @property
    def style(self) -> str:
        """How the page leads on, in words for a person."""
        if self.next_url:
            return "a link to the next page"
        if self.cursor_member:
            return f"a cursor ({self.cursor_member})"
        if self.page_member or self.pages is not None or self.next_page is not None:
            return "numbered pages"
        if self.offset_member:
            return "an offset"
        return "a flag for more" if self.more is not None else "no sign of paging"


@dataclass(frozen=True, slots=True)
class _Found:
    """A member as spelled, with its value."""

    spelled: str
    value: object


def read_page(answer: Answer) -> tuple[list[object], Facts]:
    """The records of a page, in a bare array or under a usual name, and what it says of the others.

    Raises UnexpectedAnswer when it holds no list of records.
    """
    body = answer.json()
    records = _array(body)
    if records is None:
        raise UnexpectedAnswer(f"The answer to GET {answer.path} holds no list of records.", answer.status)
    return records, _facts(_members(body, answer.headers), answer, len(records))


def _facts(found: Mapping[str, _Found], answer: Answer, count: int) -> Facts:
    next_url, cursor, next_page, ended = _next(found, answer)
    page, offset = _first(found, _PAGE), _first(found, _OFFSET)
    return Facts(
        next_url=next_url,
        cursor=str(cursor.value) if cursor else None,
        cursor_member=cursor.spelled if cursor else "",
        next_page=next_page,
        ended=ended,
        page=_number(found, _PAGE),
        page_member=page.spelled if page else "",
        offset=_number(found, _OFFSET),
        offset_member=offset.spelled if offset else "",
        size=_number(found, _SIZE),
        pages=_number(found, _PAGES),
        total=_total(found, count),
        more=_more(found),
    )


@lru_cache(maxsize=1024)
def bare(name: str) -> str:
    """A member's name without case and punctuation, so that all spellings are one."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _array(body: object) -> list[object] | None:
    if isinstance(body, list):
        return body
    if not isinstance(body, Mapping):
        return None
    members = {bare(name): value for name, value in body.items()}
    for name in _RECORDS:
        found = _array(members.get(name)) if isinstance(members.get(name), (list, Mapping)) else None
        if found is not None:
            return found
    arrays = [value for value in body.values() if isinstance(value, list)]
    return arrays[0] if len(arrays) == 1 else None


def _members(body: object, headers: Mapping[str, str]) -> dict[str, _Found]:
    """The members that may speak of paging, by bare name; the outermost wins, then the headers."""
    found: dict[str, _Found] = {}
    for name, value in _outward_in(body):
        found.setdefault(bare(name), _Found(name, value))
    for name in _HEADERS:
        if name in headers:
            found.setdefault(bare(name), _Found(name, headers[name]))
    return found


def _outward_in(body: object) -> Iterator[tuple[str, object]]:
    level = [body] if isinstance(body, Mapping) else []
    for _ in range(4):
        inner: list[Mapping[str, object]] = []
        for mapping in level:
            for name, value in mapping.items():
                if isinstance(value, Mapping) and bare(name) == "next":
                    yield name, _target(value)
                elif isinstance(value, Mapping) and bare(name) in _CONTAINERS:
                    inner.append(value)
                elif isinstance(value, list) and bare(name) == "links":
                    yield from (("next", _target(link)) for link in value if _is_next(link))
                elif not isinstance(value, (Mapping, list)):
                    yield name, value
        level = inner


def _is_next(link: object) -> bool:
    return isinstance(link, Mapping) and link.get("rel") == "next"


def _target(link: Mapping[str, object]) -> object:
    """What a `next` object points to."""
    return next((link[name] for name in ("href", "url", "cursor", "page", "token") if link.get(name)), None)


def _next(found: Mapping[str, _Found], answer: Answer) -> tuple[str | None, _Found | None, int | None, bool]:
    """Link, cursor and page number that lead on, and whether the page says that nothing does."""
    if answer.next_link:
        return answer.next_link, None, None, False
    explicit = [name for name in _NEXT if name in found]
    # A bare `cursor` may be that of the present page: it counts only where nothing speaks of the next.
    names = explicit or [name for name in _PRESENT if name in found]
    for name in names:
        member = found[name]
        if url := _url(name, member.value):
            return url, None, None, False
        page = _whole(member.value) if name in _NEXT_PAGE else None
        if page is not None:
            return None, None, page, False
        if _is_token(member.value):
            return None, member, None, False
    if not explicit and (unheard := _unheard_of(found)):
        return None, unheard, None, False
    return None, None, None, answer.linked or bool(explicit)


def _unheard_of(found: Mapping[str, _Found]) -> _Found | None:
    """A member such as `nextPos`: it leads on somehow, and to overlook it would cut the list off in silence.

    An empty one says nothing: it may be about something else.
    """
    return next(
        (
            member
            for name, member in found.items()
            if _UNHEARD.match(name) and _is_token(member.value) and not _DATE.match(str(member.value))
        ),
        None,
    )


def _url(name: str, value: object) -> str | None:
    """The value as a link. A cursor may begin with a slash, so that only a whole URL is a link there."""
    link = r"https?://" if name.endswith(("cursor", "token", "after")) else r"https?://|/|\?"
    return value if isinstance(value, str) and re.match(link, value) else None


def _is_token(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, (str, int, Decimal)) and value != ""


def _more(found: Mapping[str, _Found]) -> bool | None:
    for names, meaning in ((_MORE, True), (_LAST, False)):
        for name in names:
            flag = _flag(found[name].value) if name in found else None
            if flag is not None:
                return flag is meaning
    return None


def _flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.casefold()) if isinstance(value, str) else None


def _total(found: Mapping[str, _Found], count: int) -> int | None:
    """The stated total. A `count` that is just this page's is none."""
    for name in _TOTAL:
        total = _whole(found[name].value) if name in found else None
        if total is not None and not (name == "count" and total == count):
            return total
    return None


def _first(found: Mapping[str, _Found], names: tuple[str, ...]) -> _Found | None:
    return next(
        (found[name] for name in names if name in found and _whole(found[name].value) is not None), None
    )


def _number(found: Mapping[str, _Found], names: tuple[str, ...]) -> int | None:
    member = _first(found, names)
    return None if member is None else _whole(member.value)


def _whole(value: object) -> int | None:
    """A count, written as a number or as digits."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
        return int(value)
    if isinstance(value, Decimal) and value == value.to_integral_value() and 0 <= value < 10**15:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
