"""Servers that page their lists in every way that one might, as functions from a query to an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Reply = tuple[Any, dict[str, str]] | int
Style = Callable[[list[Any], Mapping[str, str], str], Reply]
"""Records, query and address to body and headers, or to a status."""

HOST = "https://api.introw.io"


def cut(records: list[Any], query: Mapping[str, str], start: int, most: int) -> list[Any]:
    return records[start : start + min(int(query.get("limit", most)), most)]


def cursor_style(
    *,
    member: str = "nextCursor",
    parameter: str = "cursor",
    inside: str | None = None,
    total: str | None = None,
    most: int = 50,
    more: str | None = None,
    under: str = "data",
) -> Style:
    def answer(records: list[Any], query: Mapping[str, str], _: str) -> Reply:
        start = int(query.get(parameter, "c0")[1:])
        found = cut(records, query, start, most)
        after = start + len(found)
        facts: dict[str, Any] = {member: f"c{after}" if after < len(records) else None}
        facts |= {total: len(records)} if total else {}
        facts |= {more: after < len(records)} if more else {}
        return {under: found} | ({inside: facts} if inside else facts), {}

    return answer


def page_style(
    *,
    base: int = 1,
    parameter: str = "page",
    most: int = 50,
    says: Callable[[int, int, int, int], dict[str, Any]] = lambda *_: {},
    bare: bool = False,
    beyond: str = "empty",
    takes_limit: bool = True,
) -> Style:
    def answer(records: list[Any], query: Mapping[str, str], _: str) -> Reply:
        size = min(int(query.get("limit", most)), most) if takes_limit else most
        number = int(query.get(parameter, base))
        last = max(base, -(-len(records) // size) + base - 1)
        if number > last and beyond in ("400", "404"):
            return int(beyond)
        if number > last and beyond == "last":
            number = last
        found = records[(number - base) * size :][:size]
        return (found if bare else {"data": found} | says(number, size, len(records), last)), {}

    return answer


def offset_style(
    *,
    parameter: str = "offset",
    most: int = 50,
    says: Callable[[int, int, int], dict[str, Any]] = lambda *_: {},
    bare: bool = False,
    takes_limit: bool = True,
) -> Style:
    def answer(records: list[Any], query: Mapping[str, str], _: str) -> Reply:
        start = int(query.get(parameter, 0))
        found = cut(records, query if takes_limit else {}, start, most)
        return (found if bare else {"data": found} | says(start, most, len(records))), {}

    return answer


def link_style(write: Callable[[str | None], tuple[dict[str, Any], dict[str, str]]], most: int = 50) -> Style:
    def answer(records: list[Any], query: Mapping[str, str], path: str) -> Reply:
        start = int(query.get("from", 0))
        after = start + most
        body, headers = write(f"{path}?limit=200&from={after}" if after < len(records) else None)
        return {"data": records[start:after]} | body, headers

    return answer


def header_link(url: str | None) -> tuple[dict[str, Any], dict[str, str]]:
    return {}, {"link": f'<{url}>; rel="next"' if url else '</x>; rel="first"'}


def everything(body: Callable[[list[Any]], Any]) -> Style:
    return lambda records, _query, _path: (body(records), {})


def relay(records: list[Any], query: Mapping[str, str], path: str) -> Reply:
    body, headers = cursor_style(
        member="endCursor", parameter="after", inside="pageInfo", more="hasNextPage"
    )(records, query, path)  # type: ignore[misc]
    body["pageInfo"]["endCursor"] = (
        body["pageInfo"]["endCursor"] or "c999"
    )  # Relay gives one on the last page too
    return body, headers


def after_last_id(records: list[Any], query: Mapping[str, str], _: str) -> Reply:
    ids = [record["id"] for record in records]
    start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
    found = cut(records, query, start, 50)
    return {"data": found, "has_more": start + len(found) < len(records)}, {}


def refuses_limit(style: Style) -> Style:
    return lambda records, query, path: 422 if "limit" in query else style(records, query, path)


def strict(style: Style, *known: str) -> Style:
    return lambda records, query, path: 400 if set(query) - set(known) else style(records, query, path)


STYLES: dict[str, Style] = {
    "nextCursor": cursor_style(),
    "nextCursor and total": cursor_style(total="total"),
    "next_cursor in meta": cursor_style(member="next_cursor", inside="meta"),
    "cursor": cursor_style(member="cursor"),
    "cursor in paging, with count": cursor_style(member="cursor", inside="paging", total="count"),
    "endCursor in pageInfo": relay,
    "nextPageToken": cursor_style(member="nextPageToken", parameter="pageToken"),
    "next_page_token": cursor_style(member="next_page_token", parameter="page_token"),
    "next as a cursor": cursor_style(member="next"),
    "next as a cursor called next": cursor_style(member="next", parameter="next"),
    "nextCursor sent as nextCursor": cursor_style(parameter="nextCursor"),
    "nextCursor sent as after": cursor_style(parameter="after"),
    "cursors.after in paging": cursor_style(member="after", parameter="after", inside="cursors"),
    "startingAfter": cursor_style(member="startingAfter", parameter="startingAfter", under="items"),
    "continuationToken": cursor_style(member="continuationToken", parameter="continuationToken"),
    "nextPos, which nobody has heard of": cursor_style(member="nextPos", parameter="pos"),
    "next_key in meta, which nobody has heard of": cursor_style(member="next_key", parameter="key", inside="meta"),
    "everything, with words that begin with next": everything(
        lambda records: {"data": records, "nextSyncToken": "s1", "nextRefreshAt": "2026-04-01T00:00:00Z"}
    ),
    "cursor, refuses what it does not know": strict(cursor_style(), "limit", "cursor"),
    "cursor, refuses limit": refuses_limit(cursor_style()),
    "cursor, honours limit": cursor_style(most=1000),
    "Link header": link_style(header_link),
    "next URL": link_style(lambda url: ({"next": url and HOST + url, "previous": None}, {})),
    "next URL, relative": link_style(lambda url: ({"next": url}, {})),
    "next URL, unencrypted behind a proxy": link_style(lambda url: ({"next": url and "http://api.introw.io" + url}, {})),
    "links.next": link_style(lambda url: ({"links": {"next": url}}, {})),
    "_links.next.href": link_style(lambda url: ({"_links": {"next": {"href": url}} if url else {}}, {})),
    "links as a list": link_style(lambda url: ({"links": [{"rel": "next", "href": url}] if url else []}, {})),
    "nextPageUrl in pagination": link_style(lambda url: ({"pagination": {"nextPageUrl": url}}, {})),
    "page, limit, total": page_style(says=lambda n, size, total, _: {"page": n, "limit": size, "total": total}),
    "page and totalPages in meta": page_style(
        says=lambda n, size, _, last: {"meta": {"page": n, "pageSize": size, "totalPages": last}}
    ),
    "page and perPage as text": page_style(
        says=lambda n, size, total, last: {
            "meta": {"current_page": str(n), "per_page": str(size), "last_page": str(last), "total": str(total)}
        }
    ),
    "page from 0": page_style(base=0, says=lambda n, size, total, _: {"page": n, "size": size, "total": total}),
    "page from 0, Spring": page_style(
        base=0,
        says=lambda n, size, total, last: {
            "page": {"number": n, "size": size, "totalElements": total, "totalPages": last + 1}
        },
    ),
    "page without total": page_style(says=lambda n, size, *_: {"page": n, "pageSize": size}),
    "page, size echoed as asked": page_style(says=lambda n, *_: {"page": n, "limit": 200}),
    "page only": page_style(says=lambda n, *_: {"page": n}),
    "pageNumber": page_style(
        parameter="pageNumber", says=lambda n, _, total, __: {"pageNumber": n, "totalCount": total}
    ),
    "page and hasMore": page_style(says=lambda n, _, __, last: {"page": n, "hasMore": n < last}),
    "nextPage": page_style(says=lambda n, _, __, last: {"nextPage": n + 1 if n < last else None}),
    "total pages alone": page_style(says=lambda _, __, ___, last: {"totalPages": last}),
    "hasMore alone, by page": page_style(says=lambda n, _, __, last: {"hasMore": n < last}),
    "hasMore alone, by page from 0": page_style(base=0, says=lambda n, _, __, last: {"hasMore": n < last}),
    "no sign, by page": page_style(),
    "no sign, by page from 0": page_style(base=0),
    "no sign, by page, 404 beyond": page_style(beyond="404"),
    "no sign, by page from 0, 404 beyond": page_style(base=0, beyond="404"),
    "page, 400 beyond": page_style(says=lambda n, *_: {"page": n}, beyond="400"),
    "no sign, by page, 400 beyond": page_style(beyond="400"),
    "no sign, by page from 0, 400 beyond": page_style(base=0, beyond="400"),
    "no sign, by page from 0, last page beyond": page_style(base=0, beyond="last"),
    "no sign, by page, last page beyond": page_style(beyond="last"),
    "bare array by page, no limit": page_style(bare=True, takes_limit=False),
    "bare array by page, refuses the rest": strict(page_style(bare=True, takes_limit=False), "page"),
    "offset, limit, total": offset_style(
        says=lambda start, size, total: {"offset": start, "limit": size, "total": total}
    ),
    "offset without total": offset_style(says=lambda start, size, _: {"pagination": {"offset": start, "limit": size}}),
    "offset and has_more": offset_style(says=lambda start, size, total: {"has_more": start + size < total}),
    "skip": offset_style(parameter="skip", says=lambda start, _, total: {"skip": start, "totalItems": total}),
    "total alone, by offset": offset_style(says=lambda _, __, total: {"total": total}),
    "no sign, by offset": offset_style(),
    "no sign, by offset, honours limit": offset_style(most=1000),
    "bare array by offset, no limit": offset_style(bare=True, takes_limit=False),
    "has_more and the last id": after_last_id,
    "everything under data": everything(lambda records: {"data": records}),
    "everything, with total": everything(lambda records: {"data": records, "total": len(records)}),
    "everything, bare": everything(lambda records: records),
    "everything under data.items": everything(lambda records: {"data": {"items": records}}),
    "everything under payouts": everything(lambda records: {"payouts": records, "warnings": []}),
    "everything under results, limit refused": refuses_limit(everything(lambda records: {"results": records})),
}  # fmt: skip
