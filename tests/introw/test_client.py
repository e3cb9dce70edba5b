"""The methods of the client: what they send, and what they make of the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import pytest

from reconcile.domain.records import CommissionLine, Payout
from reconcile.errors import UnexpectedAnswer
from reconcile.introw.client import Client

if TYPE_CHECKING:
    from introw.conftest import Opens, Record

Make = Callable[..., "Record"]
WRITES: dict[str, tuple[Callable[[Client], object], str, str, object]] = {
    "update_payout": (
        lambda client: client.update_payout("a/b", {"stage": "PAID"}),
        "PATCH", "/payouts/a%2Fb", {"stage": "PAID"},
    ),
    "create_line": (
        lambda client: client.create_line({"amount": "1.00"}),
        "POST", "/commission-lines", {"amount": "1.00"},
    ),
    "update_line": (
        lambda client: client.update_line("a/b", {"note": None}),
        "PATCH", "/commission-lines/a%2Fb", {"note": None},
    ),
    "decline_line": (
        lambda client: client.decline_line("a/b", {"reasonType": "DUPLICATE"}),
        "POST", "/commission-lines/a%2Fb/decline", {"reasonType": "DUPLICATE"},
    ),
    "detach_line": (lambda client: client.detach_line("a/b"), "POST", "/commission-lines/a%2Fb/detach", None),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_write_sends_its_body_and_returns_the_record(
    name: str,
    wrapped: bool,  # noqa: FBT001 - a parameter of the test
    status: int,
    connect: Opens,
    payout: Make,
    line: Make,
) -> None:
    call, method, path, body = WRITES[name]
    record = (payout if "payout" in name else line)("a/b")
    sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(status, json={"data": record} if wrapped else record)

    found = call(connect(answer))

    assert isinstance(found, Payout if "payout" in name else CommissionLine)
    assert found.id == "a/b"
    assert (sent[0].method, sent[0].url.raw_path.decode()) == (method, f"/api/v1{path}")
    assert (json.loads(sent[0].content) if sent[0].content else None) == body


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"garbage", b"{}", b"[]", b"null", b'{"data": null}', b'{"data": {"id": "a/b"}}', b'{"success": true}', b"[" * 100_000],
)  # fmt: skip
def test_a_write_that_was_accepted_does_not_fail_over_its_answer(
    name: str, content: bytes, connect: Opens
) -> None:
    call, *_ = WRITES[name]

    assert call(connect(lambda _: httpx.Response(200, content=content))) is None
    assert call(connect(lambda _: httpx.Response(204))) is None


def test_a_write_does_not_return_another_record(connect: Opens, payout: Make) -> None:
    client = connect(lambda _: httpx.Response(200, json={"data": payout("other")}))

    assert client.update_payout("pay_1", {"stage": "PAID"}) is None


def test_a_record_is_read_by_its_id(connect: Opens, payout: Make, line: Make) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        record = payout("a/b") if "payouts" in request.url.path else line("a/b")
        return httpx.Response(200, json={"data": record})

    client = connect(answer)

    assert (client.get_payout("a/b").id, client.get_line("a/b").id) == ("a/b", "a/b")


def test_another_record_than_asked_for_is_not_accepted(connect: Opens, line: Make) -> None:
    client = connect(lambda _: httpx.Response(200, json={"data": line("other")}))

    with pytest.raises(UnexpectedAnswer, match="asked for cln_1 and gave other"):
        client.get_line("cln_1")


def test_filters_are_sent_under_the_names_of_the_api(connect: Opens) -> None:
    queries = []

    def answer(request: httpx.Request) -> httpx.Response:
        queries.append(dict(request.url.params))
        return httpx.Response(200, json={"data": [], "total": 0})

    client = connect(answer)
    client.list_payouts(stage="PAID", partner_id="ptn&1", batch_id="b")
    client.list_lines(payout_id="p", partner_id="q", status="PENDING")

    assert queries == [
        {"stage": "PAID", "partnerId": "ptn&1", "batchId": "b", "limit": "200"},
        {"payoutId": "p", "partnerId": "q", "status": "PENDING", "limit": "200"},
    ]
