"""Five ways to page a list, since Introw documents none (introw-api.md 4.1).

Lists run newest first, by createdAt and then id. Cursors and links mark the last record seen, so
a page costs the same wherever it lies.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query, Request
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, Table, func, select, tuple_

from reconcile.sandbox.api.problems import Detail, all_invalid, invalid
from reconcile.sandbox.choices import Choices, Paging
from reconcile.sandbox.records.store import Work
from reconcile.sandbox.records.tables import Record

_T = TypeVar("_T")
# SQLite counts in 64 bits; a bound here turns a larger figure into a 422.
_FAR = 1_000_000_000

Limit = Annotated[int | None, Query(ge=1, description="Records on a page; a large figure is lowered.")]
Cursor = Annotated[str | None, Query(description="The cursor of the next page, as the last page gave it.")]


@dataclass(frozen=True)
class ListQuery:
    """Which page a request asks for."""

    limit: int | None = None
    cursor: str | None = None
    page: int = 1
    offset: int = 0


async def _by_cursor(limit: Limit = None, cursor: Cursor = None) -> ListQuery:
    return ListQuery(limit, cursor=cursor)


async def _by_page(limit: Limit = None, page: Annotated[int, Query(ge=1, le=_FAR)] = 1) -> ListQuery:
    return ListQuery(limit, page=page)


async def _by_offset(limit: Limit = None, offset: Annotated[int, Query(ge=0, le=_FAR)] = 0) -> ListQuery:
    return ListQuery(limit, offset=offset)


async def _everything() -> ListQuery:
    return ListQuery()


class Listing(BaseModel, Generic[_T]):
    """A list without pages; `total` is there when the sandbox reports totals."""

    data: list[_T]
    total: int = 0


class CursorListing(Listing[_T], Generic[_T]):
    """A page, and the cursor of the next one or null."""

    nextCursor: str | None  # noqa: N815 - the name on the wire


class PageListing(Listing[_T], Generic[_T]):
    """A numbered page."""

    page: int
    limit: int


class OffsetListing(Listing[_T], Generic[_T]):
    """A page by offset."""

    offset: int
    limit: int


class Links(BaseModel):
    """Where to go on."""

    next: str | None


class LinkListing(Listing[_T], Generic[_T]):
    """A page, and the address of the next one or null."""

    links: Links


@dataclass(frozen=True)
class Style:
    """How one way of paging reads a request and what its answer looks like."""

    read: Callable[..., Awaitable[ListQuery]]
    envelope: Any
    params: frozenset[str]


STYLES: dict[Paging, Style] = {
    "cursor": Style(_by_cursor, CursorListing, frozenset({"limit", "cursor"})),
    "page": Style(_by_page, PageListing, frozenset({"limit", "page"})),
    "offset": Style(_by_offset, OffsetListing, frozenset({"limit", "offset"})),
    "link": Style(_by_cursor, LinkListing, frozenset({"limit", "cursor"})),
    "none": Style(_everything, Listing, frozenset()),
}


@dataclass(frozen=True)
class Wanted:
    """One list request: the page, the filters that were sent, and what is hidden anyway."""

    request: Request
    ask: ListQuery
    filters: Mapping[str, str | None]
    hidden: ColumnElement[bool] | None = None


def page_of(
    work: Work,
    table: Table,
    base: Select[Any],
    wanted: Wanted,
    write: Callable[[list[Record]], list[dict[str, Any]]],
) -> dict[str, Any]:
    """Answer a list request in the envelope of the chosen style."""
    _refuse_unknown(wanted, work.choices)
    conditions = [table.c[name] == value for name, value in wanted.filters.items() if value is not None]
    if wanted.hidden is not None:
        conditions.append(wanted.hidden)
    size = min(wanted.ask.limit or work.choices.page_size, work.choices.max_page_size)
    cut = _cut(base.where(*conditions), table, wanted.ask, work.choices.paging, size)
    found = work.all(cut)
    total = {"total": _total(work, table, wanted, conditions)} if work.choices.total else {}
    if work.choices.paging == "none":
        return {"data": write(found), **total}
    last = found[size - 1] if len(found) > size else None
    return {"data": write(found[:size]), **_members(work, wanted, size, last), **total}


def _refuse_unknown(wanted: Wanted, choices: Choices) -> None:
    if choices.unknown_params == "ignore":
        return
    route = wanted.request.scope["route"]
    known = STYLES[choices.paging].params | {param.alias for param in route.dependant.query_params}
    if unknown := sorted(set(wanted.request.query_params) - known):
        raise all_invalid(Detail(name, "Is not a known query parameter.") for name in unknown)


def _cut(query: Select[Any], table: Table, ask: ListQuery, paging: Paging, size: int) -> Select[Any]:
    """Cut one page out of a query, and one record more to see whether another page follows."""
    query = query.order_by(table.c.created_at.desc(), table.c.id.desc())
    if paging == "none":
        return query
    if ask.cursor is not None:
        query = query.where(tuple_(table.c.created_at, table.c.id) < tuple_(*_place(ask.cursor)))
    skipped = (ask.page - 1) * size if paging == "page" else ask.offset
    return query.limit(size + 1).offset(skipped) if skipped else query.limit(size + 1)


def _members(work: Work, wanted: Wanted, size: int, last: Record | None) -> dict[str, Any]:
    """Write the paging members; `last` is the page's last record if another page follows."""
    following = _cursor(last) if last else None
    match work.choices.paging:
        case "page":
            return {"page": wanted.ask.page, "limit": size}
        case "offset":
            return {"offset": wanted.ask.offset, "limit": size}
        case "link":
            url = wanted.request.url.include_query_params(cursor=following)
            return {"links": {"next": str(url) if following else None}}
        case _:
            return {"nextCursor": following}


def _total(work: Work, table: Table, wanted: Wanted, conditions: list[ColumnElement[bool]]) -> int:
    """Count once per filter and not once per page, or a long list would cost its square."""
    key = (table.name, tuple(wanted.filters.items()), wanted.hidden is None)
    if key not in work.counts:
        query = select(func.count()).select_from(table).where(*conditions)
        work.counts[key] = work.connection.execute(query).scalar_one()
    return work.counts[key]


def _cursor(row: Record) -> str:
    return base64.urlsafe_b64encode(json.dumps([row["created_at"], row["id"]]).encode()).decode()


def _place(cursor: str) -> tuple[str, str]:
    try:
        created_at, record_id = json.loads(base64.urlsafe_b64decode(cursor))
        f"{created_at}{record_id}".encode()  # a lone surrogate would only fail inside SQLite
    except (ValueError, TypeError) as error:
        raise invalid("cursor", "Is not a cursor that this list gave.") from error
    return str(created_at), str(record_id)
