"""What the probe reports of servers that work and servers that do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx

from reconcile.introw.doctor import probe

if TYPE_CHECKING:
    from introw.conftest import Opens, Record


def test_a_working_connection_is_described(connect: Opens, payout: Callable[..., Record]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        headers = {
            "date": "Sun, 22 Nov 2026 19:30:17 GMT",
            "x-ratelimit-remaining-minute": "117",
            "x-introw-credits-limit-month": "5000",
            "x-introw-credits-remaining-month": "4000",
        }
        if "payouts" in request.url.path:
            body = {"data": [payout(1), payout(2)], "nextCursor": "x", "total": 20}
        else:
            body = {"data": [], "page": 1, "limit": 50, "total": 0}
        return httpx.Response(200, json=body, headers=headers)

    report = probe(connect(answer))

    assert (report.host, report.key_accepted, report.status.requests) == ("api.introw.io", True, 3)
    assert report.scopes == {"commissions:read": True, "commissions:write": None, "partners:read": True}
    assert [(seen.path, seen.records, seen.total, seen.paging) for seen in report.lists] == [
        ("/payouts", 2, 20, "a cursor (nextCursor)"),
        ("/commission-lines", 0, 0, "numbered pages"),
        ("/partners", 0, 0, "numbered pages"),
    ]
    assert all(seen.takes_limit and not seen.error for seen in report.lists)
    assert (report.status.rate_remaining, report.status.credits_limit, report.status.credits_remaining) == (
        117,
        5000,
        4000,
    )
    assert report.status.server_ahead == timedelta(seconds=-3)


def test_a_missing_scope_is_reported_and_the_rest_goes_on(connect: Opens) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "partners" in request.url.path:
            return httpx.Response(403)
        return httpx.Response(200, json={"data": []})

    report = probe(connect(answer))

    assert report.key_accepted
    assert report.scopes["partners:read"] is False
    assert report.scopes["commissions:read"] is True
    assert "lacks the scope partners:read" in report.lists[2].error


def test_a_refused_key_is_tried_once(connect: Opens) -> None:
    report = probe(connect(lambda _: httpx.Response(401)))

    assert report.key_accepted is False
    assert set(report.scopes.values()) == {None}
    assert report.status.requests == 1
    assert all("refused the API key" in seen.error for seen in report.lists)


def test_an_unreachable_server_leaves_everything_unknown(connect: Opens) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    report = probe(connect(answer, attempts=2))

    assert report.key_accepted is None
    assert report.status.requests == 2
    assert all("could not be reached" in seen.error for seen in report.lists)
    assert "could not be reached" in report.unreachable


def test_a_list_that_is_not_understood_is_reported(connect: Opens) -> None:
    report = probe(connect(lambda _: httpx.Response(200, json={"hello": "world"})))

    assert report.key_accepted
    assert "holds no list of records" in report.lists[0].error
