"""Every way to page a list that a server might have, and every way to do it wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from introw.styles import STYLES, Reply, Style

from reconcile.errors import ListingIncomplete, Refused, UnexpectedAnswer
from reconcile.introw.client import Client

COUNTS = (0, 1, 50, 51, 137, 300)


class Server:
    """Answers GET /payouts in a style, and keeps the queries."""

    def __init__(self, style: Style, records: list[Any]) -> None:
        self.style, self.records = style, records
        self.queries: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        self.queries.append(query)
        assert len(self.queries) < 60
        reply = self.style(self.records, query, request.url.path)
        if isinstance(reply, int):
            return httpx.Response(reply, json={"error": "no such page"})
        body, headers = reply
        return httpx.Response(200, content=json.dumps(body), headers=headers)


@pytest.fixture
def listed(
    connect: Callable[..., Client], payout: Callable[..., Any]
) -> Callable[..., tuple[Client, Server]]:
    def make(style: Style, count: int) -> tuple[Client, Server]:
        server = Server(style, [payout(f"pay_{number}") for number in range(count)])
        return connect(server), server

    return make


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", STYLES)
def test_every_style_gives_every_record_once(
    name: str, count: int, listed: Callable[..., tuple[Client, Server]]
) -> None:
    client, server = listed(STYLES[name], count)

    ids = [payout.id for payout in client.list_payouts()]

    assert sorted(f"pay_{number}" for number in range(count)) == sorted(ids)
    asked = [tuple(sorted(query.items())) for query in server.queries]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("count", [200, 400])
@pytest.mark.parametrize("name", [name for name in STYLES if not name.startswith("everything")])
def test_a_full_last_page_is_no_trouble_where_pages_can_be_turned(
    name: str, count: int, listed: Callable[..., tuple[Client, Server]]
) -> None:
    client, _ = listed(STYLES[name], count)

    assert count == len(client.list_payouts())


@pytest.mark.parametrize("name", STYLES)
def test_a_second_listing_costs_at_most_two_requests_more_than_its_pages(
    name: str, listed: Callable[..., tuple[Client, Server]]
) -> None:
    client, server = listed(STYLES[name], 137)
    pages = client.list_payouts().pages
    server.queries.clear()

    again = client.list_payouts()

    assert len(again) == 137
    assert len(server.queries) <= pages + (2 if name.startswith("everything") else 1)


@pytest.mark.parametrize("name", STYLES)
def test_what_a_short_listing_taught_does_not_cut_a_long_one(
    name: str, listed: Callable[..., tuple[Client, Server]]
) -> None:
    client, server = listed(STYLES[name], 137)
    everything = server.records

    for count in (3, 50, 0, 137):
        server.records = everything[:count]

        assert len(client.list_payouts()) == count


@pytest.mark.parametrize("name", STYLES)
def test_short_listings_do_not_double_the_requests(
    name: str, listed: Callable[..., tuple[Client, Server]]
) -> None:
    client, server = listed(STYLES[name], 137)
    client.list_payouts()
    server.records = server.records[:5]
    server.queries.clear()

    for _ in range(4):
        client.list_payouts()

    assert len(server.queries) == 4


def broken(name: str) -> Style:
    def answer(records: list[Any], query: Mapping[str, str], path: str) -> Reply:
        first = records[:50]
        bodies: dict[str, Any] = {
            "hasMore and no way on": {"data": first, "hasMore": True},
            "total and no way on": {"data": first, "total": 300},
            "total too small": {"data": first, "total": 20, "nextCursor": None},
            "the same cursor again": {"data": first, "nextCursor": "c"},
            "page that stands still": {"data": first, "page": 1, "totalPages": 3},
            "another host": {"data": first, "next": "https://evil.example/api/v1/payouts?page=2"},
            "another host, unnamed scheme": {"data": first, "next": "//evil.example/api/v1/payouts"},
            "another host behind a user": {"data": first, "next": "https://api.introw.io@evil.example/"},
            "another port": {"data": first, "next": "https://api.introw.io:8443/api/v1/payouts?page=2"},
            "no URL": {"data": first, "next": "https://[::1"},
            "a cursor that is always new": {"data": [], "nextCursor": f"c{len(json.dumps(dict(query)))}{query.get('cursor', '')}"},
            "exactly the size asked for": {"data": records[:200]},
        }  # fmt: skip
        return bodies[name], {}

    if name == "cursors in a circle":

        def circle(records: list[Any], query: Mapping[str, str], _: str) -> Reply:
            place = {"a": 1, "b": 2}.get(query.get("cursor", ""), 0)
            return {"data": records[place * 10 :][:10], "nextCursor": "aba"[place]}, {}

        return circle
    if name == "a way on that we do not understand":
        return lambda records, *_: ({"data": records[:50], "nextBookmark": "b50"}, {})
    if name == "the end comes too early":
        return lambda records, query, _: ({"data": [] if "cursor" in query else records[:50], "total": 300, "nextCursor": "x"}, {})  # fmt: skip
    return answer


@pytest.mark.parametrize(
    "name",
    [
        "hasMore and no way on",
        "total and no way on",
        "total too small",
        "the same cursor again",
        "cursors in a circle",
        "page that stands still",
        "another host",
        "another host, unnamed scheme",
        "another host behind a user",
        "another port",
        "no URL",
        "a cursor that is always new",
        "exactly the size asked for",
        "the end comes too early",
        "a way on that we do not understand",
    ],
)
def test_a_listing_that_provably_lacks_records_is_an_error(
    name: str, listed: Callable[..., tuple[Client, Server]]
) -> None:
    client, _ = listed(broken(name), 300)

    with pytest.raises(ListingIncomplete, match=r"(?s)/payouts.*\.$"):
        client.list_payouts()


def test_no_request_goes_to_another_host(listed: Callable[..., tuple[Client, Server]]) -> None:
    client, server = listed(broken("another host"), 300)

    with pytest.raises(ListingIncomplete, match="another host than"):
        client.list_payouts()
    assert len(server.queries) == 1


def test_a_total_that_fits_the_second_time_is_believed(
    connect: Callable[..., Client], payout: Callable[..., Any]
) -> None:
    answers = [
        {"data": [payout(1), payout(2)], "total": 3},
        {"data": [payout(1), payout(2)], "total": 3},
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        if {"page", "offset", "cursor", "after", "startingAfter", "starting_after", "after_id"} & set(
            request.url.params
        ):
            return httpx.Response(200, json={"data": [], "total": 3})
        body = answers.pop(0) if len(answers) > 1 else {"data": [payout(1), payout(2), payout(3)], "total": 3}
        return httpx.Response(200, json=body)

    assert len(connect(answer).list_payouts()) == 3


def test_of_a_record_that_comes_twice_the_last_one_counts(
    connect: Callable[..., Client], payout: Callable[..., Any]
) -> None:
    pages = {
        None: {"data": [payout(1), payout(2, stage="DRAFT")], "nextCursor": "x"},
        "x": {"data": [payout(2, stage="PAID"), payout(3)], "nextCursor": None, "total": 3},
    }

    listing = connect(
        lambda request: httpx.Response(200, json=pages[request.url.params.get("cursor")])
    ).list_payouts()

    assert [found.id for found in listing] == ["1", "2", "3"]
    assert listing.records[1].stage == "PAID"


def test_a_count_that_is_only_the_pages_own_is_no_total(
    connect: Callable[..., Client], payout: Callable[..., Any]
) -> None:
    pages = {
        None: {"data": [payout(1), payout(2)], "total": 2, "nextCursor": "x"},
        "x": {"data": [payout(3)], "total": 1, "nextCursor": None},
    }

    listing = connect(
        lambda request: httpx.Response(200, json=pages[request.url.params.get("cursor")])
    ).list_payouts()

    assert len(listing) == 3
    assert listing.total is None


def test_a_refused_filter_is_not_blamed_on_the_page_size(connect: Callable[..., Client]) -> None:
    queries = []

    def answer(request: httpx.Request) -> httpx.Response:
        queries.append(dict(request.url.params))
        return httpx.Response(422, json={"message": "stage is unknown"})

    client = connect(answer)

    with pytest.raises(Refused, match="stage is unknown"):
        client.list_payouts(stage="NO")
    assert queries == [{"stage": "NO", "limit": "200"}, {"stage": "NO"}]


def test_a_refused_page_size_is_remembered(listed: Callable[..., tuple[Client, Server]]) -> None:
    client, server = listed(STYLES["cursor, refuses limit"], 7)

    client.list_payouts()
    client.list_payouts()

    assert [query.get("limit") for query in server.queries] == ["200", None, None]


def test_the_page_size_is_a_setting(connect: Callable[..., Client]) -> None:
    queries = []

    def answer(request: httpx.Request) -> httpx.Response:
        queries.append(dict(request.url.params))
        return httpx.Response(200, json={"data": [], "total": 0})

    connect(answer, page_size=77).list_payouts()

    assert queries == [{"limit": "77"}]


@pytest.mark.parametrize("body", [{}, {"data": None}, "text", 5, {"data": {"x": 1}}, {"a": [], "b": []}])
def test_an_answer_without_a_list_is_not_understood(body: object, connect: Callable[..., Client]) -> None:
    client = connect(lambda _: httpx.Response(200, content=json.dumps(body)))

    with pytest.raises(UnexpectedAnswer, match="holds no list of records"):
        client.list_payouts()


def test_progress_is_told_after_every_page(listed: Callable[..., tuple[Client, Server]]) -> None:
    client, _ = listed(STYLES["nextCursor and total"], 120)
    told: list[tuple[int, int | None]] = []

    client.list_payouts(on_page=lambda count, total: told.append((count, total)))

    assert told == [(50, 120), (100, 120), (120, 120)]


def test_a_filter_that_the_server_ignores_is_applied_and_reported(
    connect: Callable[..., Client], line: Callable[..., Any]
) -> None:
    records = [line(1, payoutId="pay_1"), line(2, payoutId="pay_2"), line(3)]
    client = connect(lambda _: httpx.Response(200, json={"data": records, "total": 3}))

    listing = client.list_lines(payout_id="pay_1")

    assert [found.id for found in listing] == ["1"]
    assert [found.id for found in listing.foreign] == ["2", "3"]
    assert listing.filter_ignored


def test_a_voided_line_listed_with_its_former_payout_does_not_show_an_ignored_filter(
    connect: Callable[..., Client], line: Callable[..., Any]
) -> None:
    records = [line(1, payoutId="pay_1"), line(2, payoutId=None, status="VOIDED")]
    client = connect(lambda _: httpx.Response(200, json={"data": records, "total": 2}))

    assert not client.list_lines(payout_id="pay_1").filter_ignored


def test_a_total_that_changes_under_way_means_listing_once_more(
    connect: Callable[..., Client], payout: Callable[..., Any]
) -> None:
    records = [payout(number) for number in range(6)]
    starts = []

    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("offset", 0))
        starts.append(start)
        if len(starts) == 2:
            del records[0]  # so that the fourth record slides onto the page that was read already
        body = {"data": records[start : start + 3], "offset": start, "total": len(records)}
        return httpx.Response(200, json=body)

    ids = [found.id for found in connect(answer).list_payouts()]

    assert ids == ["1", "2", "3", "4", "5"]
    assert starts == [0, 3, 0, 3]
