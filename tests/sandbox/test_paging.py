"""The five ways of paging, each followed to its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox, Start

THEN = "2026-04-01T09:00:00.000Z"


def many(count: int) -> dict[str, Any]:
    """A seed of pool lines, half of which were made at the same instant."""
    lines = [
        {
            "id": f"cln_{number:03}",
            "partnerId": "ptn_1",
            "amount": "1.00",
            "currency": "USD",
            "createdAt": THEN if number % 2 else f"2026-03-{number % 28 + 1:02}T00:00:00.000Z",
            "updatedAt": THEN,
        }
        for number in range(count)
    ]
    return {
        "partners": [{"id": "ptn_1", "name": "One", "createdAt": THEN, "updatedAt": THEN}],
        "lines": lines,
    }


def pages(api: Sandbox, paging: str, **params: Any) -> Iterator[dict[str, Any]]:
    """Follow a list to its end as each way of paging tells its clients to."""
    page = api.get("/commission-lines", params=params).json()
    yield page
    while page["data"]:
        match paging:
            case "cursor" if page["nextCursor"]:
                page = api.get("/commission-lines", params=params | {"cursor": page["nextCursor"]}).json()
            case "link" if page["links"]["next"]:
                page = api.get(page["links"]["next"]).json()
            case "page":
                page = api.get("/commission-lines", params=params | {"page": page["page"] + 1}).json()
            case "offset":
                offset = page["offset"] + len(page["data"])
                page = api.get("/commission-lines", params=params | {"offset": offset}).json()
            case _:
                return
        yield page


@pytest.mark.parametrize("paging", ["cursor", "page", "offset", "link", "none"])
def test_every_way_of_paging_gives_each_record_once_newest_first(start: Start, paging: str) -> None:
    api = start(paging=paging, seed=many(23), page_size=5)

    listed = [line for page in pages(api, paging) for line in page["data"]]

    assert sorted(listed, key=lambda line: (line["createdAt"], line["id"]), reverse=True) == listed
    assert 23 == len({line["id"] for line in listed}) == len(listed)


@pytest.mark.parametrize("paging", ["cursor", "page", "offset", "link"])
def test_a_list_that_ends_with_a_full_page_ends(start: Start, paging: str) -> None:
    api = start(paging=paging, seed=many(10))

    sizes = [len(page["data"]) for page in pages(api, paging, limit=5)]

    assert sizes[:2] == [5, 5]
    assert sum(sizes) == 10


def test_a_link_keeps_the_filters_and_the_limit(start: Start) -> None:
    api = start(paging="link", seed=many(10))

    link = api.get("/commission-lines", params={"limit": 3, "status": "PENDING"}).json()["links"]["next"]

    assert link.startswith(f"{api.root}/api/v1/commission-lines?")
    assert "limit=3" in link
    assert "status=PENDING" in link


def test_a_limit_beyond_the_largest_is_lowered_to_it(start: Start) -> None:
    api = start(seed=many(12), page_size=3, max_page_size=4)

    assert len(api.ids("/commission-lines")) == 3
    assert len(api.ids("/commission-lines", limit=1000)) == 4


def test_the_total_counts_the_filter_and_follows_writes(start: Start) -> None:
    api = start(page_size=1)

    def total(**params: str) -> int:
        return int(api.get("/commission-lines", params=params).json()["total"])

    assert (total(), total(payoutId="pay_two")) == (9, 2)
    api.post("/commission-lines/cln_first/detach")
    assert (total(), total(payoutId="pay_two")) == (9, 1)


def test_the_total_can_be_left_out(start: Start) -> None:
    assert {"data", "nextCursor"} == start(total=False).get("/payouts").json().keys()


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "MTI="}, "cursor"),
    ],
)
def test_a_wrong_page_is_refused(reading: Sandbox, params: dict[str, str], field: str) -> None:
    assert (422, "VALIDATION_ERROR", [field]) == reading.refusal("GET", "/payouts", params=params)


def test_a_cursor_is_not_disturbed_by_writes_between_pages(start: Start) -> None:
    api = start(seed=many(10), page_size=4)
    first = api.get("/commission-lines").json()

    api.post("/commission-lines", json={"partnerId": "ptn_1", "amount": "5.00", "currency": "USD"})
    second = api.ids("/commission-lines", cursor=first["nextCursor"])

    assert set(second).isdisjoint(line["id"] for line in first["data"])
    assert len(second) == 4
